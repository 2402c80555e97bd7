package io.waystation.cli;

import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

import io.waystation.channel.ChannelName;
import io.waystation.channel.Channels;
import io.waystation.settings.Secret;
import io.waystation.store.OwnerOnlyFile;

/**
 * The channel a hub makes at its first start, so that somebody new has one that works: an unguessable name and a
 * secret of its own, both in the file {@code first-channel} of the data folder, which only its owner may read.
 */
final class FirstChannel {
    private static final String FILE = "first-channel";
    private static final String PAYLOAD = "{\"zen\":\"Design for failure.\"}";
    private static final int SECRET_BYTES = 32;
    private static final String FROM_SOURCES = "\n                 (waystation is target/waystation/bin/waystation, made by mvn verify)";

    private final String name;
    private final String secret;

    private FirstChannel(String name, String secret) {
        this.name = name;
        this.secret = secret;
    }

    /** The channel of a data folder, made now if there is none; empty when somebody has removed it. */
    static Optional<FirstChannel> of(Path data, Channels channels) throws IOException {
        Path file = data.resolve(FILE);
        if (!Files.exists(file)) {
            make(file, channels);
        }
        Properties kept = new Properties();
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            kept.load(reader);
        }
        String name = kept.getProperty("name", "");
        String secret = kept.getProperty("secret", "");
        return channels.policy(name).filter(policy -> !policy.isOpen()).map(policy -> new FirstChannel(name, secret));
    }

    private static void make(Path file, Channels channels) throws IOException {
        String name = ChannelName.random();
        byte[] random = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(random);
        String secret = HexFormat.of().formatHex(random);
        channels.define(channels.draft(name).withSenders("auto", List.of(Secret.of(secret)), false)
                .withReaders(List.of(), true)); // its name is random: who is given it may watch
        Properties kept = new Properties();
        kept.setProperty("name", name);
        kept.setProperty("secret", secret);
        StringWriter text = new StringWriter();
        kept.store(text, "The channel this hub made at its first start");
        OwnerOnlyFile.create(file, text.toString());
    }

    /**
     * What to tell the person who started the hub at an address.
     *
     * @param home where the hub is installed, or empty when it runs from its sources, without a command {@code waystation}
     */
    String describe(String address, Path data, Optional<Path> home) {
        String url = address + "/" + name;
        Map<String, String> headers = new WebhookSigner(WebhookSigner.Provider.GITHUB, secret)
                .headers("ping", "first", Instant.EPOCH, PAYLOAD.getBytes(StandardCharsets.UTF_8));
        return """

                  Your channel   %1$s
                  Its secret     in the file %2$s
                  Watch it       open it in a browser, or run: waystation client %1$s http://localhost:8080/%5$s
                  Try it         paste this, a signed webhook:

                curl -H 'Content-Type: application/json' -H 'X-GitHub-Event: ping' \\
                  -H 'X-Hub-Signature-256: %3$s' -d '%4$s' %1$s
                """.formatted(url, data.resolve(FILE), headers.get("X-Hub-Signature-256"), PAYLOAD, home.isPresent() ? "" : FROM_SOURCES);
    }
}
