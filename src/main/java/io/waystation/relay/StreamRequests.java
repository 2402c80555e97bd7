package io.waystation.relay;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.apache.camel.Exchange;

import io.waystation.channel.ChannelPolicy;
import io.waystation.event.EventHistory;
import io.waystation.event.Position;
import io.waystation.http.HttpRequest;
import io.waystation.http.ProblemException;
import io.waystation.http.QueryString;
import io.waystation.http.ResponseStream;

/**
 * Answers stream requests: bean {@code relay} of the routes.
 *
 * <p>A client that may follow the channel gets 200, is held, or has its connection dropped, because smee-client leaves
 * for good on any other answer. Methods run on an event loop and complete there.
 */
public final class StreamRequests {
    private static final Pattern GOSMEE = Pattern.compile("gosmee/v?(\\d{1,6})\\.(\\d{1,6}).*");
    private static final int GAPS_SINCE_MINOR = 32;
    private static final int MOST_HELD = 10_000;
    /** Characters of a User-Agent that tell clients apart; a whole one may be as large as all headers, and is kept for long. */
    private static final int AGENT_CHARS = 128;

    private final SseHub hub;
    private final EventHistory history;
    private final ChannelReaders readers;
    private final Cursors cursors;
    private final RelaySettings settings;
    private final AtomicInteger held = new AtomicInteger();
    private final ConcurrentMap<String, Integer> arriving = new ConcurrentHashMap<>();

    StreamRequests(SseHub hub, EventHistory history, ChannelReaders readers, Cursors cursors, RelaySettings settings) {
        this.hub = hub;
        this.history = history;
        this.readers = readers;
        this.cursors = cursors;
        this.settings = settings;
    }

    /** {@code GET /events/{channel}}. */
    public CompletableFuture<Void> gosmee(Exchange exchange) {
        return follow(exchange, StreamEncodings.GOSMEE);
    }

    /** {@code GET /{channel}} of a client that wants an event stream. */
    public CompletableFuture<Void> smee(Exchange exchange) {
        return follow(exchange, StreamEncodings.SMEE);
    }

    /** {@code GET /stream/{channel}}. */
    public CompletableFuture<Void> own(Exchange exchange) {
        return follow(exchange, StreamEncodings.OWN);
    }

    /** Refuses a request, such as for a file, of somebody who may not read the channel in the header {@code channel}. */
    public void requireReader(Exchange exchange) {
        readers.requireRead(request(exchange), readers.policy(exchange.getMessage().getHeader("channel", String.class)));
    }

    /** Whether the client asked for an event stream. */
    public boolean wantsStream(Exchange exchange) {
        return request(exchange).headers().first("accept").filter(accept -> accept.contains("text/event-stream"))
                .isPresent();
    }

    private static HttpRequest request(Exchange exchange) {
        return exchange.getProperty(HttpRequest.PROPERTY, HttpRequest.class);
    }

    private CompletableFuture<Void> follow(Exchange exchange, StreamEncoding encoding) {
        HttpRequest request = request(exchange);
        ResponseStream stream = exchange.getProperty(ResponseStream.PROPERTY, ResponseStream.class);
        ChannelPolicy policy = readers.policy(exchange.getMessage().getHeader("channel", String.class));
        boolean smee = encoding == StreamEncodings.SMEE;
        if (!readers.mayRead(request, policy)) {
            if (smee) {
                return hold(stream, "unauthorized");
            }
            readers.requireRead(request, policy);
        }
        if (!reserve(policy)) {
            return hold(stream, "over-quota");
        }
        CompletableFuture<Void> done = new CompletableFuture<>();
        done.whenComplete((nothing, failure) -> release(policy.name()));
        try {
            hub.readers().execute(() -> admit(request, policy, encoding, stream, done));
        } catch (RejectedExecutionException stopping) {
            drop(stream, "drain", done);
        }
        return done;
    }

    /** Takes a place among the channel's subscribers until {@link #release}: the hub counts only those that came so far. */
    private boolean reserve(ChannelPolicy policy) {
        int most = policy.quota().subscribers();
        boolean[] free = new boolean[1];
        arriving.compute(policy.name(), (name, there) -> {
            int before = there == null ? 0 : there;
            free[0] = most == 0 || hub.count(name) + before < most;
            return free[0] ? Integer.valueOf(before + 1) : there;
        });
        return free[0];
    }

