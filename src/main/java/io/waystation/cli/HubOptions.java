package io.waystation.cli;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

import picocli.CommandLine.Option;

/** Which hub a command talks to, and with which token. */
public final class HubOptions {
    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost", "[::1]");
    private static final String DEFAULT_ADDRESS = "http://127.0.0.1:3333";

    @Option(names = "--url", paramLabel = "URL", defaultValue = "${env:WAYSTATION_URL}",
            description = "Address of the hub (default: WAYSTATION_URL, else the hub that runs on the data folder).")
    private String url;

    @Option(names = "--token", paramLabel = "TOKEN", defaultValue = "${env:WAYSTATION_TOKEN}",
            description = "Token to show; prefer the variable WAYSTATION_TOKEN, because other users of this machine see"
                    + " command lines (default: WAYSTATION_TOKEN, else the file 'token' in the data folder).",
            showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER)
    private String token;

    @Option(names = "--data", paramLabel = "FOLDER", defaultValue = "${env:WAYSTATION_DATA:-data}",
            description = "Data folder of the hub (default: WAYSTATION_DATA, else data).")
    private Path data;

    @Option(names = "--insecure", description = "Takes any TLS certificate of the hub, such as one that does not name this machine.")
    private boolean insecure;

    /** A client of the hub. */
    HubClient connect() {
        return new HubClient(address(), token().orElseThrow(() -> new CommandFailure(ExitCode.USAGE,
                "no token: set WAYSTATION_TOKEN, or name the data folder of the hub at " + address() + " with --data ("
                        + data.resolve("token") + " is not there, or of another hub)")), insecure);
    }

    /** Data folder. */
    Path data() {
        return data;
    }

    private URI address() {
        return given(url).map(HubClient::address).or(this::ownAddress).orElseGet(() -> HubClient.address(DEFAULT_ADDRESS));
    }

    /** The data folder's token goes to the hub of that folder and to this machine, and to no other address. */
    private Optional<String> token() {
        URI address = address();
        boolean ours = given(url).isEmpty() || ownAddress().filter(address::equals).isPresent()
                || LOOPBACK.contains(address.getHost());
        return given(token).or(() -> ours ? ownToken() : Optional.empty());
    }

    /** What the hub of the data folder wrote when it started. */
    private Optional<URI> ownAddress() {
        Path file = data.resolve("address");
        try {
            return read(file).map(HubClient::address);
        } catch (CommandFailure damaged) {
            throw new CommandFailure(ExitCode.FAILED, file + " holds no address; start the hub again, which writes it, or name the"
                    + " address with --url");
        }
    }

    private Optional<String> ownToken() {
        Path file = data.resolve("token");
        Optional<String> own = read(file);
        if (own.filter(text -> text.chars().anyMatch(c -> c <= ' ' || c > '~')).isPresent()) {
            throw new CommandFailure(ExitCode.FAILED, file + " holds no token; delete it and start the hub again, which makes a new one");
        }
        return own;
    }

    private static Optional<String> given(String text) {
        return Optional.ofNullable(text).map(String::trim).filter(value -> !value.isEmpty());
    }

    private static Optional<String> read(Path file) {
        try {
            return given(Files.readString(file, StandardCharsets.ISO_8859_1));
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        } catch (IOException unreadable) {
            throw new CommandFailure(ExitCode.FAILED, "cannot read " + file + ": " + CommandFailure.reason(unreadable));
        }
    }
}
