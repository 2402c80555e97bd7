package io.waystation.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.waystation.event.Position;

/** Random clients on random channels against what each must get: every event once, in order. */
class SseHubModelTest {
    private static final List<String> CHANNELS = List.of("alpha", "beta", "gamma");

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void givesEveryClientEveryEventOnceAndInOrder(long seed) {
        World world = new World(seed);

        for (int step = 0; step < 3_000; step++) {
            world.step();
        }
        world.settle();

        assertThat(world.clients).isNotEmpty();
        for (Client client : world.clients) {
            assertThat(client.got()).as("client of %s from %d, seed %d", client.channel, client.start, seed)
                    .containsExactlyElementsOf(world.expected(client));
        }
    }

    /** One client over all its connections. */
    private static final class Client {
        private final String channel;
        private final StreamEncoding encoding;
        private final long start;
        private final List<Long> received = new ArrayList<>();
        private FakeStream stream;

        private Client(String channel, StreamEncoding encoding, long start) {
            this.channel = channel;
            this.encoding = encoding;
            this.start = start;
        }

        private List<Long> got() {
            List<Long> all = new ArrayList<>(received);
            if (stream != null) {
                stream.messages().stream()
                        .filter(message -> message.name().equals("message") && message.text().contains("content-type"))
                        .forEach(message -> all.add(Position.parse(message.lastEventId()).orElseThrow().offset()));
            }
            return all;
        }
    }

    /** The hub, its log, two event loops and the clients. */
    private static final class World {
        private final Random random;
        private final MemoryHistory history = new MemoryHistory();
        private final AtomicLong clock = new AtomicLong();
        private final ManualExecutor readers = new ManualExecutor();
        private final List<ManualExecutor> loops = List.of(new ManualExecutor(), new ManualExecutor());
        private final List<Client> clients = new ArrayList<>();
        private final SseHub hub;
        private long published;

        private World(long seed) {
            random = new Random(seed);
            hub = new SseHub(history, TestStreams.settings(random.nextBoolean() ? 6_000 : 200_000, 120_000),
                    TestStreams.metrics(), clock::get, readers);
        }

        private void step() {
            switch (random.nextInt(12)) {
                case 0, 1, 2 -> append();
                case 3 -> publish();
                case 4 -> connect();
                case 5 -> any().ifPresent(this::reconnect);
                case 6 -> any().ifPresent(client -> client.stream.stick(random.nextBoolean()));
                case 7 -> tend();
                default -> {
                    readers.runOne();
                    loops.get(random.nextInt(2)).runOne();
                    loops.get(random.nextInt(2)).runOne();
                }
            }
        }

        private void append() {
            history.add(CHANNELS.get(random.nextInt(3)), random.nextInt(20) == 0 ? 30_000 : random.nextInt(600));
        }

        /** The tail reader: as a rule in order, now and then after a hole or once more. */
        private void publish() {
            long tail = history.tail().offset();
            long from = switch (random.nextInt(10)) {
                case 0 -> Math.max(0, published - random.nextInt(5));
                case 1 -> Math.min(tail, published + random.nextInt(5));
                default -> published;
            };
            long to = from + (tail == from ? 0 : random.nextLong(tail - from + 1));
            hub.publish(history.all(from, to));
            published = Math.max(published, to);
        }

        private Optional<Client> any() {
            return clients.isEmpty() ? Optional.empty()
                    : Optional.of(clients.get(random.nextInt(clients.size())));
        }

        private void connect() {
            if (clients.size() < 40) {
                long tail = history.tail().offset();
                long start = random.nextBoolean() ? tail : random.nextLong(tail + 1);
                Client client = new Client(CHANNELS.get(random.nextInt(3)),
                        StreamEncodings.ALL.get(random.nextInt(3)), start);
                clients.add(client);
                open(client, start);
            }
        }

        private void reconnect(Client client) {
            List<Long> all = client.got();
            client.stream.leave();
            client.received.clear();
            client.received.addAll(all);
            open(client, all.isEmpty() ? client.start : all.get(all.size() - 1));
        }

        private void open(Client client, long after) {
            ManualExecutor loop = loops.get(random.nextInt(2));
            client.stream = new FakeStream(loop);
            client.stream.stick(random.nextInt(4) == 0);
            hub.subscribe(new Subscription(client.channel, client.encoding, false,
                    new Position(TestStreams.MILLIS, after), false, 0, "client", client.stream, () -> { }));
        }

        private void tend() {
            clock.addAndGet(5_000_000_000L);
            clients.stream().filter(client -> client.stream.isAborted()).forEach(this::reconnect);
            hub.tend();
        }

        /** Everything moves again until nothing is left to do. */
        private void settle() {
            hub.publish(history.all(Math.min(published, history.tail().offset()), history.tail().offset()));
            boolean busy = true;
            while (busy) {
                clients.forEach(client -> client.stream.stick(false));
                clients.stream().filter(client -> client.stream.isAborted()).forEach(this::reconnect);
                busy = readers.runOne() | loops.get(0).runOne() | loops.get(1).runOne();
            }
        }

        private List<Long> expected(Client client) {
            List<Long> offsets = new ArrayList<>();
            history.all(client.start, history.tail().offset()).events().stream()
                    .filter(event -> event.event().channel().equals(client.channel))
                    .forEach(event -> offsets.add(event.position().offset()));
            return offsets;
        }
    }
}
