package io.waystation;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;

import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * A program that tests run and that Maven does not bring: on the path, or in {@code .tools/bin} of the project, where
 * {@code .ci/run} installs it.
 */
public final class OutsideTool {
    private static final Path INSTALLED = Path.of(".tools", "bin");
    /** Names those that {@code .ci/run} could not get here. */
    private static final Path ABSENT = Path.of(".tools", "absent");

    private OutsideTool() {
    }

    /**
     * The absolute path of a program; without it the test is skipped, or fails where {@code CI} is true and it could have been
     * installed.
     */
    public static Path required(String program) {
        Optional<Path> found = find(program);
        String missing = "this test runs the real " + program + ", which is neither on the PATH nor in .tools/bin";
        if (found.isEmpty() && Boolean.parseBoolean(System.getenv("CI")) && !cannotBeHere(program)) {
            Assertions.fail(missing);
        }
        Assumptions.assumeTrue(found.isPresent(), missing);
        return found.orElseThrow();
    }

    private static boolean cannotBeHere(String program) {
        try {
            return Files.exists(ABSENT) && Files.readAllLines(ABSENT).contains(program);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static Optional<Path> find(String program) {
        return Stream.concat(Stream.of(INSTALLED), Arrays.stream(System.getenv("PATH").split(File.pathSeparator)).map(Path::of))
                .map(folder -> folder.resolve(program).toAbsolutePath().normalize())
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst();
    }
}
