package io.waystation.delivery;

import java.time.Duration;

import io.waystation.settings.Settings;

/**
 * Settings of the streams of endpoints that pull.
 *
 * @param streams how many there may be
 * @param window deliveries of one endpoint that may be out without being acknowledged
 * @param heartbeat how long a stream may be silent
 * @param stallTimeout how long a peer may take nothing of what waits for it
 * @param lease how long a worker that registered itself has shown itself by its stream
 * @param look how often all are looked at although nobody told of anything
 * @param readers threads that read what they are owed
 */
record PullSettings(int streams, int window, Duration heartbeat, Duration stallTimeout, Duration lease, Duration look, int readers) {
    static PullSettings from(Settings settings) {
        return new PullSettings(settings.number("waystation.edge.pull-streams", 0, 1_000_000),
                settings.number("waystation.edge.pull-window", 1, 1_000), settings.duration("waystation.edge.pull-heartbeat"),
                settings.duration("waystation.edge.pull-stall-timeout"), settings.duration("waystation.edge.lease"),
                settings.duration("waystation.edge.pull-look"), settings.number("waystation.edge.pull-readers", 1, 100));
    }
}
