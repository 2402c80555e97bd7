package io.waystation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import org.junit.jupiter.api.Assumptions;

/** A file system of a few bytes, where one may be mounted; elsewhere the test is skipped, but not in CI. */
public final class SmallDisk implements AutoCloseable {
    private final Path root;

    private SmallDisk(Path root) {
        this.root = root;
    }

    /** Mounts one of a size such as {@code 24m} below a folder. */
    public static SmallDisk in(Path folder, String size) throws Exception {
        Path root = Files.createDirectory(folder.resolve("disk"));
        boolean mounted = run("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", root.toString());
        if (!mounted && !"true".equals(System.getenv("CI"))) {
            Assumptions.abort("needs the right to mount a small file system, as root in a container has");
        }
        assertThat(mounted).as("a small file system could be mounted").isTrue();
        return new SmallDisk(root);
    }

    /** Where it is. */
    public Path root() {
        return root;
    }

    /** Fills it to the last byte with a file of this name; returns the file. */
    public Path fill(String name) throws IOException {
        Path file = root.resolve(name);
        for (int size : new int[] {64 * 1024, 1}) { // what is left may be less than a block
            try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
                while (true) {
                    out.write(new byte[size]);
                }
            } catch (IOException full) {
                assertThat(full).hasMessageContaining("No space");
            }
        }
        return file;
    }

    /** Nothing can be written to it any more. */
    public void makeReadOnly() throws Exception {
        assertThat(run("mount", "-o", "remount,ro", root.toString())).isTrue();
    }

    /** One file of it, or folder, cannot be written any more. */
    public void makeReadOnly(Path file) throws Exception {
        assertThat(run("mount", "--bind", file.toString(), file.toString())).isTrue();
        assertThat(run("mount", "-o", "remount,ro,bind", file.toString())).isTrue();
    }

    /** Ends {@link #makeReadOnly(Path)}. */
    public void makeWritable(Path file) throws Exception {
        assertThat(run("umount", "-l", file.toString())).isTrue();
    }

    @Override
    public void close() throws Exception {
        run("umount", "-l", root.toString());
    }

    private static boolean run(String... command) throws Exception {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getInputStream().readAllBytes();
            return process.waitFor() == 0;
        } catch (IOException notThere) {
            return false;
        }
    }
}
