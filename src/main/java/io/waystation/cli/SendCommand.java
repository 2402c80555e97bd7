package io.waystation.cli;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code waystation send}: posts a payload file the way a provider would, signed. */
@Command(name = "send", mixinStandardHelpOptions = true,
        description = "Posts a payload file to a hub, or to any receiver, the way a provider sends it.",
        footer = {"", "Example:",
            "  WEBHOOK_SECRET=... waystation send http://127.0.0.1:3333/my-channel --payload push.json \\",
            "      --provider github --event push --secret-env WEBHOOK_SECRET"})
public final class SendCommand implements Callable<Integer> {
    @Parameters(paramLabel = "URL", description = "Where to post to.")
    private String url;

    @Option(names = "--payload", required = true, paramLabel = "FILE", description = "File with the exact bytes to send; - reads standard input.")
    private String payload;

    @Option(names = "--provider", defaultValue = "github", paramLabel = "NAME",
            description = "Whose headers and signature to use: github, gitlab, bitbucket, bitbucket-server, gitea,"
                    + " forgejo, linear, standard-webhooks, slack, stripe, shopify, jira, websub, cloudevents, hmac or bearer (default: ${DEFAULT-VALUE}).")
    private String provider;

    @Option(names = "--event", defaultValue = "push", paramLabel = "NAME", description = "Event name (default: ${DEFAULT-VALUE}).")
    private String event;

    @Option(names = "--secret-env", paramLabel = "VARIABLE", description = "Environment variable that holds the secret; without it nothing is signed.")
    private String secretVariable;

    @Option(names = "--delivery", paramLabel = "ID", description = "Delivery id (default: a new one).")
    private String delivery;

    @Option(names = "--content-type", defaultValue = "application/json", paramLabel = "TYPE", description = "Content type (default: ${DEFAULT-VALUE}).")
    private String contentType;

    @Option(names = {"-H", "--header"}, paramLabel = "NAME=VALUE", description = "One more header; may be given more than once and wins.")
    private Map<String, String> headers = new LinkedHashMap<>();

    @Option(names = "--timeout", defaultValue = "30", paramLabel = "SECONDS", description = "How long to wait for the answer (default: ${DEFAULT-VALUE}).")
    private int timeout;

    @Option(names = "--insecure", description = "Takes any TLS certificate.")
    private boolean insecure;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        URI target = HubClient.exactly(url);
        byte[] body = payload.equals("-") ? System.in.readAllBytes() : read(Path.of(payload));
        String id = delivery == null ? UUID.randomUUID().toString() : delivery;
        WebhookSigner signer = new WebhookSigner(WebhookSigner.Provider.of(provider), secretVariable == null ? null : secret(secretVariable));
        Map<String, String> all = new LinkedHashMap<>();
        all.put("Content-Type", contentType);
        all.putAll(signer.headers(event, id, Instant.now(), body));
        all.putAll(headers);
        HttpRequest.Builder request = HttpRequest.newBuilder(target)
                .timeout(Duration.ofSeconds(timeout))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        all.forEach(request::setHeader);
        HttpResponse<byte[]> response = HubClient.send(HubClient.http(insecure), request.build());
        if (response.statusCode() / 100 != 2) {
            throw HubClient.refused(response);
        }
        spec.commandLine().getOut().println(response.statusCode() + " " + new String(response.body(), StandardCharsets.UTF_8).strip());
        return ExitCode.OK;
    }

    /** Secret in an environment variable, so that no command line shows it. */
    static String secret(String variable) {
        String secret = System.getenv(variable);
        if (secret == null || secret.isEmpty()) {
            throw new CommandFailure(ExitCode.USAGE, "the environment variable " + variable + " is not set");
        }
        return secret;
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException unreadable) {
            throw new CommandFailure(ExitCode.USAGE, "cannot read the payload " + file + ": " + CommandFailure.reason(unreadable));
        }
    }
}
