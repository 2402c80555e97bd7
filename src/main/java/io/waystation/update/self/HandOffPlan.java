package io.waystation.update.self;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * What the small process has to do. Written as a properties file, because that process has no library but the JDK's.
 *
 * @param sha256 digest of the package the new program came from, or {@code previous} for the way back
 * @param hub process id of the hub that hands itself over
 * @param home folder of the program
 * @param arguments of {@code bin/waystation}, with which the hub runs
 * @param restart command that lets a supervisor restart the hub; empty when the small process ends and starts it itself
 * @param address file into which a hub writes its address once it listens
 * @param result file into which the small process writes how it ended
 * @param patience how long the old hub may take to end, and the new one to be healthy
 */
record HandOffPlan(String sha256, long hub, Path home, List<String> arguments, List<String> restart, Path address, Path result,
        Duration patience) {
    /** Instead of a digest: the program before this one is put back. */
    static final String PREVIOUS = "previous";

    void write(Path file) throws IOException {
        Properties all = new Properties();
        all.setProperty("sha256", sha256);
        all.setProperty("hub", Long.toString(hub));
        all.setProperty("home", home.toString());
        put(all, "argument", arguments);
        put(all, "restart", restart);
        all.setProperty("address", address.toString());
        all.setProperty("result", result.toString());
        all.setProperty("patience", patience.toString());
        try (OutputStream out = Files.newOutputStream(file)) {
            all.store(out, "What takes over from the hub has to do");
        }
    }

    static HandOffPlan read(Path file) throws IOException {
        Properties all = properties(file);
        return new HandOffPlan(all.getProperty("sha256"), Long.parseLong(all.getProperty("hub")), Path.of(all.getProperty("home")),
                list(all, "argument"), list(all, "restart"), Path.of(all.getProperty("address")), Path.of(all.getProperty("result")),
                Duration.parse(all.getProperty("patience")));
    }

    static Properties properties(Path file) throws IOException {
        Properties all = new Properties();
        try (InputStream in = Files.newInputStream(file)) {
            all.load(in);
        }
        return all;
    }

    private static void put(Properties all, String name, List<String> words) {
        for (int i = 0; i < words.size(); i++) {
            all.setProperty(name + "." + i, words.get(i));
        }
    }

    private static List<String> list(Properties all, String name) {
        List<String> words = new ArrayList<>();
        for (int i = 0; all.containsKey(name + "." + i); i++) {
            words.add(all.getProperty(name + "." + i));
        }
        return words;
    }
}
