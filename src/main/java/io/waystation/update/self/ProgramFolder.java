package io.waystation.update.self;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The folder of the installed program, with the next program in {@code .next} and the one before in {@code .previous}. What
 * is not part of the program, such as a data folder, stays where it is. Uses nothing but the JDK. Not thread-safe.
 */
final class ProgramFolder {
    /** In the program: digest of the package it came from. */
    static final String MARK = "lib/package.sha256";

    private final Path home;

    ProgramFolder(Path home) {
        this.home = home;
    }

    Path home() {
        return home;
    }

    /** Where the next program is unpacked. */
    Path next() {
        return home.resolve(".next");
    }

    Path previous() {
        return home.resolve(".previous");
    }

    /** There while entries are moved: what was cut off is known by it. */
    private Path moving() {
        return previous().resolve(".moving");
    }

    /** Digest of the package the program came from; empty when it was installed by hand. */
    Optional<String> mark() throws IOException {
        Path mark = home.resolve(MARK);
        return Files.exists(mark) ? Optional.of(Files.readString(mark).strip()) : Optional.empty();
    }

    /** Puts the next program in the place of this one. */
    void forward() throws IOException {
        delete(previous());
        Files.createDirectories(previous());
        Files.createFile(moving());
        for (Path entry : entries(next())) {
            Path live = home.resolve(entry.getFileName());
            if (Files.exists(live, LinkOption.NOFOLLOW_LINKS)) {
                Files.move(live, previous().resolve(entry.getFileName()));
            } else {
                Files.createFile(previous().resolve(entry.getFileName() + ".absent"));
            }
            Files.move(entry, live);
        }
        Files.delete(moving());
        delete(next());
    }

    /** Undoes {@link #forward}, also one that was cut off. */
    void back() throws IOException {
        if (!Files.exists(previous())) {
            return;
        }
        for (Path entry : entries(previous())) {
            String name = entry.getFileName().toString();
            if (name.endsWith(".absent")) {
                delete(home.resolve(name.substring(0, name.length() - ".absent".length())));
                Files.delete(entry);
            } else if (!entry.equals(moving())) {
                delete(home.resolve(name));
                Files.move(entry, home.resolve(name));
            }
        }
        delete(previous());
    }

    /** Puts right what a hand-off that was cut off left. */
    void recover() throws IOException {
        if (Files.exists(moving())) {
            back();
        }
    }

    private static List<Path> entries(Path folder) throws IOException {
        try (Stream<Path> found = Files.list(folder)) {
            return found.sorted().toList();
        }
    }

    static void delete(Path folder) throws IOException {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            all.sorted(Comparator.reverseOrder()).forEach(path -> {
                try {
                    Files.delete(path);
                } catch (IOException stays) {
                    throw new UncheckedIOException(stays);
                }
            });
        } catch (UncheckedIOException stays) {
            throw stays.getCause();
        }
    }
}
