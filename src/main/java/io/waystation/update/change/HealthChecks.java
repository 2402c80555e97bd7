package io.waystation.update.change;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;

/** The health checks there are: an address, a command. Thread-safe. */
public final class HealthChecks {
    private HealthChecks() {
    }

    /** Healthy while a GET of this address is answered with 200 to 299 in time. Redirects are not followed. */
    public static HealthCheck http(URI address, Duration timeout) {
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(timeout).build();
        HttpRequest request = HttpRequest.newBuilder(address).timeout(timeout).build();
        return () -> {
            try {
                int status = client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
                return new HealthCheck.Probe(status / 100 == 2, address + " answered " + status);
            } catch (IOException unreachable) {
                String why = unreachable.getMessage() == null ? unreachable.getClass().getSimpleName() : unreachable.getMessage();
                return new HealthCheck.Probe(false, address + " cannot be reached: " + why);
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                return new HealthCheck.Probe(false, "interrupted");
            }
        };
    }

    /** Healthy while this command ends with 0 in time. */
    public static HealthCheck command(CommandRunner runner, List<String> command, Duration timeout) {
        return () -> {
            try {
                CommandRunner.Ended ended = runner.run(command, timeout);
                return new HealthCheck.Probe(ended.exitCode() == 0,
                        command.get(0) + " ended with " + ended.exitCode() + ": " + ended.lastLine());
            } catch (ChangeException notStarted) {
                return new HealthCheck.Probe(false, notStarted.getMessage());
            }
        };
    }
}
