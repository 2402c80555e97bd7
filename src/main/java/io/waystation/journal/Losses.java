package io.waystation.journal;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells, once each, which events were lost. Thread-safe. */
final class Losses {
    private static final Logger LOG = LoggerFactory.getLogger(Losses.class);
    private static final int MOST_REMEMBERED = 10_000;
    private static final int MOST_UNHEARD = 100;

    private final List<Consumer<Loss>> listeners = new CopyOnWriteArrayList<>();
    private final List<Loss> unheard = new ArrayList<>();
    private final Set<Long> told = Collections.newSetFromMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Boolean> eldest) {
            return size() > MOST_REMEMBERED;
        }
    });

    /** Adds a listener; the first one also hears what was found while the log was opened. */
    void listen(Consumer<Loss> listener) {
        List<Loss> early;
        synchronized (unheard) {
            listeners.add(listener);
            early = List.copyOf(unheard);
            unheard.clear();
        }
        early.forEach(listener);
    }

    void ignore(Consumer<Loss> listener) {
        listeners.remove(listener);
    }

    /** Reports damage at its first sight; whether this was it. */
    boolean damaged(long first, long last, String where, Exception cause) {
        synchronized (told) {
            if (!told.add(first)) {
                return false;
            }
        }
        LOG.error("Events {} to {} in {} cannot be read and are passed over: {}", first, last, where,
                cause.getMessage(), cause);
        tell(new Loss(Loss.DAMAGED, first, last, List.of()));
        return true;
    }

    void tell(Loss loss) {
        synchronized (unheard) {
            if (listeners.isEmpty() && unheard.size() < MOST_UNHEARD) {
                unheard.add(loss);
            }
        }
        for (Consumer<Loss> listener : listeners) {
            try {
                listener.accept(loss);
            } catch (RuntimeException failed) {
                LOG.error("A listener failed to take {}", loss, failed);
            }
        }
    }
}
