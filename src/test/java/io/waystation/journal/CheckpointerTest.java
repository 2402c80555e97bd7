package io.waystation.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class CheckpointerTest {
    @TempDir
    Path folder;

    private final Logger logger = (Logger) LoggerFactory.getLogger(Checkpointer.class);
    private final ListAppender<ILoggingEvent> logged = new ListAppender<>();

    @BeforeEach
    void listen() {
        logged.start();
        logger.addAppender(logged);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(logged);
    }

    @Test
    void leavesASegmentAloneThatRetentionDeletedBeforeItWasSealed() throws Exception {
        SegmentFile file = new SegmentFile(folder, 1);
        SegmentWriter writer = SegmentWriter.create(file, 0, 0);
        try (Checkpointer checkpointer = checkpointer()) {
            file.retire();
            checkpointer.seal(writer);
            checkpointer.seal(file);
            checkpointer.written(file, 1L << 30);
        }
        assertThat(folder).isEmptyDirectory();
        assertThat(logged.list).filteredOn(event -> event.getLevel().isGreaterOrEqual(Level.WARN)).isEmpty();
    }

    @Test
    void sealsASegmentThatIsThere() throws Exception {
        SegmentFile file = new SegmentFile(folder, 1);
        SegmentWriter writer = SegmentWriter.create(file, 0, 0);
        assertThat(file.hasWriteAheadLog()).isTrue();
        try (Checkpointer checkpointer = checkpointer()) {
            checkpointer.seal(writer);
        }
        assertThat(folder).isDirectoryContaining(path -> path.equals(file.path()));
        assertThat(file.hasWriteAheadLog()).isFalse();
    }

    private static Checkpointer checkpointer() {
        return new Checkpointer(new SegmentReaders(), new JournalMeters(new SimpleMeterRegistry()));
    }
}
