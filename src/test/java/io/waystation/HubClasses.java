package io.waystation;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

import org.apache.commons.io.FileUtils;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * What hubs of tests are started from: the classes of this build as a jar, its libraries, and Java's archive of those that a
 * start loads. With it a hub is up in about half the time, and some tests start dozens. Made once for a build, by whichever
 * test needs it first; where that fails, hubs start from plain classes.
 */
final class HubClasses {
    private static final Path CLASSES = Path.of("target", "classes").toAbsolutePath();
    private static final Path FOLDER = Path.of("target", "hub-classes").toAbsolutePath();
    private static final long START_SECONDS = 60;
    private static List<String> options;

    private HubClasses() {
    }

    /** Options of Java that name the classes, for a Java of this folder. */
    static synchronized List<String> options(Path java) {
        if (!java.equals(Path.of(System.getProperty("java.home")))) {
            return List.of("-cp", System.getProperty("java.class.path")); // an archive is of one Java
        }
        if (options == null) {
            options = List.of("-cp", System.getProperty("java.class.path"));
            try {
                options = archived(java.resolve("bin").resolve("java"));
            } catch (IOException | InterruptedException | ConditionTimeoutException failed) {
                System.err.println("hubs of tests start from plain classes, only slower: " + failed);
            }
        }
        return options;
    }

    private static List<String> archived(Path java) throws IOException, InterruptedException {
        String name = "classes-" + Long.toHexString(stamp());
        Path jar = FOLDER.resolve(name + ".jar");
        Path archive = FOLDER.resolve(name + ".jsa");
        Files.createDirectories(FOLDER);
        try (FileChannel channel = FileChannel.open(FOLDER.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock held = channel.lock()) { // the other fork may be at it
            if (held.isValid() && !Files.exists(archive)) {
                pack(jar);
                dump(java, jar, archive);
            }
        }
        List<String> rest = new ArrayList<>(List.of(libraries(jar)));
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator)).filter(HubClasses::isOther).forEach(rest::add);
        return List.of("-XX:SharedArchiveFile=" + archive, "-cp", String.join(File.pathSeparator, rest));
    }

    /** Changes with every class. */
    private static long stamp() throws IOException {
        try (Stream<Path> files = Files.walk(CLASSES)) {
            return files.mapToLong(file -> file.toFile().lastModified() * 31 + file.toString().hashCode()).sum();
        }
    }

    /** The jar, and the libraries in their order: an archive is of jars only. */
    private static String libraries(Path jar) {
        return jar + File.pathSeparator + String.join(File.pathSeparator, Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> entry.endsWith(".jar")).toList());
    }

    /** Classes of the tests: routes of tests may name some. */
    private static boolean isOther(String entry) {
        return !entry.endsWith(".jar") && !Path.of(entry).toAbsolutePath().normalize().equals(CLASSES);
    }

    private static void pack(Path jar) throws IOException {
        Path draft = jar.resolveSibling(jar.getFileName() + ".new");
        try (OutputStream out = Files.newOutputStream(draft); ZipOutputStream zip = new ZipOutputStream(out); Stream<Path> files = Files.walk(CLASSES)) {
            zip.setLevel(Deflater.BEST_SPEED);
            for (Path file : files.sorted().toList()) {
                String name = CLASSES.relativize(file).toString().replace(File.separatorChar, '/');
                if (!name.isEmpty()) { // folders too: routes are looked for in theirs
                    zip.putNextEntry(new ZipEntry(Files.isDirectory(file) ? name + "/" : name));
                    if (Files.isRegularFile(file)) {
                        Files.copy(file, zip);
                    }
                    zip.closeEntry();
                }
            }
        }
        Files.move(draft, jar, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Starts a hub and ends it; Java writes the archive when it ends. */
    private static void dump(Path java, Path jar, Path archive) throws IOException, InterruptedException {
        Path data = Files.createTempDirectory("waystation-classes");
        Path draft = archive.resolveSibling(archive.getFileName() + ".new");
        Process hub = new ProcessBuilder(java.toString(), "-XX:ArchiveClassesAtExit=" + draft, "-Xmx512m", "-XX:TieredStopAtLevel=1",
                "-cp", libraries(jar), "io.waystation.Waystation", "serve", "--port", "0", "--data", data.toString())
                .redirectErrorStream(true).redirectOutput(FOLDER.resolve("log").toFile()).start();
        try {
            Awaitility.await().atMost(START_SECONDS, TimeUnit.SECONDS).pollInterval(Duration.ofMillis(20))
                    .until(() -> Files.exists(data.resolve("address")) || !hub.isAlive());
        } finally {
            hub.destroy();
            if (!hub.waitFor(START_SECONDS, TimeUnit.SECONDS)) {
                hub.destroyForcibly().waitFor();
            }
            FileUtils.deleteQuietly(data.toFile());
        }
        if (!Files.exists(draft)) {
            throw new IOException("Java wrote no archive, see " + FOLDER.resolve("log"));
        }
        Files.move(draft, archive, StandardCopyOption.ATOMIC_MOVE);
    }
}
