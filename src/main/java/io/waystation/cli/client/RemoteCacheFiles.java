package io.waystation.cli.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import io.waystation.settings.HomeFolder;
import io.waystation.store.StartupException;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * The files in which go-task keeps remote Taskfiles: {@code <prefix>.<sha256 of the address>.yaml},
 * {@code .checksum} and {@code .timestamp}. They are found by the digest alone, because the prefix has
 * changed between releases.
 */
final class RemoteCacheFiles {
    private final Path folder;

    RemoteCacheFiles(Path folder) {
        this.folder = folder;
    }

    /** The cache of a project, where go-task looks for it: TASK_REMOTE_DIR, else TASK_TEMP_DIR, else .task. */
    static RemoteCacheFiles of(Path project, Map<String, String> environment) {
        String root = environment.getOrDefault("TASK_REMOTE_DIR", "");
        root = root.isBlank() ? environment.getOrDefault("TASK_REMOTE_CACHE_DIR", "") : root;
        root = root.isBlank() ? environment.getOrDefault("TASK_TEMP_DIR", "") : root;
        root = root.isBlank() ? ".task" : root;
        if (root.equals("~") || root.startsWith("~/")) {
            String path = root;
            root = HomeFolder.of(environment).orElseThrow(() -> new StartupException("no-home-folder", "the cache of remote Taskfiles is in "
                    + path + ", and this user has no home folder; set HOME")) + root.substring(1);
        }
        return new RemoteCacheFiles(project.resolve(root).resolve("remote"));
    }

    /** The cached text of an address. */
    Optional<Path> copyOf(String address) {
        return files(address, ".yaml").stream().findFirst();
    }

    /**
     * Makes go-task take its copy of an address for expired: it fetches anew, still has the copy when it is
     * offline, and still knows the checksum that was trusted.
     *
     * @return how many copies expired
     */
    int expire(String address) throws IOException {
        int expired = 0;
        for (Path file : files(address, ".timestamp")) {
            expired += Files.deleteIfExists(file) ? 1 : 0;
        }
        return expired;
    }

    private List<Path> files(String address, String ending) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        String end = "." + DigestUtils.sha256Hex(IncludeAddress.named(address)) + ending;
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().endsWith(end)).toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException("cannot read " + folder, unreadable);
        }
    }
}
