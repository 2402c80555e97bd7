package io.waystation.update.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import io.waystation.HubHome;
import io.waystation.OutsideTool;
import io.waystation.update.git.GitUpstream;
import org.apache.commons.codec.digest.HmacAlgorithms;
import org.apache.commons.codec.digest.HmacUtils;

/**
 * A project with subsystems, a real upstream repository for each, a Taskfile that builds and reloads real processes, and the
 * home of a hub that follows them.
 */
public final class UpdateScene implements AutoCloseable {
    static final String SECRET = "scene-secret";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final Path folder;
    private final Path project;
    private final HubHome home;
    private final Map<String, GitUpstream> upstreams = new TreeMap<>();
    private final List<String> followed = new ArrayList<>();

    /** A scene in a folder of the test. */
    public UpdateScene(Path folder) throws IOException {
        this.folder = folder;
        this.project = Files.createDirectories(folder.resolve("project"));
        this.home = HubHome.in(folder).route("hook.camel.yaml", SOURCE);
        for (String script : List.of("build.sh", "download.sh", "reload.sh", "health.sh")) {
            Files.copy(Path.of("src/test/resources/update").resolve(script), project.resolve(script));
        }
    }

    /** Adds a subsystem with an upstream at v1.0.0, and its source, which is not built yet. */
    public UpdateScene subsystem(String name, String... parameters) throws IOException {
        GitUpstream upstream = new GitUpstream(Files.createDirectories(folder.resolve("upstream").resolve(name)));
        upstream.commit(name + " 1.0.0");
        upstream.tag("v1.0.0");
        upstreams.put(name, upstream);
        Files.createDirectories(project.resolve(name));
        upstream.git("clone", "-q", upstream.folder().toString(), project.resolve(name).resolve(".src").toString());
        return stanza(name, "acme/" + name + "=" + upstream.address(), parameters);
    }

    /** Adds a subsystem that is not built here: it follows the releases that another hub has signed. */
    public UpdateScene follower(String name, String... parameters) throws IOException {
        Files.createDirectories(project.resolve(name));
        followed.add(name);
        List<String> all = new ArrayList<>(List.of("strategy", "signed"));
        all.addAll(List.of(parameters));
        return stanza(name, "acme/" + name, all.toArray(String[]::new));
    }

    private UpdateScene stanza(String name, String repository, String... parameters) throws IOException {
        StringBuilder stanza = new StringBuilder(STANZA.formatted(name, repository));
        if (!List.of(parameters).contains("health")) { // not by the task, which takes ten times as long to start
            stanza.append("      - {name: health, value: \"sh health.sh ").append(name).append("\"}\n");
        }
        for (int i = 0; i < parameters.length; i += 2) {
            stanza.append("      - {name: ").append(parameters[i]).append(", value: \"").append(parameters[i + 1]).append("\"}\n");
        }
        home.route("upstream-" + name + ".camel.yaml", stanza.toString());
        StringBuilder tasks = new StringBuilder("version: '3'\ntasks:\n" + RELOAD);
        Stream.concat(upstreams.keySet().stream(), followed.stream()).forEach(each -> tasks.append(TASKS.replace("NAME", each)
                .replace("VARIABLE", each.toUpperCase(Locale.ROOT) + "_VERSION")));
        Files.writeString(project.resolve("Taskfile.yml"), tasks);
        return this;
    }

    /** Takes a target out of the Taskfile. */
    public void taskfileWithout(String target) throws IOException {
        Path file = project.resolve("Taskfile.yml");
        String text = Files.readString(file);
        String gone = text.replaceFirst("(?m)^  " + target + ":\n(?:    .*\n)+", "");
        assertThat(gone).hasSizeLessThan(text.length());
        Files.writeString(file, gone);
    }

    /** Adds a route to the hub's home. */
    public UpdateScene route(String file, String yaml) throws IOException {
        home.route(file, yaml);
        return this;
    }

