package io.waystation.update.self;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * The small process that takes over from the hub: it ends the hub, puts the next program in place, starts it, and asks for
 * its {@code /health}; when that is not well in time, the program before is put back and started. How it went is written
 * into a file before a hub starts that has to know of it.
 *
 * <p>Uses nothing but the JDK, because it runs from a copy of one jar while the program changes under it.
 */
public final class HandOff {
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final Duration ANSWER = Duration.ofSeconds(5);
    private static final int GOOD_ANSWERS = 5;

    private final HandOffPlan plan;
    private final ProgramFolder folder;
    private final HttpClient client;
    private Process started;

    private HandOff(HandOffPlan plan) throws GeneralSecurityException {
        this.plan = plan;
        this.folder = new ProgramFolder(plan.home());
        SSLContext any = SSLContext.getInstance("TLS");
        any.init(null, new TrustManager[] {new OurOwn()}, null);
        this.client = HttpClient.newBuilder().connectTimeout(ANSWER).sslContext(any).build();
    }

    /** Takes one argument: the file with the plan. */
    public static void main(String[] arguments) throws Exception {
        new HandOff(HandOffPlan.read(Path.of(arguments[0]))).run();
    }

    private void run() throws Exception {
        boolean back = plan.sha256().equals(HandOffPlan.PREVIOUS);
        try {
            if (plan.restart().isEmpty()) {
                end(ProcessHandle.of(plan.hub()));
            }
            if (back) {
                folder.back();
            } else {
                folder.forward();
            }
            Optional<String> problem = start();
            if (problem.isEmpty() || back) {
                result(problem.isEmpty() ? "done" : "failed", problem.orElse(""));
                return;
            }
            goBack(problem.get());
        } catch (IOException failed) {
            goBack("the program could not be changed: " + failed);
        }
    }

    private void goBack(String why) throws Exception {
        say("going back: " + why);
        if (started != null) {
            end(Optional.of(started.toHandle()));
        }
        folder.back();
        result("failed", why);
        say("the program before: " + start().orElse("is healthy again"));
    }

    /** Starts what is in place, and waits until it is healthy; empty when it is. */
    private Optional<String> start() throws Exception {
        Instant since = Instant.now();
        if (plan.restart().isEmpty()) {
            List<String> command = new ArrayList<>(List.of(plan.home().resolve("bin").resolve("waystation").toString()));
            command.addAll(plan.arguments());
            started = new ProcessBuilder(command).redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectOutput(ProcessBuilder.Redirect.INHERIT).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        } else {
            Process restart = new ProcessBuilder(plan.restart()).inheritIO().start();
            if (!restart.waitFor(plan.patience().toMillis(), TimeUnit.MILLISECONDS) || restart.exitValue() != 0) {
                restart.destroyForcibly();
                return Optional.of("the command " + plan.restart().get(0) + " did not restart the hub");
            }
        }
        return awaitHealthy(since);
    }

    private Optional<String> awaitHealthy(Instant since) throws InterruptedException {
        String last = "nothing answered";
        int good = 0;
        for (Instant end = Instant.now().plus(plan.patience()); Instant.now().isBefore(end);) {
            if (started != null && !started.isAlive()) {
                return Optional.of("the hub ended with exit code " + started.exitValue());
            }
            last = health(since);
            good = last.isEmpty() ? good + 1 : 0;
            if (good >= GOOD_ANSWERS) {
                return Optional.empty();
            }
            TimeUnit.MILLISECONDS.sleep(LOOK.toMillis());
        }
        return Optional.of("the hub was not healthy within " + plan.patience().toSeconds() + " s: " + last);
    }

    /** What is wrong; empty when the hub that was started since answers well. */
    private String health(Instant since) {
        try {
            FileTime written = Files.getLastModifiedTime(plan.address());
            if (written.toInstant().isBefore(since)) {
                return "the hub does not listen yet";
            }
            URI health = URI.create(Files.readString(plan.address()).strip() + "/health");
            HttpRequest request = HttpRequest.newBuilder(health).timeout(ANSWER).build();
            int status = client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
            return status == 200 ? "" : health + " answers " + status;
        } catch (IOException | IllegalArgumentException | CompletionException notYet) {
            return notYet.toString();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    private void end(Optional<ProcessHandle> process) throws InterruptedException {
        if (process.isEmpty()) {
            return;
        }
        process.get().destroy();
        Instant end = Instant.now().plus(plan.patience());
        while (process.get().isAlive()) {
            if (Instant.now().isAfter(end)) {
                process.get().destroyForcibly();
            }
            TimeUnit.MILLISECONDS.sleep(LOOK.toMillis());
        }
    }

    private void result(String outcome, String reason) throws IOException {
        say(outcome + " " + reason);
        Properties all = new Properties();
        all.setProperty("sha256", plan.sha256());
        all.setProperty("outcome", outcome);
        all.setProperty("reason", reason);
        Path draft = plan.result().resolveSibling(plan.result().getFileName() + ".draft");
        try (var out = Files.newOutputStream(draft)) {
            all.store(out, "How the hub was handed over");
        }
        Files.move(draft, plan.result(), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void say(String text) {
        System.out.println(Instant.now() + " hand-off: " + text);
    }

    /** Takes any certificate: the hub's own may be for another name than the address it listens on. */
    private static final class OurOwn extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, java.net.Socket socket) {
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, java.net.Socket socket) {
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
