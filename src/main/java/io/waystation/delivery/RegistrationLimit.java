package io.waystation.delivery;

import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;

import io.waystation.http.ProblemException;

/** Lets so many registrations a minute through for each address and each token. Remembers the latest 10,000. Thread-safe. */
final class RegistrationLimit {
    private static final int REMEMBERED = 10_000;
    private static final long MINUTE = 60_000;

    private final int perMinute;
    private final Clock clock;
    private final Map<String, Window> windows = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Window> eldest) {
            return size() > REMEMBERED;
        }
    };

    RegistrationLimit(int perMinute, Clock clock) {
        this.perMinute = perMinute;
        this.clock = clock;
    }

    private record Window(long begun, int count) {
    }

    /**
     * Counts a registration.
     *
     * @throws ProblemException 429 {@code too-many-registrations} when there were too many
     */
    void count(String who) {
        long now = clock.millis();
        synchronized (windows) {
            Window window = windows.get(who);
            if (window == null || now - window.begun() >= MINUTE) {
                window = new Window(now, 0);
            }
            windows.put(who, new Window(window.begun(), window.count() + 1));
            if (window.count() >= perMinute) {
                throw new ProblemException(429, "too-many-registrations", "No more than " + perMinute
                        + " registrations a minute are taken from one address, and with one token.",
                        Map.of("Retry-After", Long.toString((window.begun() + MINUTE - now + 999) / 1_000)));
            }
        }
    }
}
