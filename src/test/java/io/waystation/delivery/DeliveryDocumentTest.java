package io.waystation.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.tools.ToolProvider;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.waystation.OutsideTool;
import io.waystation.cli.CommandLineRun;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code docs/delivery.md} shows is run: its commands against a hub, its lines of code against a delivery of that hub. */
class DeliveryDocumentTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PYTHON = "1.1.0";
    private static final String GO = "v0.0.1";
    private static final String RUST = "1.0.1";
    private static final int TIMED_OUT = 28;

    @TempDir
    static Path folder;
    private static DeliveryScene scene;
    private static Receiver receiver;
    private static String page;
    private static JsonNode endpoint;
    private static Receiver.Received delivery;
    private static String dead;

    @BeforeAll
    static void start() throws Exception {
        page = Files.readString(Path.of("docs/delivery.md"));
        receiver = new Receiver();
        scene = new DeliveryScene(folder.resolve("data"), "waystation.edge.check", "static", "waystation.edge.tokens", "bern=literal:token-of-bern");
        endpoint = scene.endpoint(receiver.url("/"), "\"name\":\"edge in Bern\"", "\"retry\":\"none\"");
        receiver.replies(got -> Receiver.Reply.of(got.text().contains("dead") ? 500 : 200));
        scene.post("push", "{\"dead\":true}");
        Awaitility.await().until(() -> scene.deliveries("state=dead").size() == 1);
        dead = scene.deliveries("state=dead").get(0).path("id").asText();
        scene.post("push", "{\"text\":\"gr\u00fc\u00df dich\"}");
        Awaitility.await().until(() -> receiver.received().size() == 2);
        delivery = receiver.received().get(1);
        receiver.replies(got -> Receiver.Reply.of(200));
    }

    @AfterAll
    static void stop() {
        scene.close();
        receiver.close();
    }

    private static List<String> blocks(String language) {
        List<String> found = new ArrayList<>();
        Matcher blocks = Pattern.compile("(?s)```" + language + "\n(.*?)```").matcher(page);
        while (blocks.find()) {
            found.add(blocks.group(1));
        }
        return found;
    }

    /** With the names of this hub in place of those of the page. */
    private static String here(String text) throws Exception {
        return text.replace("http://127.0.0.1:3333", scene.hub().uri("").toString().replaceAll("/$", ""))
                .replace("data/token", folder.resolve("data/token").toString()).replace("https://edge.example/hook", receiver.url("/hook"))
                .replace("\"linearToken\": \"...\"", "\"linearToken\": \"token-of-bern\"").replace("ep_0123456789abcdef", endpoint.path("id").asText())
                .replace("DELIVERY", dead);
    }

    @Test
    void everyCommandWorks() throws Exception {
        OutsideTool.required("curl");
        int curls = 0;
        int commands = 0;
        for (String block : blocks("sh")) {
            if (block.contains("curl ")) {
                shell(here(block), block.contains("curl -N"));
                curls++;
                continue;
            }
            for (String line : block.lines().filter(each -> !each.isBlank()).toList()) {
                List<String> words = new ArrayList<>(Arrays.asList(here(line).split("\\s+")));
                assertThat(words.remove(0)).isEqualTo("waystation");
                words.addAll(List.of("--data", folder.resolve("data").toString()));
                CommandLineRun run = CommandLineRun.of(words.toArray(String[]::new));
                assertThat(run.exitCode()).as("%s: %s", line, run.err()).isZero();
                commands++;
            }
        }
        assertThat(curls).isGreaterThanOrEqualTo(4);
        assertThat(commands).isGreaterThanOrEqualTo(6);
        assertThat(page).contains("`waystation endpoints add https://edge.example/hook --channel shop --type com.github.push`");
        assertThat(CommandLineRun.of("endpoints", "add", receiver.url("/x"), "--channel", "shop", "--type", "com.github.push", "--data",
                folder.resolve("data").toString()).exitCode()).isZero();
    }

    /** Runs a block; a stream is followed for a moment. */
    private static void shell(String block, boolean stream) throws Exception {
        JsonNode puller = scene.call("POST", "/api/endpoints", "{\"pull\":true}");
        scene.post("push", "{\"pull\":1}");
        String run = "set -u; SECRET=" + puller.path("secret").asText() + "; ENDPOINT=" + puller.path("id").asText() + "\n"
                + "curl() { command curl -sS --fail-with-body --max-time " + (stream ? 2 : 30) + " \"$@\"; }\n" + block;
        if (block.contains("\"position\": 17")) {
            try (PullingWorker worker = new PullingWorker(scene.hub().uri("/edge/" + puller.path("id").asText() + "/events"),
                    puller.path("secret").asText(), null)) {
                Awaitility.await().until(() -> worker.pulled().size() == 1);
                run = run.replace("\"position\": 17", "\"position\": 1");
            }
        }
        Result result = run(folder, Map.of(), "bash", "-c", run);
        assertThat(result.exitCode()).as("%s\n%s", block, result.output()).isIn(stream ? List.of(0, TIMED_OUT) : List.of(0));
        if (stream) {
            assertThat(result.output()).contains("event: delivery", "id: 1", "\"webhook-signature\":\"v1,");
        }
    }

    private record Result(int exitCode, String output) {
    }

    private static Result run(Path directory, Map<String, String> environment, String... command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        return new Result(process.exitValue(), output);
    }

    /** Runs a program with a delivery that is genuine, and with one that is not. */
    private static void acceptsOnlyWhatIsGenuine(Path directory, Map<String, String> environment, String... command) throws Exception {
        Path input = folder.resolve("delivery.json");
        Map<String, Object> given = new HashMap<>(Map.of("secret", endpoint.path("secret").asText(), "body", delivery.text(),
                "headers", delivery.headers()));
        JSON.writeValue(input.toFile(), given);
        List<String> all = new ArrayList<>(List.of(command));
        all.add(input.toString());
        Result genuine = run(directory, environment, all.toArray(String[]::new));
        given.put("body", delivery.text() + " ");
        JSON.writeValue(input.toFile(), given);
        Result forged = run(directory, environment, all.toArray(String[]::new));

        assertThat(genuine.exitCode()).as(genuine.output()).isZero();
        assertThat(forged.exitCode()).as("a body that was changed is refused: %s", forged.output()).isNotZero();
    }

    private static void install(String what, Result result) {
        if (result.exitCode() != 0 && Boolean.parseBoolean(System.getenv("CI"))) {
            Assertions.fail(what + " could not be installed: " + result.output());
        }
        Assumptions.assumeTrue(result.exitCode() == 0, what + " could not be installed");
    }

    @Test
    void theLineOfJavaScriptVerifies() throws Exception {
        OutsideTool.required("node");
        Path modules = Path.of("src/test/npm/node_modules").toAbsolutePath();
        assertThat(Files.isDirectory(modules.resolve("standardwebhooks")) || !Boolean.parseBoolean(System.getenv("CI"))).isTrue();
        Assumptions.assumeTrue(Files.isDirectory(modules.resolve("standardwebhooks")), "run npm ci in src/test/npm");
        Path project = Files.createDirectories(folder.resolve("js"));
        Files.createSymbolicLink(project.resolve("node_modules"), modules);
        String snippet = blocks("js").get(0);
        Files.writeString(project.resolve("verify.mjs"), "import { readFileSync } from 'node:fs'\n"
                + snippet.lines().findFirst().orElseThrow() + "\nconst { secret, body, headers } = JSON.parse(readFileSync(process.argv[2]))\n"
                + "const request = { headers }\n" + String.join("\n", snippet.lines().skip(1).toList()) + "\n");

        acceptsOnlyWhatIsGenuine(project, Map.of(), "node", "verify.mjs");
    }

    @Test
    void theLineOfPythonVerifies() throws Exception {
        OutsideTool.required("python3");
        Path library = Path.of("target/verifiers/python-" + PYTHON).toAbsolutePath();
        if (!Files.isDirectory(library)) {
            install("standardwebhooks of Python", run(folder, Map.of(), "python3", "-m", "pip", "install", "--quiet", "--no-deps",
                    "--disable-pip-version-check", "--target", library.toString(), "standardwebhooks==" + PYTHON));
        }
        Files.writeString(folder.resolve("verify.py"), "import json, sys\nfrom types import SimpleNamespace\n"
                + "given = json.load(open(sys.argv[1], encoding='utf-8'))\nsecret, body = given['secret'], given['body']\n"
                + "request = SimpleNamespace(headers=given['headers'])\n" + blocks("python").get(0));

        acceptsOnlyWhatIsGenuine(folder, Map.of("PYTHONPATH", library.toString()), "python3", "verify.py");
    }

    @Test
    void theLinesOfGoVerify() throws Exception {
        OutsideTool.required("go");
        Path project = Files.createDirectories(folder.resolve("go"));
        Files.writeString(project.resolve("main.go"), """
                package main

                import (
                    "encoding/json"
                    "net/http"
                    "os"

                    standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
                )

                func main() {
                    file, _ := os.ReadFile(os.Args[1])
                    var given struct { Secret, Body string; Headers map[string]string }
                    json.Unmarshal(file, &given)
                    secret, body := given.Secret, []byte(given.Body)
                    request := http.Request{Header: http.Header{}}
                    for name, value := range given.Headers { request.Header.Set(name, value) }
                """ + blocks("go").get(0) + "    if err != nil { os.Exit(1) }\n}\n");
        Files.writeString(project.resolve("go.mod"), "module verify\n\ngo 1.21\n\nrequire github.com/standard-webhooks/standard-webhooks/libraries " + GO + "\n");
        install("standard-webhooks of Go", run(project, Map.of("GOFLAGS", "-mod=mod"), "go", "build", "-o", "verify", "."));

        acceptsOnlyWhatIsGenuine(project, Map.of(), project.resolve("verify").toString());
    }

    @Test
    void theLinesOfRustVerify() throws Exception {
        Assumptions.assumeTrue(run(folder, Map.of(), "sh", "-c", "command -v cargo").exitCode() == 0, "cargo is not installed");
        Path project = Files.createDirectories(folder.resolve("rust/src"));
        Files.writeString(project.resolveSibling("Cargo.toml"), "[package]\nname = \"verify\"\nversion = \"0.1.0\"\nedition = \"2021\"\n"
                + "[dependencies]\nstandardwebhooks = \"=" + RUST + "\"\nhttp = \"1\"\n");
        Files.writeString(project.resolve("main.rs"), """
                use standardwebhooks::Webhook;

                fn main() -> Result<(), Box<dyn std::error::Error>> {
                    let mut given = std::env::args().skip(1);
                    let (secret, file) = (given.next().unwrap(), given.next().unwrap());
                    let body = std::fs::read(file)?;
                    let mut headers = http::HeaderMap::new();
                    while let (Some(name), Some(value)) = (given.next(), given.next()) {
                        headers.insert(http::HeaderName::from_bytes(name.as_bytes())?, value.parse()?);
                    }
                """ + blocks("rust").get(0) + "    Ok(())\n}\n");
        install("standardwebhooks of Rust", run(project.getParent(), Map.of("CARGO_TARGET_DIR",
                Path.of("target/verifiers/rust").toAbsolutePath().toString()), "cargo", "build", "--quiet"));
        List<String> command = new ArrayList<>(List.of(Path.of("target/verifiers/rust/debug/verify").toAbsolutePath().toString(),
                endpoint.path("secret").asText(), Files.write(folder.resolve("body"), delivery.body()).toString()));
        delivery.headers().forEach((name, value) -> command.addAll(List.of(name, value)));

        assertThat(run(folder, Map.of(), command.toArray(String[]::new)).exitCode()).isZero();
        Files.writeString(folder.resolve("body"), delivery.text() + " ");
        assertThat(run(folder, Map.of(), command.toArray(String[]::new)).exitCode()).isNotZero();
    }

    @Test
    void theLineOfJavaVerifies() throws Exception {
        Path source = Files.writeString(folder.resolve("Snippet.java"), "public class Snippet { public static void main(String[] a) throws Exception {\n"
                + "var given = new com.fasterxml.jackson.databind.ObjectMapper().readTree(new java.io.File(a[0]));\n"
                + "String secret = given.path(\"secret\").asText(), body = given.path(\"body\").asText();\n"
                + "var headers = new java.util.HashMap<String, java.util.List<String>>();\n"
                + "given.path(\"headers\").fields().forEachRemaining(e -> headers.put(e.getKey(), java.util.List.of(e.getValue().asText())));\n"
                + blocks("java").get(0) + "\n}}");
        String path = System.getProperty("java.class.path");
        int compiled = ToolProvider.getSystemJavaCompiler().run(null, null, null, "-cp", path, "-d", folder.toString(), source.toString());
        assertThat(compiled).isZero();

        acceptsOnlyWhatIsGenuine(folder, Map.of("CLASSPATH", folder + java.io.File.pathSeparator + path), "java", "Snippet");
    }

    @Test
    void namesEveryFieldStyleAndClassOfErrors() throws IOException {
        for (SignatureStyle style : SignatureStyle.values()) {
            assertThat(page).contains("| `" + style.text() + "` |");
        }
        for (ErrorClass error : ErrorClass.values()) {
            assertThat(page).contains("`" + error.text() + "`");
        }
        for (WhenDown what : WhenDown.values()) {
            assertThat(page).contains("| `" + what.text() + "` |");
        }
        for (EndpointState state : EndpointState.values()) {
            assertThat(page).contains(state.text());
        }
    }
}
