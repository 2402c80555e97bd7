package io.waystation.delivery;

import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Asks for the addresses of a name. Thread-safe; never blocks. */
interface NameResolver extends AutoCloseable {
    /**
     * Addresses of a name, at least one.
     *
     * @return fails with {@link java.net.UnknownHostException} when there is none or nobody answered in time
     */
    CompletionStage<List<InetAddress>> resolve(String name);

    @Override
    default void close() {
        // most hold nothing
    }
}
