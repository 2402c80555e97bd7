package io.waystation.work.operation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.io.TempDir;

/** Whatever changes come, in whatever order, also when some are undone: what is told is a possible life. */
class OperationModelTest {
    private static final Set<String> ENDS = Set.of("job_completed", "job_failed", "job_cancelled");

    @TempDir
    Path folder;

    private OperationFixture fixture;

    @BeforeEach
    void open() {
        fixture = new OperationFixture(folder.resolve("data"), Clock.systemUTC());
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @RepeatedTest(15)
    void tellsOneBeginningThenProgressThatNeverFallsThenOneEndThatIsWhatTheStateSays(RepetitionInfo repetition) {
        long seed = repetition.getCurrentRepetition() * 7919L;
        Random random = new Random(seed);
        List<String> ids = List.of(NewOperation.newId(), NewOperation.newId(), NewOperation.newId());
        for (int i = 0; i < 150; i++) {
            String id = ids.get(random.nextInt(ids.size()));
            boolean undone = random.nextInt(4) == 0;
            int percent = random.nextInt(140) - 20;
            int what = random.nextInt(i < 60 ? 7 : 12);
            try {
                fixture.store.writeNow(handle -> {
                    change(handle, id, what, percent);
                    if (undone) {
                        throw new IllegalStateException("undone on purpose");
                    }
                    return null;
                });
            } catch (IllegalStateException onPurpose) {
                assertThat(undone).isTrue();
            }
        }

        List<OperationFixture.Stored> events = fixture.events();
        assertThat(events).as("ids rise by one, without holes").extracting(OperationFixture.Stored::id)
                .containsExactlyElementsOf(java.util.stream.LongStream.rangeClosed(1, events.size()).boxed().toList());
        Map<String, List<OperationFixture.Stored>> lives =
                events.stream().collect(Collectors.groupingBy(OperationFixture.Stored::operation));
        lives.forEach((id, life) -> checkLife(seed, fixture.operations.find(id).orElseThrow(), life));
        ids.forEach(id -> assertThat(fixture.operations.find(id).isPresent()).isEqualTo(lives.containsKey(id)));
    }

    private void change(Handle handle, String id, int what, int percent) {
        switch (what) {
            case 0, 1 -> fixture.changes.create(handle, new NewOperation(id, "job", "s", null, Map.of("direction", "out")), "q/1", null);
            case 2 -> fixture.changes.run(handle, id, 1 + Math.abs(percent) % 3);
            case 3 -> fixture.changes.hold(handle, id, "approval");
            case 4 -> fixture.changes.await(handle, id, "again soon", null);
            case 5, 6, 7 -> fixture.changes.progress(handle, id, new Progress(percent, "build", "at " + percent));
            case 8 -> fixture.changes.other(handle, id, "conflict", JsonNodeFactory.instance.objectNode().put("operationId", "forged"));
            case 9 -> fixture.changes.result(handle, id, JsonNodeFactory.instance.objectNode().put("percent", percent));
            default -> fixture.changes.end(handle, id, percent < 20 ? OperationState.FAILED : percent < 40 ? OperationState.CANCELLED
                    : percent < 60 ? OperationState.SUPERSEDED : OperationState.SUCCEEDED, null, "because", null);
        }
    }

    private static void checkLife(long seed, Operation operation, List<OperationFixture.Stored> life) {
        assertThat(life.get(0).name()).as("seed %d", seed).isEqualTo("job_started");
        assertThat(life.stream().filter(event -> event.name().equals("job_started"))).hasSize(1);
        assertThat(life).allSatisfy(event -> {
            assertThat(event.field("operationId")).isEqualTo(operation.id());
            assertThat(event.field("timestamp")).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
        });
        Map<String, Integer> highest = new HashMap<>(Map.of("percent", 0));
        life.stream().filter(event -> event.phase().equals("progress")).forEach(event -> {
            assertThat(event.data().path("percent").asInt()).as("seed %d", seed).isBetween(highest.get("percent"), 99);
            highest.put("percent", event.data().path("percent").asInt());
        });
        OperationFixture.Stored last = life.get(life.size() - 1);
        long ends = life.stream().filter(event -> ENDS.contains(event.name())).count();
        assertThat(ends).as("seed %d", seed).isEqualTo(operation.state().isEnd() ? 1 : 0);
        assertThat(last.field("state")).as("the last event says what the state is").isEqualTo(operation.state().toString());
        if (operation.state().isEnd()) {
            assertThat(ENDS).contains(last.name());
            assertThat(operation.percent()).isEqualTo(operation.state() == OperationState.SUCCEEDED ? 100 : highest.get("percent"));
            assertThat(last.field("direction")).isEqualTo("out");
        }
    }
}
