package io.waystation.update.self;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.waystation.update.change.ChangeException;
import io.waystation.update.change.ProcessControl;
import io.waystation.update.process.ProcessTrees;

/**
 * The hub as a process of its own subsystem. Its reload hands over to a small process and waits to be ended by it; the hub
 * that comes after finds in a file how that went, and goes on with the change, or undoes it. Thread-safe.
 */
public final class SelfControl implements ProcessControl {
    /** Name of the process in the stanza of the subsystem that is the hub itself. */
    public static final String PROCESS = "self";
    private static final String PROGRAM = "lib/waystation.jar";

    private final Path data;
    private final Optional<ProgramFolder> program;
    private final Supplier<Optional<Path>> archive;
    private final List<String> restart;
    private final Duration patience;

    /**
     * Hands over so.
     *
     * @param data data folder of the hub
     * @param home folder of the installed program; empty where it runs from something else
     * @param archive the package in use; empty when no subsystem is the hub itself
     * @param restart command that lets a supervisor restart the hub; empty when nobody supervises it
     * @param patience how long the old hub may take to end, and the new one to be healthy
     */
    public SelfControl(Path data, Optional<Path> home, Supplier<Optional<Path>> archive, List<String> restart, Duration patience) {
        this.data = data.toAbsolutePath();
        this.program = home.map(Path::toAbsolutePath).filter(folder -> Files.exists(folder.resolve(PROGRAM))).map(ProgramFolder::new);
        this.archive = archive;
        this.restart = List.copyOf(restart);
        this.patience = patience;
    }

    @Override
    public void reload(String process) {
        ProgramFolder folder = folder();
        Path file = archive.get().orElseThrow(() -> ChangeException.refused("no-package", "no subsystem has the process " + PROCESS));
        String digest = digest(file);
        Properties result = result();
        if (digest.equals(result.getProperty("sha256")) && result.getProperty("outcome").equals("failed")) {
            forget();
            throw ChangeException.refused("hand-off-failed", result.getProperty("reason"));
        }
        try {
            folder.recover();
            new HubPackage(folder).prepare(file, digest);
            handOver(folder, digest);
        } catch (IOException failed) {
            throw ChangeException.failed("hand-off", "the hub could not be handed over: " + failed, failed);
        }
    }

    /** Goes back to the program before the first package. */
    @Override
    public void stop(String process) {
        ProgramFolder folder = folder();
        try {
            if (folder.mark().isPresent() && Files.exists(folder.previous())) {
                handOver(folder, HandOffPlan.PREVIOUS);
            }
        } catch (IOException failed) {
            throw ChangeException.failed("hand-off", "the hub could not be handed over: " + failed, failed);
        }
    }

    @Override
    public ProcessView view(String process) {
        boolean pending = Files.exists(planFile()) && !Files.exists(resultFile());
        return new ProcessView(ProcessView.State.RUNNING, ProcessHandle.current().pid(), !pending, 0,
                pending ? "handed over, not yet confirmed" : "running");
    }

    @Override
    public Optional<Boolean> runs(String process, String sha256) {
        try {
            return Optional.of(program.isPresent() && program.get().mark().filter(sha256::equals).isPresent());
        } catch (IOException unreadable) {
            return Optional.of(false);
        }
    }

    private ProgramFolder folder() {
        return program.orElseThrow(() -> ChangeException.refused("not-packaged", "The hub runs from something else than its package, so"
                + " it cannot put another one in place."));
    }

    private void handOver(ProgramFolder folder, String digest) throws IOException {
        Files.createDirectories(handOffFolder());
        forget();
        Path jar = handOffFolder().resolve("waystation.jar");
        Files.copy(folder.home().resolve(PROGRAM), jar, StandardCopyOption.REPLACE_EXISTING);
        HandOffPlan plan = new HandOffPlan(digest, ProcessHandle.current().pid(), folder.home(), arguments(), restart,
                data.resolve("address"), resultFile(), patience);
        plan.write(planFile());
        List<String> command = new ArrayList<>();
        ProcessTrees.find("setsid", System.getenv("PATH")).ifPresent(setsid -> command.add(setsid.toString()));
        command.addAll(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx64m", "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1", "-cp", jar.toString(), HandOff.class.getName(), planFile().toString()));
        Process taken = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(handOffFolder().resolve("log").toFile())).start();
        awaitEnd(taken);
    }

    /** The small process ends this one; when it ends itself before, something is wrong. */
    private void awaitEnd(Process taken) {
        try {
            if (taken.waitFor(3 * patience.toMillis(), TimeUnit.MILLISECONDS)) {
                throw ChangeException.refused("hand-off-failed", "What was to take over from the hub ended: "
                        + result().getProperty("reason", "see " + handOffFolder().resolve("log")));
            }
            throw ChangeException.refused("hand-off-failed", "The hub was not taken over within " + 3 * patience.toSeconds() + " s.");
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw ChangeException.failed("interrupted", "the hub is being handed over", stopping);
        }
    }

    /** What stands behind the jar on the command line of this process. */
    private static List<String> arguments() {
        List<String> all = Arrays.asList(ProcessHandle.current().info().arguments().orElse(new String[0]));
        int jar = all.indexOf("-jar");
        return jar < 0 || jar + 2 > all.size() ? List.of("serve") : List.copyOf(all.subList(jar + 2, all.size()));
    }

    private static String digest(Path file) {
        try {
            return HubPackage.digest(file);
        } catch (NoSuchFileException none) {
            throw ChangeException.refused("no-package", "there is no package at " + file, none);
        } catch (IOException unreadable) {
            throw ChangeException.failed("disk", file + " cannot be read: " + unreadable, unreadable);
        }
    }

    private Properties result() {
        try {
            return Files.exists(resultFile()) ? HandOffPlan.properties(resultFile()) : new Properties();
        } catch (IOException unreadable) {
            return new Properties();
        }
    }

    private void forget() {
        try {
            Files.deleteIfExists(resultFile());
            Files.deleteIfExists(planFile());
        } catch (IOException stays) {
            throw ChangeException.failed("disk", "the folder of the hand-off cannot be written to: " + stays, stays);
        }
    }

    private Path handOffFolder() {
        return data.resolve("hand-off");
    }

    private Path planFile() {
        return handOffFolder().resolve("plan.properties");
    }

    private Path resultFile() {
        return handOffFolder().resolve("result.properties");
    }
}
