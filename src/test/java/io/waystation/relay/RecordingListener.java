package io.waystation.relay;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.waystation.event.Event;

/** Keeps what a follower reports. */
final class RecordingListener implements StreamFollower.Listener {
    final List<FollowedEvent> events = new CopyOnWriteArrayList<>();
    final List<String> positions = new CopyOnWriteArrayList<>();
    final List<String> gaps = new CopyOnWriteArrayList<>();
    final List<String> unreadable = new CopyOnWriteArrayList<>();
    final List<String> reasons = new CopyOnWriteArrayList<>();
    final List<Duration> delays = new CopyOnWriteArrayList<>();
    final List<StreamDialect> dialects = new CopyOnWriteArrayList<>();
    volatile boolean needsAPerson;
    private volatile Error failure;

    List<String> ids() {
        return events.stream().map(followed -> followed.event().id()).toList();
    }

    Event event(int index) {
        return events.get(index).event();
    }

    @Override
    public void connected(StreamDialect dialect) {
        dialects.add(dialect);
    }

    @Override
    public void alive() {
        // not of interest
    }

    /** The next event is not taken. */
    void failOnceWith(Error error) {
        failure = error;
    }

    @Override
    public void event(FollowedEvent event) {
        Error thrown = failure;
        failure = null;
        if (thrown != null) {
            throw thrown;
        }
        events.add(event);
    }

    @Override
    public void position(String streamId) {
        positions.add(streamId);
    }

    @Override
    public void gap(String detail) {
        gaps.add(detail);
    }

    @Override
    public void unreadable(String streamId, String reason) {
        unreadable.add(streamId + " " + reason);
    }

    @Override
    public void disconnected(String reason, Duration retryIn, boolean person) {
        reasons.add(reason);
        delays.add(retryIn);
        needsAPerson = person;
    }
}
