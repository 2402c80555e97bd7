package io.waystation.journal;

import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.Semaphore;

import io.waystation.event.Event;

/** Appends without end and prints each acknowledged event as {@code offset id}, until it is killed. */
public final class CrashingAppender {
    private CrashingAppender() {
    }

    /** Arguments: folder, seed. */
    public static void main(String[] args) throws Exception {
        Random random = new Random(Long.parseLong(args[1]));
        JournalSettings settings = JournalSettings.DEFAULTS.withSegments(3 << 20, Duration.ofDays(1));
        Journal journal = Journal.open(Path.of(args[0]), settings, DeliveryIndex.NONE, Clock.systemUTC());
        PrintStream out = new PrintStream(System.out, false);
        Semaphore inFlight = new Semaphore(32);
        while (true) {
            inFlight.acquire();
            Event event = Events.event().channel("c" + random.nextInt(3)).randomBody(random, random.nextInt(4_000)).build();
            journal.append(event, Runnable::run).whenComplete((appended, failed) -> {
                inFlight.release();
                if (failed == null) {
                    out.print(appended.position().offset() + " " + event.id() + "\n");
                    out.flush();
                }
            });
        }
    }
}
