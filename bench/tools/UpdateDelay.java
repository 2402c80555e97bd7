import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Measures updates of the subsystem {@code bench}, as {@code bench/updates.sh} sets it up.
 *
 * <p>{@code mode=start}: tags a version, posts the signed webhook, and takes from the files in the project when {@code task} was
 * started and when its first command ran, by the same clock; the next one begins when the update has ended.
 * {@code mode=unrelated}: posts events of another repository, and takes the hub's processor time until its group has read them.
 */
public final class UpdateDelay {
    private static final int POSTS_AT_ONCE = 8;
    private static final int LAG_LOOKS = 600;
    private static final Pattern LAG = Pattern.compile("^waystation_group_lag\\{[^}]*group=\"upstreams\"[^}]*} (\\S+)", Pattern.MULTILINE);
    private static final Pattern STATE = Pattern.compile("\"state\"\\s*:\\s*\"(\\w+)\"");

    private final Map<String, String> options = new HashMap<>();
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    public static void main(String[] arguments) throws Exception {
        UpdateDelay bench = new UpdateDelay();
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            bench.options.put(argument.substring(0, equals), argument.substring(equals + 1));
        }
        if (bench.options.get("mode").equals("start")) {
            bench.starts();
        } else {
            bench.unrelated();
        }
    }

    private void starts() throws Exception {
        int warm = Integer.parseInt(options.get("warm"));
        int runs = Integer.parseInt(options.get("runs"));
        List<Long> answers = new ArrayList<>();
        List<Long> starts = new ArrayList<>();
        List<Long> commands = new ArrayList<>();
        Path tags = Path.of(options.get("upstream"), ".git", "refs", "tags");
        List<String> commits = Files.readAllLines(Path.of(options.get("commits")));
        Files.createDirectories(tags);
        for (int run = 1; run <= warm + runs; run++) {
            String tag = "v0.501." + run;
            Files.writeString(tags.resolve(tag), commits.get(run - 1) + "\n");
            int startedBefore = lines("started").size();
            int commandsBefore = lines("first-command").size();
            long posted = now();
            int status = client.send(webhook("acme/bench", tag), HttpResponse.BodyHandlers.ofString()).statusCode();
            long answered = now();
            if (status != 202) {
                throw new IllegalStateException("the webhook was answered with " + status);
            }
            long started = new BigDecimal(line("started", startedBefore).replace(',', '.')).movePointRight(6).longValue();
            long command = Long.parseLong(line("first-command", commandsBefore)) / 1_000;
            ended();
            if (run > warm) {
                answers.add(answered - posted);
                starts.add(started - posted);
                commands.add(command - posted);
            }
        }
        System.out.println("runs=" + runs + figures("answer", answers) + figures("start", starts) + figures("command", commands));
    }

    private void unrelated() throws Exception {
        int runs = Integer.parseInt(options.get("runs"));
        post(runs / 4);
        int processes = lines("started").size();
        int operations = operations("").split("\"id\"", -1).length;
        long before = cpuMicros();
        post(runs);
        long used = cpuMicros() - before;
        System.out.println("runs=" + runs + " cpu_us=" + used / runs + " processes=" + (lines("started").size() - processes)
                + " operations=" + (operations("").split("\"id\"", -1).length - operations));
    }

    private void post(int count) throws Exception {
        Semaphore free = new Semaphore(POSTS_AT_ONCE);
        List<CompletableFuture<?>> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            free.acquire();
            all.add(client.sendAsync(webhook("acme/nobody", "v" + i), HttpResponse.BodyHandlers.discarding())
                    .whenComplete((answer, failure) -> free.release()));
        }
        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
        for (int look = 0; look < LAG_LOOKS; look++) {
            Matcher lag = LAG.matcher(get("/observe/metrics"));
            if (lag.find() && Double.parseDouble(lag.group(1)) == 0) {
                return;
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        throw new IllegalStateException("the group upstreams does not catch up");
    }

    /** Waits until the update's operation, and the look for a newer version beside it, have ended. */
    private void ended() throws Exception {
        for (int look = 0; look < LAG_LOOKS; look++) {
            Matcher state = STATE.matcher(operations("&subject=bench&limit=2"));
            boolean open = false;
            while (state.find()) {
                open |= List.of("queued", "running", "held").contains(state.group(1));
                if (state.group(1).equals("failed")) {
                    throw new IllegalStateException("an update failed: " + operations("&subject=bench&limit=1"));
                }
            }
            if (!open) {
                TimeUnit.MILLISECONDS.sleep(30);
                return;
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
        throw new IllegalStateException("an update does not end");
    }

    private String operations(String query) throws Exception {
        return get("/api/operations?kind=update" + query);
    }

    private String get(String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(options.get("url") + path))
                .header("Authorization", "Bearer " + options.get("token")).build();
        return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }

    private HttpRequest webhook(String repository, String tag) throws Exception {
        String body = "{\"ref\":\"refs/tags/" + tag + "\",\"repository\":{\"full_name\":\"" + repository + "\"}}";
        byte[] secret = System.getenv("BENCH_SECRET").getBytes(StandardCharsets.UTF_8);
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret, "HmacSHA256"));
        return HttpRequest.newBuilder(URI.create(options.get("url") + "/webhook/updates")).header("Content-Type", "application/json")
                .header("X-GitHub-Event", "push").header("X-GitHub-Delivery", UUID.randomUUID().toString())
                .header("X-Hub-Signature-256", "sha256=" + HexFormat.of().formatHex(mac.doFinal(body.getBytes(StandardCharsets.UTF_8))))
                .POST(HttpRequest.BodyPublishers.ofString(body)).build();
    }

    private List<String> lines(String file) throws IOException {
        Path path = Path.of(options.get("project"), file);
        String text = Files.exists(path) ? Files.readString(path) : "";
        return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    }

    private String line(String file, int number) throws Exception {
        for (int look = 0; look < 30_000; look++) {
            List<String> found = lines(file);
            if (found.size() > number) {
                return found.get(number);
            }
            TimeUnit.MILLISECONDS.sleep(2);
        }
        throw new IllegalStateException("task was not started: " + operations("&subject=bench&limit=1"));
    }

    private long cpuMicros() throws IOException {
        String stat = Files.readString(Path.of("/proc", options.get("pid"), "stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * 10_000; // in hundredths of a second
    }

    private static long now() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    }

    private static String figures(String name, List<Long> micros) {
        Collections.sort(micros);
        return " " + name + "_p50_ms=" + millis(micros, 0.5) + " " + name + "_p99_ms=" + millis(micros, 0.99) + " " + name + "_max_ms="
                + millis(micros, 1);
    }

    private static String millis(List<Long> sorted, double part) {
        int at = (int) Math.ceil(part * sorted.size()) - 1;
        return String.format(Locale.ROOT, "%.1f", sorted.get(Math.max(0, at)) / 1_000.0);
    }
}
