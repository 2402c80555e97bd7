package io.waystation.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.waystation.event.EventHeaders;
import io.waystation.store.Backup;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogBackupTest {
    @TempDir
    Path temp;

    @Test
    void aCopyMadeWhileRunningGoesOnFromItsOwnPosition() throws Exception {
        List<String> seen = new CopyOnWriteArrayList<>();
        try (LogFixture log = LogFixture.open(temp.resolve("original"))) {
            log.route("reader", "journal:events?group=g",
                    exchange -> seen.add(exchange.getMessage().getHeader(EventHeaders.ID, String.class)));
            log.append(TestEvents.verified("e1", "c").build());
            await().untilAsserted(() -> assertThat(log.status("g").lag()).isZero());
            log.stopRoutes();
            log.append(TestEvents.verified("e2", "c").build());

            Files.createDirectories(temp.resolve("copy"));
            new Backup(log.folder()).run(temp.resolve("copy/data"));
        }
        try (LogFixture copy = LogFixture.open(temp.resolve("copy"))) {
            copy.route("reader", "journal:events?group=g",
                    exchange -> seen.add(exchange.getMessage().getHeader(EventHeaders.ID, String.class)));
            await().untilAsserted(() -> assertThat(seen).containsExactly("e1", "e2"));
        }
    }

    @Test
    void aCopyOfAHubThatIsStillStartingMissesNothingForGroupsThatWereNotUp() throws Exception {
        try (LogFixture log = LogFixture.open(temp.resolve("original"))) {
            log.journal().letNewcomersStartHere();
            log.append(TestEvents.verified("e1", "c").build());

            Files.createDirectories(temp.resolve("copy"));
            new Backup(log.folder()).run(temp.resolve("copy/data"));
        }
        try (LogFixture copy = LogFixture.open(temp.resolve("copy"))) {
            copy.journal().letNewcomersStartHere();
            copy.consume("group=new", copy::see);
            copy.journal().letNewcomersStartAtTail();

            copy.awaitSeen("e1");
        }
    }
}
