package io.waystation.work.operation;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.apache.camel.support.DefaultRegistry;

import io.waystation.store.DataFolder;
import io.waystation.store.Store;

/** Operations on a real store, without a hub around them. */
final class OperationFixture implements AutoCloseable {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    final DefaultRegistry registry = new DefaultRegistry();
    final OperationLimits limits;
    final DataFolder folder;
    final Store store;
    final OperationChanges changes;
    final Attempts attempts;
    final Operations operations;
    final OperationSweeper sweeper;

    /** A stored event. */
    record Stored(long id, String operation, String phase, String name, JsonNode data) {
        String field(String name) {
            return data.path(name).asText();
        }
    }

    OperationFixture(Path data, Clock clock) {
        limits = new OperationLimits(clock, Duration.ofDays(30), Duration.ofDays(1), 100, 200, 10, 100,
                Duration.ofSeconds(25), Duration.ofSeconds(30), 2);
        folder = DataFolder.open(data);
        store = Store.open(folder, new SimpleMeterRegistry());
        changes = new OperationChanges(new OperationKinds(registry), clock, state -> { });
        attempts = new Attempts(store, changes, limits);
        operations = new Operations(store, changes, attempts, (operation, reason) -> true);
        sweeper = new OperationSweeper(store, changes, attempts, limits);
    }

    /** Everything that was told, in order. */
    List<Stored> events() {
        return store.read(handle -> new ArrayList<>(handle.createQuery(
                        "SELECT id, operation, phase, name, data FROM operation_event ORDER BY id")
                .map((rows, context) -> new Stored(rows.getLong("id"), rows.getString("operation"),
                        rows.getString("phase"), rows.getString("name"), parse(rows.getString("data")))).list()));
    }

    private static JsonNode parse(String json) {
        try {
            return MAPPER.readTree(json);
        } catch (java.io.IOException malformed) {
            throw new IllegalStateException(malformed);
        }
    }

    @Override
    public void close() {
        store.close();
        folder.close();
    }
}
