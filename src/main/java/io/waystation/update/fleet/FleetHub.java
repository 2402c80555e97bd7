package io.waystation.update.fleet;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

import io.waystation.settings.Secret;

/** The hub that a machine reports to. Thread-safe; the calling thread waits for the answer. */
final class FleetHub {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int SHOWN = 300;

    private final URI address;
    private final Secret token;
    private final HttpClient client;

    /**
     * A hub.
     *
     * @param address its address, without a path
     * @param token one with the role {@code fleet}
     */
    FleetHub(URI address, Secret token) {
        this.address = URI.create(address.toString().replaceFirst("/+$", "") + "/api/fleet/reports");
        this.token = token;
        this.client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(PATIENCE).build(); // never: a redirect would carry the token to another address
    }

    /**
     * What the hub said.
     *
     * @param status HTTP status; 0 when there was none
     * @param text for a person
     */
    record Answer(int status, String text) {
        boolean isTaken() {
            return status / 100 == 2;
        }

        /** Whether it may be taken later: no answer, a busy hub, a missing or wrong token that may be put right. */
        boolean isWorthAnotherTry() {
            return status == 0 || status >= 500 || status == 401 || status == 403 || status == 404 || status == 408 || status == 425
                    || status == 429;
        }
    }

    Answer post(byte[] report) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(address).timeout(PATIENCE)
                .header("Authorization", "Bearer " + token.text()).header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(report)).build();
        try {
            HttpResponse<byte[]> response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
            String text = new String(response.body(), 0, Math.min(SHOWN, response.body().length), StandardCharsets.UTF_8);
            return new Answer(response.statusCode(), "The hub at " + address + " answered " + response.statusCode() + ": "
                    + text.replaceAll("\\p{Cntrl}", " "));
        } catch (HttpTimeoutException late) {
            return new Answer(0, "The hub at " + address + " did not answer within " + PATIENCE.toSeconds() + " s.");
        } catch (IOException unreachable) {
            return new Answer(0, "The hub at " + address + " cannot be reached: " + unreachable);
        }
    }
}
