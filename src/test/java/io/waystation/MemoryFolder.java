package io.waystation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/**
 * Folders of tests in memory, where the machine has such a place. For tests that write to disk thousands of times and whose
 * kills happen in this JVM: what they show does not depend on what a disk forgets, and waiting for it is most of their time.
 */
public final class MemoryFolder implements TempDirFactory {
    private static final Path MEMORY = Path.of("/dev/shm");

    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext test) throws IOException {
        return Files.isWritable(MEMORY) ? Files.createTempDirectory(MEMORY, "waystation-test") : Files.createTempDirectory("waystation-test");
    }
}
