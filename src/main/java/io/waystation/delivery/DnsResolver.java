package io.waystation.delivery;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;

/**
 * The name servers of the machine, asked without holding a thread, so that names which nobody answers for delay no other.
 * Answers are kept as long as they say, a minute at most; the hosts file counts.
 */
final class DnsResolver implements NameResolver {
    private static final int LONGEST_SECONDS = 60;
    private static final int FAILED_SECONDS = 2;

    private final EventLoopGroup loop = new NioEventLoopGroup(1, new DefaultThreadFactory("delivery-names", true));
    private final DnsNameResolver resolver;

    /** Waits so long for each answer. */
    DnsResolver(Duration patience) {
        resolver = new DnsNameResolverBuilder(loop.next())
                .channelType(NioDatagramChannel.class).queryTimeoutMillis(Math.max(1, patience.toMillis()))
                .ttl(0, LONGEST_SECONDS).negativeTtl(FAILED_SECONDS).build();
    }

    @Override
    public CompletionStage<List<InetAddress>> resolve(String name) {
        CompletableFuture<List<InetAddress>> answer = new CompletableFuture<>();
        resolver.resolveAll(name).addListener((Future<List<InetAddress>> asked) -> {
            if (asked.isSuccess()) {
                answer.complete(asked.getNow());
            } else {
                answer.completeExceptionally(asked.cause());
            }
        });
        return answer;
    }

    @Override
    public void close() {
        resolver.close();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
