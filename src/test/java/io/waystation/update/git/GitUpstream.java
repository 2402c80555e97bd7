package io.waystation.update.git;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A real repository made with the git binary, to read as an upstream. */
public final class GitUpstream {
    private final Path folder;

    /** An empty repository in a folder, with the branch {@code main} and one commit. */
    public GitUpstream(Path folder) {
        this.folder = folder;
        git("init", "-q", "-b", "main", ".");
        commit("first");
    }

    /** Access for tests, with nobody's keys. */
    public static GitAccess access(Path home) {
        return new GitAccess(Duration.ofSeconds(20), URI.create("https://github.com"), Optional.empty(), home, 1L << 30);
    }

    /** Its address. */
    public String address() {
        return folder.toUri().toString().replaceFirst("/+$", "");
    }

    /** Its folder. */
    public Path folder() {
        return folder;
    }

    /** Makes a commit whose file {@code version.txt} says this. */
    public String commit(String text) {
        try {
            Files.writeString(folder.resolve("version.txt"), text + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        git("add", "-A");
        git("commit", "-q", "--allow-empty", "-m", text);
        return head();
    }

    /** The commit that is checked out. */
    public String head() {
        return git("rev-parse", "HEAD").trim();
    }

    /** A light tag on what is checked out. */
    public String tag(String name) {
        git("update-ref", "refs/tags/" + name, head());
        return head();
    }

    /** An annotated tag; gives the id of the tag object. */
    public String annotate(String name) {
        git("tag", "-a", "-m", name, "--", name);
        return git("rev-parse", "refs/tags/" + name).trim();
    }

    /** Runs git here. */
    public String git(String... arguments) {
        List<String> command = Stream.concat(
                Stream.of("git", "-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"),
                Stream.of(arguments)).toList();
        try {
            Path output = Files.createTempFile("git", ".txt");
            ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).redirectOutput(output.toFile());
            builder.environment().put("GIT_CONFIG_GLOBAL", "/dev/null");
            builder.environment().put("GIT_CONFIG_NOSYSTEM", "1");
            Process process = builder.start();
            boolean ended = process.waitFor(60, TimeUnit.SECONDS);
            String text = Files.readString(output, StandardCharsets.UTF_8);
            Files.delete(output);
            if (!ended || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IllegalStateException(command + " failed: " + text);
            }
            return text;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
