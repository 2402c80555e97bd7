package io.waystation.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code waystation backup}: a copy of the data folder, made while the hub runs. */
@Command(name = "backup", mixinStandardHelpOptions = true, description = {
    "Copies the data folder of a running hub.",
    "The copy is a data folder itself: waystation serve --data FOLDER."})
public final class BackupCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FOLDER", description = "Folder to make; must not exist yet.")
    private Path target;

    @Mixin
    private HubOptions hub;

    @Mixin
    private Output output;

    @Override
    public Integer call() throws IOException {
        if (Files.exists(target)) {
            throw new CommandFailure(ExitCode.USAGE, target + " exists already");
        }
        JsonNode answer = hub.connect().post("/api/backup", Map.of());
        Path made = Path.of(answer.path("folder").asText());
        String size = answer.path("bytes").asText() + " bytes in " + answer.path("files").asText() + " files";
        if (isOfThisMachine(made)) {
            move(made, target.toAbsolutePath());
            output.say("copied to " + target + ", " + size, answer);
        } else {
            output.say("the hub copied to " + made + " on its own machine, " + size, answer);
        }
        return ExitCode.OK;
    }

    /** Whether it is where the hub of the data folder puts backups: no answer makes us move anything else. */
    private boolean isOfThisMachine(Path made) throws IOException {
        Path backups = hub.data().resolve("backups");
        return Files.isReadable(made) && Files.isDirectory(backups) && made.toRealPath().startsWith(backups.toRealPath());
    }

    /** Moves a folder, also to another file system. */
    private static void move(Path from, Path to) throws IOException {
        Files.createDirectories(to.getParent());
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
            return;
        } catch (IOException otherFileSystem) {
            // copied below; what really fails fails there too
        }
        List<Path> paths;
        try (Stream<Path> walk = Files.walk(from)) {
            paths = walk.toList();
        }
        for (Path path : paths) {
            Files.copy(path, to.resolve(from.relativize(path).toString()), StandardCopyOption.COPY_ATTRIBUTES);
        }
        for (int i = paths.size() - 1; i >= 0; i--) {
            Files.delete(paths.get(i));
        }
    }
}
