package io.waystation.relay;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.waystation.event.KeyedLanes;
import io.waystation.event.RouteError;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.Suspendable;
import org.apache.camel.support.DefaultConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows a stream and gives each event to the route. The position moves when the route is done with an
 * event and with all before it; so what was under way when the process died comes again.
 *
 * <p>An exchange that fails in the end, because the route did not handle the failure, is given to the route
 * again after a while: a stream has no other place for it. Routes that must not wait handle their failures.
 */
public final class SseConsumer extends DefaultConsumer implements Suspendable {
    private static final Logger LOG = LoggerFactory.getLogger(SseConsumer.class);
    private static final Duration LONGEST_STOP = Duration.ofSeconds(5);

    private final SseFollowing following;
    private final FollowerOptions options;
    private final StreamHttp http;
    private final StreamStatus status;
    private final StreamCursor cursor;
    private ExecutorService workers;
    private ExecutorService threads;
    private ScheduledExecutorService retries;
    private ProducerTemplate template;
    private KeyedLanes lanes;
    private CursorKeeper keeper;
    private Session session;
    private volatile boolean connectedBefore;

    SseConsumer(SseEndpoint endpoint, Processor processor, FollowerOptions options) {
        super(endpoint, processor);
        this.following = endpoint.getFollowing();
        this.options = options;
        this.http = new StreamHttp(options, System.getenv());
        this.status = new StreamStatus(Clock.systemUTC(), options.idleTimeout());
        this.cursor = cursor();
    }

    private StreamCursor cursor() {
        if (following.getCursor() != null && following.getStateFile() != null) {
            throw new IllegalArgumentException("cursor and stateFile exclude each other: one of them keeps the position");
        }
        if (following.getCursor() != null) {
            return new HubCursor(http, options);
        }
        return following.getStateFile() != null ? new FileCursor(Path.of(following.getStateFile())) : null;
    }

    /** State of the stream, for health checks. */
    public StreamStatus status() {
        return status;
    }

    /** How many events are taken and not done with. */
    public int inFlight() {
        Session current = session;
        return current == null ? 0 : current.window.size();
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        var executors = getEndpoint().getCamelContext().getExecutorServiceManager();
        workers = executors.newFixedThreadPool(this, "sse-worker", following.getParallel());
        threads = executors.newCachedThreadPool(this, "sse-follower");
        retries = executors.newScheduledThreadPool(this, "sse-retry", 1);
        template = getEndpoint().getCamelContext().createProducerTemplate();
        if (cursor != null) {
            keeper = new CursorKeeper(cursor);
            threads.execute(keeper);
        }
        lanes = new KeyedLanes(following.getParallel(), workers);
        follow(cursor == null ? "" : cursor.load());
    }

    /** Tells the endpoint {@code reconnected}, if there is one; the stream does not wait for it. */
    private void tellReconnected() {
        if (following.getReconnected() != null) {
            threads.execute(() -> {
                Exchange told = template.send(following.getReconnected(), exchange -> { });
                if (told.getException() != null) {
                    getExceptionHandler().handleException("telling " + following.getReconnected() + " failed", told, told.getException());
                }
            });
        }
    }

    private synchronized void follow(String from) {
        session = new Session(from);
        threads.execute(session.follower);
    }

    @Override
    protected synchronized void doSuspend() {
        session.end();
        lanes.clear();
    }

    @Override
    protected void doResume() {
        follow(session.reached);
    }

    @Override
    protected void doStop() throws Exception {
        if (session != null) {
            doSuspend();
        }
        if (keeper != null) {
            keeper.close();
        }
        if (template != null) {
            template.stop();
        }
        if (threads != null) {
            threads.shutdown();
            threads.awaitTermination(LONGEST_STOP.toMillis(), TimeUnit.MILLISECONDS);
            var executors = getEndpoint().getCamelContext().getExecutorServiceManager();
            executors.shutdownNow(threads);
            executors.shutdownNow(retries);
            executors.shutdownNow(workers);
        }
        super.doStop();
    }

