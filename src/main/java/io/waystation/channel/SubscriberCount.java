package io.waystation.channel;

/** Knows how many clients listen to a channel right now. Thread-safe and never blocks. */
@FunctionalInterface
public interface SubscriberCount {
    /** How many clients listen to the channel on this node. */
    int count(String channel);
}