    private void release(String channel) {
        arriving.computeIfPresent(channel, (name, there) -> there == 1 ? null : there - 1);
    }

    /** Finds the start, which reads the log and the store, and goes back to the loop. */
    private void admit(HttpRequest request, ChannelPolicy policy, StreamEncoding encoding, ResponseStream stream,
            CompletableFuture<Void> done) {
        try {
            Subscription subscription = subscription(request, policy, encoding, stream);
            stream.loop().execute(() -> {
                try {
                    if (!readers.mayRead(request, readers.policy(policy.name()))) {
                        subscription.left().run();
                        drop(stream, "readers-changed", done); // not any more, and who changed that looked for streams before this one
                        return;
                    }
                    hub.subscribe(subscription);
                    done.complete(null);
                } catch (RuntimeException gone) {
                    subscription.left().run();
                    done.completeExceptionally(gone);
                }
            });
        } catch (ProblemException refused) {
            stream.loop().execute(() -> done.completeExceptionally(refused));
        } catch (RuntimeException unreadable) { // a 5xx would end smee-client: drop, and let it come again
            stream.loop().execute(() -> drop(stream, "unreadable", done));
        }
    }

    private Subscription subscription(HttpRequest request, ChannelPolicy policy, StreamEncoding encoding,
            ResponseStream stream) {
        String channel = policy.name();
        String agent = request.headers().first("user-agent").orElse("");
        String header = request.headers().first("last-event-id").orElse(null);
        Position tail = history.tail();
        Position after = resume(header != null ? header : QueryString.first(request.query(), "lastEventId").orElse(null),
                tail);
        // our own client passes over what it cannot read and says so; an event it has not done with must come again
        boolean resumed = after != null && header != null && encoding != StreamEncodings.OWN;
        Optional<String> cursor = cursor(request);
        if (after == null) {
            after = cursor.isEmpty() ? tail : cursors.open(policy, cursor.get(), tail);
        }
        String client = client(request.remoteAddress(), encoding, agent);
        long skip = resumed ? hub.poisoned(client, channel, after.offset()) : 0;
        Runnable left = cursor.isEmpty() ? () -> { } : cursors.use(channel, cursor.get());
        return new Subscription(channel, encoding, understandsGaps(agent), after, resumed, skip, client, stream, left);
    }

    /** What a client is recognised by when it comes back. */
    static String client(String address, StreamEncoding encoding, String agent) {
        return address + " " + encoding.label() + " " + agent.substring(0, Math.min(AGENT_CHARS, agent.length()));
    }

    /** Name of the cursor a stream goes by; looking whether there is a stream makes none. */
    private static Optional<String> cursor(HttpRequest request) {
        return request.method().equals("HEAD") ? Optional.empty()
                : QueryString.first(request.query(), "cursor").map(Cursors::checkName);
    }

    /** The position a client names, or null when it names none, or one of another log. */
    private Position resume(String text, Position tail) {
        Position named = Position.parse(text).orElse(null);
        return named == null || named.offset() > tail.offset() || history.isForeign(named) ? null : named;
    }

    static boolean understandsGaps(String userAgent) {
        Matcher version = GOSMEE.matcher(userAgent);
        return version.matches() && (Integer.parseInt(version.group(1)) > 0
                || Integer.parseInt(version.group(2)) >= GAPS_SINCE_MINOR);
    }

    /** Leaves a request without an answer for a while, then drops its connection: the client comes again. */
    private CompletableFuture<Void> hold(ResponseStream stream, String reason) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        if (held.incrementAndGet() > MOST_HELD) {
            held.decrementAndGet();
            drop(stream, reason, done);
            return done;
        }
        done.whenComplete((nothing, failure) -> held.decrementAndGet());
        stream.onClose(() -> done.complete(null));
        stream.hold();
        hub.later(settings.hold().toMillis(), TimeUnit.MILLISECONDS, stream.loop(), () -> drop(stream, reason, done));
        return done;
    }

    private void drop(ResponseStream stream, String reason, CompletableFuture<Void> done) {
        if (!done.isDone()) {
            hub.metrics().cut(reason);
            stream.abort();
            done.complete(null);
        }
    }
}
