package io.waystation.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.waystation.event.Event;
import io.waystation.event.EventHeaders;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

class TaskfileCacheTest {
    private static final String MAIN = "https://raw.githubusercontent.com/acme/tools/main/Taskfile.yml";
    private static final String OTHER_REF = "https://raw.githubusercontent.com/acme/tools/v1.0/Taskfile.yml";
    private static final String OTHER_REPOSITORY = "https://raw.githubusercontent.com/acme/site/main/Taskfile.yml";
    private static final String GIT = "https://github.com/acme/tools.git//tasks/Taskfile.yml?ref=main";
    private static final String NESTED = "https://raw.githubusercontent.com/acme/tools/main/deep/Taskfile.yml";
    private static final List<String> ALL = List.of(MAIN, OTHER_REF, OTHER_REPOSITORY, GIT, NESTED);

    @TempDir
    private Path project;

    @Test
    void expiresOnlyIncludesOfThePushedRepositoryAndRef() throws Exception {
        writeProject(project.resolve(".task/remote"));

        push("refs/heads/main", Map.of());

        assertThat(expired(project.resolve(".task/remote"))).containsExactlyInAnyOrder(MAIN, GIT, NESTED);
    }

    @Test
    void expiresWhatTaskfilesOfARepositoryInclude() throws Exception {
        String ssh = "ssh://git@github.com/acme/tools.git//Taskfile.yml?ref=main";
        String password = "https://ci:xxxxx@github.com/acme/tools.git//Taskfile.yml?ref=main";
        List<String> addresses = List.of(GIT, ssh, password, "https://github.com/acme/tools.git//tasks/deep/Taskfile.yml?ref=main",
                "https://github.com/acme/tools.git//other/Taskfile.yml?ref=main",
                "ssh://git@github.com/acme/tools.git//deep/Taskfile.yml?ref=main");
        Path cache = project.resolve(".task/remote");
        Files.writeString(project.resolve("Taskfile.yml"), "includes: {a: '" + GIT + "', b: 'git@github.com:acme/tools.git//Taskfile.yml?ref=main', "
                + "c: '" + password.replace("xxxxx", "s3cret") + "'}\n");
        writeCache(cache, addresses);
        Files.writeString(file(cache, GIT, "yaml"), "includes: {deep: ./deep/Taskfile.yml, other: ../other/Taskfile.yml}\n");
        Files.writeString(file(cache, ssh, "yaml"), "includes: {deep: deep/Taskfile.yml}\n");

        push("refs/heads/main", Map.of());

        assertThat(addresses).noneMatch(address -> Files.exists(file(cache, address, "timestamp")));
    }

    @Test
    void saysAtTheStartThatThereIsNoTaskfile() throws Exception {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger ours = (Logger) LoggerFactory.getLogger(TaskfileCache.class);
        log.start();
        ours.addAppender(log);
        try (TaskfileCache without = cache(Map.of())) {
            without.start();
            assertThat(log.list).singleElement().satisfies(line -> assertThat(line.getFormattedMessage())
                    .startsWith("there is no Taskfile in " + project).contains("--taskfile-dir"));
            log.list.clear();
            Files.writeString(project.resolve("taskfile.yaml"), "version: '3'\n");
            without.start();
            assertThat(log.list).isEmpty();
        } finally {
            ours.detachAppender(log);
        }
    }

    @Test
    void keepsTheCopyAndTheTrustedChecksum() throws Exception {
        Path cache = project.resolve(".task/remote");
        writeProject(cache);

        push("refs/heads/main", Map.of());

        for (String address : ALL) {
            assertThat(file(cache, address, "yaml")).exists();
            assertThat(file(cache, address, "checksum")).exists();
        }
    }

    @Test
    void expiresTheIncludesOfATagThatWasPushed() throws Exception {
        writeProject(project.resolve(".task/remote"));

        push("refs/tags/v1.0", Map.of());

        assertThat(expired(project.resolve(".task/remote"))).containsExactly(OTHER_REF);
    }

    @Test
    void looksWhereTheEnvironmentPutsTheCache() throws Exception {
        Path elsewhere = project.resolve("elsewhere");
        writeProject(elsewhere.resolve("remote"));
        writeCache(project.resolve(".task/remote"));

        push("refs/heads/main", Map.of("TASK_REMOTE_DIR", "elsewhere", "TASK_TEMP_DIR", "ignored"));

        assertThat(expired(elsewhere.resolve("remote"))).containsExactlyInAnyOrder(MAIN, GIT, NESTED);
        assertThat(expired(project.resolve(".task/remote"))).isEmpty();
    }

    @Test
    void looksInTheHomeFolderTheShellMeans() throws Exception {
        Path home = project.resolve("home");
        writeProject(home.resolve("cache/remote"));

        push("refs/heads/main", Map.of("TASK_REMOTE_DIR", "~/cache", "HOME", home.toString()));

        assertThat(expired(home.resolve("cache/remote"))).containsExactlyInAnyOrder(MAIN, GIT, NESTED);
    }

    @Test
    void doesNothingForAProjectWithoutCacheOrWithABrokenTaskfile() throws Exception {
        Files.writeString(project.resolve("Taskfile.yml"), "includes: [unclosed");

        push("refs/heads/main", Map.of());

        assertThat(project.resolve(".task")).doesNotExist();
    }

    @Test
    void readsThePayloadOfAForm() throws Exception {
        writeProject(project.resolve(".task/remote"));
        String form = "x=1&payload=" + URLEncoder.encode(payload("refs/heads/main"), StandardCharsets.UTF_8);

        try (TaskfileCache cache = cache(Map.of())) {
            cache.invalidate(exchange(ChannelStandIn.event("1", "k", "com.github.push", form.getBytes(StandardCharsets.UTF_8),
                    "content-type", "application/x-www-form-urlencoded; charset=utf-8")));
        }

        assertThat(expired(project.resolve(".task/remote"))).containsExactlyInAnyOrder(MAIN, GIT, NESTED);
    }

