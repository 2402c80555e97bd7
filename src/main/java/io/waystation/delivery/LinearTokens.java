package io.waystation.delivery;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.waystation.http.ProblemException;

/**
 * Asks Linear whose token it is; the account gets events of its own organisation only.
 *
 * @see <a href="https://linear.app/developers/graphql">Linear, GraphQL API</a>
 */
final class LinearTokens implements TokenCheck {
    private static final String QUERY = "{\"query\":\"{ viewer { id organization { id } } }\"}";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final URI api;
    private final Duration patience;
    private final HttpClient http;

    LinearTokens(URI api, Duration patience) {
        this.api = api;
        this.patience = patience;
        this.http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(patience)
                .followRedirects(HttpClient.Redirect.NEVER).build();
    }

    @Override
    public Optional<EdgeAccount> check(String token) {
        if (!token.chars().allMatch(c -> c > ' ' && c < 127)) {
            return Optional.empty(); // would not be a header
        }
        HttpRequest request = HttpRequest.newBuilder(api).timeout(patience).header("Content-Type", "application/json")
                .header("Authorization", token.startsWith("lin_api_") ? token : "Bearer " + token)
                .POST(BodyPublishers.ofString(QUERY)).build();
        try {
            HttpResponse<byte[]> answer = http.send(request, BodyHandlers.ofByteArray());
            if (answer.statusCode() == 400 || answer.statusCode() == 401 || answer.statusCode() == 403) {
                return Optional.empty();
            }
            JsonNode viewer = answer.statusCode() == 200 ? JSON.readTree(answer.body()).path("data").path("viewer") : null;
            if (viewer == null) {
                throw unavailable("HTTP " + answer.statusCode());
            }
            String person = viewer.path("id").asText("");
            String organisation = viewer.path("organization").path("id").asText("");
            return person.isEmpty() || organisation.isEmpty() ? Optional.empty()
                    : Optional.of(new EdgeAccount("linear:" + organisation + "/" + person, List.of("/linear/" + organisation)));
        } catch (IOException e) {
            throw unavailable(e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable("interrupted");
        }
    }

    private static ProblemException unavailable(String why) {
        return new ProblemException(503, "token-check-unavailable", "Nobody could say whose token it is (" + why
                + "); nothing was registered.", Map.of("Retry-After", "10"));
    }
}
