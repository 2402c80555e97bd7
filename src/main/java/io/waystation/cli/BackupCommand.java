package io.waystation.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.concurrent.Callable;

import com.fasterxml.jackson.databind.JsonNode;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code waystation backup}: a copy of the data folder, made while the hub runs. */
@Command(name = "backup", mixinStandardHelpOptions = true, description = {
    "Writes a backup of a running hub to a ZIP file.",
    "Unpacked into an empty folder it is a data folder: waystation serve --data FOLDER."})
public final class BackupCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "ZIP file to write; must not exist yet.")
    private Path file;

    @Mixin
    private HubOptions hub;

    @Mixin
    private Output output;

    @Override
    public Integer call() throws IOException {
        if (Files.exists(file)) {
            throw new CommandFailure(ExitCode.USAGE, file + " exists already");
        }
        JsonNode answer = hub.connect().post("/api/backup", Map.of());
        Path made = Path.of(answer.path("file").asText());
        if (Files.isReadable(made)) {
            if (file.toAbsolutePath().getParent() != null) {
                Files.createDirectories(file.toAbsolutePath().getParent());
            }
            Files.move(made, file, StandardCopyOption.COPY_ATTRIBUTES);
            output.say("wrote " + file + ", " + answer.path("bytes").asText() + " bytes", answer);
        } else {
            output.say("the hub wrote " + made + " on its own machine, " + answer.path("bytes").asText() + " bytes", answer);
        }
        return ExitCode.OK;
    }
}