    /** One run of the follower, from start or resume to suspension, with the window of its events. */
    private final class Session implements StreamFollower.Listener {
        private final DeliveryWindow window =
                new DeliveryWindow(following.getMaxInFlight(), following.getMaxInFlightBytes(), this::reached);
        private final StreamFollower follower;
        private volatile String reached;
        private volatile boolean ended;

        private Session(String from) {
            this.reached = from;
            this.follower = new StreamFollower(http, options, from, this, Clock.systemUTC());
        }

        private void reached(String streamId) {
            reached = streamId;
            if (keeper != null) {
                keeper.reached(streamId);
            }
        }

        private void end() {
            ended = true;
            follower.stop();
            window.close();
            status.disconnected("stopped");
        }

        @Override
        public void connected(StreamDialect dialect) {
            status.connected(dialect);
            if (connectedBefore) {
                tellReconnected();
            }
            connectedBefore = true;
            LOG.info("following {} (dialect {})", ShownAddress.of(options.address()), dialect.name().toLowerCase(Locale.ROOT));
        }

        @Override
        public void alive() {
            status.alive();
        }

        @Override
        public void event(FollowedEvent event) {
            status.event(event);
            try {
                DeliveryWindow.Entry entry = window.add(event.streamId(), event.event().weight());
                if (entry != null) {
                    lanes.submit(event.event().key(), done -> give(event, entry, done, newBackoff()));
                }
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        }

        private void give(FollowedEvent event, DeliveryWindow.Entry entry, Runnable done, Backoff backoff) {
            Exchange exchange = createExchange(false);
            AtomicBoolean open = new AtomicBoolean(true);
            AsyncCallback once = doneSync -> {
                if (open.getAndSet(false)) {
                    ended(event, entry, done, backoff, exchange);
                }
            };
            try {
                EventExchange.fill(exchange, event);
                getAsyncProcessor().process(exchange, once);
            } catch (Throwable e) { // also an error is the failure of this event
                if (open.get()) {
                    RouteError.settle(exchange, e);
                    once.done(true);
                } else {
                    getExceptionHandler().handleException("a step failed after its event had been processed", exchange, e);
                }
            }
        }

        private void ended(FollowedEvent event, DeliveryWindow.Entry entry, Runnable done, Backoff backoff, Exchange exchange) {
            Exception failure = exchange.getException();
            releaseExchange(exchange, false);
            if (failure == null) {
                window.done(entry);
                done.run();
            } else if (ended) {
                done.run(); // not done with: it comes again after the restart
            } else {
                getExceptionHandler().handleException(
                        "event " + event.event().id() + " failed and is given to the route again", exchange, failure);
                retries.schedule(() -> workers.execute(() -> give(event, entry, done, backoff)),
                        backoff.next(Duration.ZERO).toMillis(), TimeUnit.MILLISECONDS);
            }
        }

        private Backoff newBackoff() {
            return new Backoff(options.firstDelay(), options.longestDelay(),
                    () -> 0.5 + ThreadLocalRandom.current().nextDouble() / 2);
        }

        @Override
        public void position(String streamId) {
            window.pass(streamId);
        }

        @Override
        public void gap(String detail) {
            status.gap();
            tellReconnected();
            LOG.warn("the server no longer has events this client has not seen: {}", detail);
        }

        @Override
        public void unreadable(String streamId, String reason) {
            status.unreadable();
            LOG.error("message {} was passed over: {}", streamId, reason);
        }

        @Override
        public void disconnected(String reason, Duration retryIn, boolean needsAPerson) {
            status.disconnected(reason);
            if (needsAPerson) {
                LOG.error("{}; trying again in {} ms", reason, retryIn.toMillis());
            } else {
                LOG.warn("stream lost: {}; trying again in {} ms", reason, retryIn.toMillis());
            }
        }
    }
}