    /** The upstream of a subsystem. */
    public GitUpstream upstream(String name) {
        return upstreams.get(name);
    }

    /** The folder with the Taskfile. */
    public Path project() {
        return project;
    }

    /** The home of a hub that follows the subsystems. */
    public Path home() {
        return home.path();
    }

    /** Settings of a hub of this scene, quick ones, and more of them. */
    public String[] settings(String... more) {
        List<String> all = new ArrayList<>(List.of(
                "waystation.secrets.literal", "true",
                "waystation.update.project", project.toString(),
                "waystation.update.task", OutsideTool.required("task").toString(),
                "waystation.update.task-grace", "300ms",
                "waystation.update.file-upstreams", "true",
                "waystation.update.reload-command", "sh,reload.sh,{process}",
                "waystation.update.reconcile-delay", "10ms",
                "waystation.update.quiet", "100ms",
                "waystation.update.health-needed", "2",
                "waystation.update.health-of", "3",
                "waystation.update.health-interval", "50ms",
                "waystation.update.health-timeout", "15s",
                "waystation.update.soak", "200ms"));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    /** Makes and tags a version upstream. */
    public String release(String name, String tag, String said) {
        upstreams.get(name).commit(said);
        return upstreams.get(name).tag(tag);
    }

    /** Posts a signed webhook that tells of a tag, as GitHub does. */
    public int tell(URI hook, String repository, String tag) throws Exception {
        return tell(hook, repository, tag, UUID.randomUUID().toString(), SECRET);
    }

    /** The same with the id of a delivery, signed with a secret. */
    public int tell(URI hook, String repository, String tag, String delivery, String secret) throws Exception {
        String body = JSON.writeValueAsString(Map.of("ref", "refs/tags/" + tag, "repository", Map.of("full_name", repository)));
        String signature = new HmacUtils(HmacAlgorithms.HMAC_SHA_256, secret).hmacHex(body);
        HttpRequest request = HttpRequest.newBuilder(hook).header("Content-Type", "application/json")
                .header("X-GitHub-Event", "push").header("X-GitHub-Delivery", delivery)
                .header("X-Hub-Signature-256", "sha256=" + signature).POST(HttpRequest.BodyPublishers.ofString(body)).build();
        return CLIENT.send(request, HttpResponse.BodyHandlers.ofString()).statusCode();
    }

    /** What the manifest says of a subsystem; missing while there is none. */
    public JsonNode manifest(String name) {
        try {
            Path file = project.resolve(".version-manifest.json");
            return Files.exists(file) ? JSON.readTree(file.toFile()).path("subsystems").path(name) : JSON.missingNode();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** What the binary in use says of its version; empty when there is none. */
    public String binary(String name) {
        return said(project.resolve(name).resolve(".bin").resolve(name));
    }

    /** What the file says that the running process was started from; empty when none runs. */
    public String running(String name) {
        try {
            String pid = Files.readString(project.resolve(name).resolve("pid")).trim();
            return said(Path.of("/proc", pid, "exe"));
        } catch (IOException none) {
            return "";
        }
    }

    private static String said(Path program) {
        try {
            String text = new String(Files.readAllBytes(program), StandardCharsets.ISO_8859_1);
            return text.substring(text.lastIndexOf('\0') + 1).trim();
        } catch (IOException none) {
            return "";
        }
    }

    /** What each build saw of others in /proc when it began: one of a subsystem at a time, and no more than allowed in all. */
    public void assertBuildsAtOnce(int most) throws IOException {
        assertThat(Files.readAllLines(project.resolve("at-once.log"))).isNotEmpty().allSatisfy(line -> {
            String[] words = line.split(" ");
            assertThat(Integer.parseInt(words[1])).as("of one subsystem: %s", line).isEqualTo(1);
            assertThat(Integer.parseInt(words[2])).as("in all: %s", line).isBetween(1, most);
        });
    }

    /** Process id in use; 0 before the first. */
    public long pid(String name) throws IOException {
        Path pid = project.resolve(name).resolve("pid");
        return Files.exists(pid) ? Long.parseLong(Files.readString(pid).trim()) : 0;
    }

    /** Names of the processes in the order they were reloaded. */
    public List<String> reloads() throws IOException {
        Path log = project.resolve("reloads.log");
        return Files.exists(log) ? Files.readAllLines(log) : List.of();
    }

    /** Lets a build of a source that says {@code gated} go on. */
    public void open(String name) throws IOException {
        Files.createFile(project.resolve(name).resolve("gate"));
    }

    /** From now on a subsystem is not healthy beside a binary that says this. */
    public void refuses(String name, String said) throws IOException {
        Files.writeString(project.resolve(name).resolve("refuses"), said);
    }

    /** What the manifest says is what is on disk and runs: nothing under way, one binary, one process of it. */
    public void assertManifestIsTrue(String name) throws IOException {
        JsonNode entry = manifest(name);
        Path bin = project.resolve(name).resolve(".bin");
        String digest = digest(bin.resolve(name));
        assertThat(entry.hasNonNull("changing")).as("%s: %s", name, entry).isFalse();
        assertThat(entry.path("current_sha256").asText()).as("%s: current", name).isEqualTo(digest);
        assertThat(digest(Path.of("/proc", Long.toString(pid(name)), "exe"))).as("%s: running", name).isEqualTo(digest);
        assertThat(bin.resolve(".version")).as(name).exists();
        assertThat(Files.readString(bin.resolve(".version"))).as("%s: .version", name).contains("checksum: " + digest)
                .contains("version: " + entry.path("current_tag").asText());
        Path previous = bin.resolve(".previous").resolve(name);
        assertThat(entry.at("/previous/sha256").asText("")).as("%s: previous", name)
                .isEqualTo(Files.exists(previous) ? digest(previous) : "");
    }

    private static String digest(Path file) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (IOException none) {
            return "no file";
        } catch (NoSuchAlgorithmException never) {
            throw new IllegalStateException(never);
        }
    }

    /** Lines of all builds: a time, begin or end, the subsystem, and what its source said. */
    public List<String> builds() throws IOException {
        Path log = project.resolve("builds.log");
        return Files.exists(log) ? Files.readAllLines(log) : List.of();
    }

    @Override
    public void close() throws IOException {
        for (String name : (Iterable<String>) Stream.concat(upstreams.keySet().stream(), followed.stream())::iterator) {
            Path pid = project.resolve(name).resolve("pid");
            if (Files.exists(pid)) {
                ProcessHandle.of(Long.parseLong(Files.readString(pid).trim())).ifPresent(ProcessHandle::destroyForcibly);
            }
        }
    }

    private static final String SOURCE = """
            - templatedRoute:
                routeTemplateRef: source
                routeId: source-hook
                prefixId: hook
                parameters:
                  - {name: address, value: /webhook/hook}
                  - {name: provider, value: github}
                  - {name: channel, value: upstreams}
                  - {name: secrets, value: "literal:scene-secret"}
            """;
    private static final String STANZA = """
            - templatedRoute:
                routeTemplateRef: upstream
                routeId: upstream-%1$s
                prefixId: %1$s
                parameters:
                  - {name: subsystem, value: %1$s}
                  - {name: repository, value: "%2$s"}
                  - {name: process, value: %1$s}
            """;
    private static final String RELOAD = """
              reload:
                cmds:
                  - sh reload.sh "{{.PROC}}"
            """;
    private static final String TASKS = """
              NAME:src:update:
                cmds:
                  - git -C NAME/.src fetch -q --tags --force origin
                  - git -C NAME/.src checkout -q "$VARIABLE"
              NAME:bin:build:
                status:
                  - test -f NAME/.bin/NAME
                cmds:
                  - sh build.sh NAME
              NAME:bin:download:
                cmds:
                  - sh download.sh NAME "$VARIABLE"
              NAME:health:
                cmds:
                  - sh health.sh NAME
            """;
}