    @Test
    void expiresAllAtTheStartWhenAClientDiedBeforeItHadExpiredWhatItKnewOf() throws Exception {
        writeProject(project.resolve(".task/remote"));
        TaskfileCache died = cache(Map.of());
        died.invalidate(exchange(ChannelStandIn.event("1", "k", "com.github.push", payload("refs/heads/main").getBytes(StandardCharsets.UTF_8))));
        assertThat(expired(project.resolve(".task/remote"))).isEmpty();

        try (TaskfileCache next = cache(Map.of())) {
            next.start();
        }

        assertThat(expired(project.resolve(".task/remote"))).containsExactlyInAnyOrderElementsOf(ALL);
        assertThat(project.resolve("unfinished")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({
        "https://raw.githubusercontent.com/acme/tools/main/Taskfile.yml, github.com, acme/tools, main/Taskfile.yml",
        "https://github.com/acme/my.repo.git//Taskfile.yml?ref=feature/x, github.com, acme/my.repo, feature/x",
        "git@github.com:acme/tools.git//Taskfile.yml, github.com, acme/tools, ''",
        "ssh://git@git.example.com/group/sub/tools.git//Taskfile.yml?ref=v1, git.example.com, group/sub/tools, v1",
        "https://gitlab.com/group/sub/tools/-/raw/main/Taskfile.yml, gitlab.com, group/sub/tools, main/Taskfile.yml",
        "https://git.example.com/acme/tools/raw/branch/main/Taskfile.yml, git.example.com, acme/tools, main/Taskfile.yml"})
    void readsTheRepositoryAndRefOfAnAddress(String address, String host, String repository, String rest) {
        assertThat(IncludeAddress.isRemote(address)).isTrue();
        assertThat(IncludeAddress.parse(address)).contains(new IncludeAddress(host, repository, rest));
    }

    @Test
    void takesABranchWithASlashForWhatItIs() {
        IncludeAddress include = IncludeAddress.parse("https://raw.githubusercontent.com/a/b/feature/x/Taskfile.yml").orElseThrow();

        assertThat(include.isChangedBy(new IncludeAddress.Push(java.util.Set.of("github.com/a/b"), "feature/x", false))).isTrue();
        assertThat(include.isChangedBy(new IncludeAddress.Push(java.util.Set.of("github.com/a/b"), "feature", false))).isTrue();
        assertThat(include.isChangedBy(new IncludeAddress.Push(java.util.Set.of("github.com/a/b"), "feat", false))).isFalse();
    }

    private void writeProject(Path cache) throws Exception {
        Files.createDirectories(project.resolve("local/nested"));
        Files.writeString(project.resolve("Taskfile.yml"), "version: '3'\nincludes:\n  a: " + MAIN + "\n  b:\n    taskfile: "
                + OTHER_REF + "\n    optional: true\n  c: ./local\n  d: ./missing\n  e: '{{.X}}/Taskfile.yml'\n  f: ../../../../etc/passwd\n");
        Files.writeString(project.resolve("local/Taskfile.yaml"), "includes: {x: ./nested/Other.yml, y: '" + OTHER_REPOSITORY + "'}\n");
        Files.writeString(project.resolve("local/nested/Other.yml"), "includes: {back: ../Taskfile.yaml, z: '" + GIT + "'}\n");
        writeCache(cache);
        Files.writeString(file(cache, MAIN, "yaml"), "includes: {deep: ./deep/Taskfile.yml}\n");
    }

    private static void writeCache(Path cache) throws Exception {
        writeCache(cache, ALL);
    }

    private static void writeCache(Path cache, List<String> addresses) throws Exception {
        Files.createDirectories(cache);
        for (String address : addresses) {
            Files.writeString(file(cache, address, "yaml"), "version: '3'\n");
            Files.writeString(file(cache, address, "checksum"), "abc");
            Files.writeString(file(cache, address, "timestamp"), "2026-11-22T04:00:00Z");
        }
    }

    private static List<String> expired(Path cache) {
        return ALL.stream().filter(address -> !Files.exists(file(cache, address, "timestamp"))).toList();
    }

    private static Path file(Path cache, String address, String ending) {
        try {
            String digest = HexFormat.of().formatHex(
                    MessageDigest.getInstance("SHA-256").digest(address.getBytes(StandardCharsets.UTF_8)));
            return cache.resolve("http.raw.githubusercontent.com.main.Taskfile.yml." + digest + "." + ending);
        } catch (java.security.NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static String payload(String ref) {
        return "{\"ref\":\"" + ref + "\",\"repository\":{\"full_name\":\"acme/tools\",\"default_branch\":\"main\","
                + "\"html_url\":\"https://github.com/Acme/Tools\",\"clone_url\":\"https://github.com/acme/tools.git\"}}";
    }

    private static Exchange exchange(Event event) {
        Exchange exchange = new DefaultExchange(new DefaultCamelContext());
        exchange.setProperty(EventHeaders.EVENT_PROPERTY, event);
        return exchange;
    }

    private TaskfileCache cache(Map<String, String> environment) {
        return new TaskfileCache(project, project.resolve("unfinished"), environment, Duration.ofSeconds(30));
    }

    private void push(String ref, Map<String, String> environment) throws Exception {
        Exchange exchange = exchange(ChannelStandIn.event("1", "k", "com.github.push", payload(ref).getBytes(StandardCharsets.UTF_8)));
        try (TaskfileCache cache = cache(environment)) {
            cache.invalidate(exchange);
            cache.invalidate(exchange);
        }
    }
}
