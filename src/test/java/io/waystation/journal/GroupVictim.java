package io.waystation.journal;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.Semaphore;

import io.waystation.event.EventBatch;
import io.waystation.event.EventHeaders;
import io.waystation.store.GroupTransaction;
import org.apache.camel.Exchange;

/**
 * A process to be killed: appends events as fast as it can and runs groups, one whose effect is in the
 * transaction of its position, one that takes batches of which many fail at first, and one whose effect is outside. Arguments: folder, and "append" or "drain".
 */
public final class GroupVictim {
    private static final int IN_FLIGHT = 64;
    private static final int KEYS = 7;

    private GroupVictim() {
    }

    public static void main(String[] arguments) throws Exception {
        Path root = Path.of(arguments[0]);
        LogFixture log = LogFixture.open(root);
        log.store().writeNow(handle -> handle.execute("CREATE TABLE IF NOT EXISTS effect (id TEXT)"));
        log.store().writeNow(handle -> handle.execute("CREATE TABLE IF NOT EXISTS batch_effect (id TEXT)"));
        FileOutputStream outside = new FileOutputStream(root.resolve("outside").toFile(), true);
        log.route("inside", "journal:events?group=inside&concurrency=4", exchange -> {
            String id = exchange.getMessage().getHeader(EventHeaders.ID, String.class);
            GroupTransaction.of(exchange).orElseThrow().enlist(
                    handle -> handle.execute("INSERT INTO effect VALUES (?)", id));
        });
        log.route("batches", "journal:events?group=batches&batch=true&batchAttempts=1&maxEvents=32", GroupVictim::enlistBatch);
        String window = arguments.length > 2 ? "&window=" + arguments[2] : "";
        log.route("outside", "journal:events?group=outside&concurrency=4" + window, exchange -> writeId(outside, exchange));
        System.out.println("ready");
        if (arguments[1].equals("append")) {
            append(log, root);
        } else {
            while (log.status("inside").lag() > 0 || log.status("outside").lag() > 0
                    || log.status("batches").lag() > 0) {
                Thread.onSpinWait();
            }
            log.close();
        }
    }

    /** One batch in four cannot be committed as a whole. */
    private static void enlistBatch(Exchange exchange) {
        EventBatch batch = exchange.getMessage().getBody(EventBatch.class);
        GroupTransaction transaction = GroupTransaction.of(exchange).orElseThrow();
        batch.events().forEach(record -> transaction.enlist(
                handle -> handle.execute("INSERT INTO batch_effect VALUES (?)", record.event().id())));
        if (batch.events().size() > 1 && batch.last() % 4 == 0) {
            transaction.enlist(handle -> {
                throw new IllegalStateException("not together");
            });
        }
    }

    private static void append(LogFixture log, Path root) throws Exception {
        FileOutputStream acknowledged = new FileOutputStream(root.resolve("acknowledged").toFile(), true);
        Semaphore inFlight = new Semaphore(IN_FLIGHT);
        for (int n = 0; true; n++) {
            inFlight.acquire();
            String id = UUID.randomUUID().toString();
            log.journal().append(TestEvents.verified(id, "c").key("key-" + n % KEYS).build(), Runnable::run)
                    .whenComplete((appended, failure) -> {
                        if (failure == null) {
                            write(acknowledged, id);
                        }
                        inFlight.release();
                    });
        }
    }

    private static void writeId(FileOutputStream out, Exchange exchange) {
        write(out, exchange.getMessage().getHeader(EventHeaders.ID, String.class));
    }

    private static void write(FileOutputStream out, String id) {
        try {
            out.write((id + "\n").getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
