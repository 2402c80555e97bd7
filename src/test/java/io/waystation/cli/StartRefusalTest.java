package io.waystation.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.HubFixture;
import io.waystation.SmallDisk;

/** What stops a start does it with one line that says why, and its exit code. */
@Timeout(120)
class StartRefusalTest {
    @TempDir
    private Path folder;

    @AfterEach
    void theFolderIsFreeAgain() throws Exception {
        Path lock = folder.resolve("data/lock");
        if (Files.isWritable(lock)) {
            try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE)) {
                channel.tryLock().release(); // fails as long as a hub of this process has it
            }
        }
    }

    private CommandLineRun serve(String... more) {
        List<String> arguments = new ArrayList<>(List.of("serve", "--data", folder.resolve("data").toString()));
        arguments.addAll(List.of(more));
        return CommandLineRun.of(arguments.toArray(String[]::new));
    }

    private static void assertRefused(CommandLineRun run, int exitCode, String... words) {
        assertThat(run.err().lines()).singleElement().asString().startsWith("waystation: ").contains(words);
        assertThat(run.exitCode()).isEqualTo(exitCode);
    }

    @Test
    void aBusyPort() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            assertRefused(serve("--port", Integer.toString(taken.getLocalPort())), 3, Integer.toString(taken.getLocalPort()));
        }
    }

    @Test
    void anotherHubOnTheSameFolder() throws Exception {
        try (HubFixture first = HubFixture.start(folder.resolve("data"))) {
            assertRefused(serve("--port", "0"), 3, "in use by another hub", folder.resolve("data").toString());
            assertThat(first.context().isStarted()).isTrue();
        }
    }

    @Test
    void aFolderThatCannotBeMade() throws Exception {
        Files.writeString(folder.resolve("data"), "a file, no folder");

        assertRefused(serve("--port", "0"), 3, "cannot write the data folder", "a file is in its place", "name another with --data");
    }

    @Test
    void aFolderWithoutThePermissionToWriteInIt() throws Exception {
        Path data = Files.createDirectories(folder.resolve("data"));
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("r-xr-xr-x"));
        Assumptions.assumeFalse(Files.isWritable(data), "root may write everywhere; what is read-only for root is tested below");

        assertRefused(serve("--port", "0"), 3, "cannot write the data folder", data.toString(), "permission denied", "--data");
    }

    @Test
    void aPlaceWhereNobodyCanMakeAFolder() {
        Assumptions.assumeTrue(Files.isDirectory(Path.of("/proc/self")), "needs /proc");

        assertRefused(CommandLineRun.of("serve", "--port", "0", "--data", "/proc/self/waystation"), 3,
                "cannot write the data folder /proc/self/waystation");
    }

    @Test
    void aReadOnlyFileSystemAndFilesThatBelongToSomebodyElse() throws Exception {
        try (SmallDisk disk = SmallDisk.in(folder, "50m")) {
            Path data = disk.root().resolve("data");
            HubFixture.start(data).close();
            for (String file : List.of("store.db", "log", "address", "log/0000000000000000001.db")) {
                disk.makeReadOnly(data.resolve(file));
                assertRefused(serveIn(data), 3, "cannot write the data folder " + data, file + " is read-only here");
                disk.makeWritable(data.resolve(file));
            }
            disk.makeReadOnly();

            assertRefused(serveIn(data), 3, "cannot write the data folder " + data, "Read-only file system");
            assertRefused(serveIn(disk.root().resolve("new")), 3, "cannot write the data folder", "Read-only file system");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"4k", "40k", "200k", "800k"})
    void aDiskWithoutRoom(String size) throws Exception {
        try (SmallDisk disk = SmallDisk.in(folder, size)) {
            CommandLineRun run = serveIn(disk.root().resolve("data"));

            assertThat(run.err().lines()).singleElement().asString().startsWith("waystation: ")
                    .containsPattern("No space left on device|is full; make room");
            assertThat(run.exitCode()).isEqualTo(3);
        }
    }

    private static CommandLineRun serveIn(Path data) {
        return CommandLineRun.of("serve", "--port", "0", "--data", data.toString());
    }

    @Test
    void aNewerDataFormat() throws Exception {
        Files.createDirectories(folder.resolve("data"));
        Files.writeString(folder.resolve("data").resolve("format"), "99\n");

        assertRefused(serve("--port", "0"), 3, "format 99", "newer Waystation");
    }

    @ParameterizedTest
    @CsvSource({"format, xyz, write 1 into it", "format, '', restore it from a backup", "format, \u00ff, restore it", "log/low-water, abc def, delete it",
        "log/low-water, abc, delete it", "log/low-water, 7 %zz, delete it", "log/newcomers, abc, delete it",
        "log/newcomers, \u00ff, delete it", "secret.key, abc, restore it", "secret.key, '', restore it"})
    void aSmallFileThatIsDamaged(String name, String text, String advice) throws Exception {
        Path file = folder.resolve("data").resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text, StandardCharsets.ISO_8859_1);

        assertRefused(serve("--port", "0"), 3, file.toString(), advice);
    }

    @ParameterizedTest
    @CsvSource({"address, nonsense, start the hub again", "token, two words, start the hub again"})
    void aSmallFileThatIsDamagedStopsACommandThatNeedsIt(String name, String text, String advice) throws Exception {
        Path data = Files.createDirectories(folder.resolve("data"));
        Files.writeString(data.resolve(name), text);

        assertRefused(CommandLineRun.of("channels", "list", "--data", data.toString()), 1, data.resolve(name).toString(), advice);
    }

    @Test
    void aHeartbeatWithoutAPause() {
        assertRefused(serve("--port", "0", "-D", "waystation.relay.heartbeat=0"), 2, "waystation.relay.heartbeat must be longer than nothing");
    }

    @Test
    void anUnknownSetting() {
        assertRefused(serve("--port", "0", "-D", "waystation.htp.max-body=1MiB"), 2,
                "waystation.htp.max-body", "waystation.http.max-body");
    }

    @ParameterizedTest
    @ValueSource(strings = {"many", "abc", "34o5", "-1", "65536", "99999"})
    void aPortThatIsNone(String port) {
        assertRefused(serve("--port", port), 2, "waystation.port must be a whole number from 0 to 65535, not '" + port + "'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"waystation.update.retry", "waystation.delivery.retry", "waystation.fleet.retry"})
    void aRetryScheduleThatIsNoneBeforeAnythingIsWritten(String key) {
        assertRefused(serve("--port", "0", "-D", key + "=abc"), 2, key, "10s, 1m", "abc");
        assertThat(folder.resolve("data")).doesNotExist();
    }

    @Test
    void aRetentionOfDaysWithoutTheWord() {
        assertRefused(serve("--port", "0", "-D", "waystation.log.max-age=7"), 2, "waystation.log.max-age must be", "unit", "7d");
        assertRefused(serve("--port", "0", "-D", "waystation.log.max-size=20"), 2, "waystation.log.max-size must be", "unit", "MiB");
        assertRefused(serve("--port", "0", "-D", "waystation.channels.c.retention=7"), 2, "waystation.channels.c.retention must be", "unit");
    }

    @ParameterizedTest
    @CsvSource({"waystation.log.max-age, 999ms, 1s", "waystation.log.max-size, 20B, 1MiB", "waystation.log.segment-size, 1KiB, 1MiB",
        "waystation.channels.c.retention, 7ms, 1s"})
    void aLogThatKeepsNothing(String key, String value, String least) {
        assertRefused(serve("--port", "0", "-D", key + "=" + value), 2, key + " must be at least " + least);
    }

    @Test
    void aCertificateThatIsNotThereOrNone() throws Exception {
        Path none = folder.resolve("none.pem");
        Path text = Files.writeString(folder.resolve("text.pem"), "no certificate");

        assertRefused(serve("--port", "0", "-D", "waystation.http.tls-certificate=" + none, "-D", "waystation.http.tls-key=" + text), 2,
                "waystation.http.tls-certificate names " + none + ", which is not there");
        assertRefused(serve("--port", "0", "-D", "waystation.http.tls-certificate=" + text, "-D", "waystation.http.tls-key=" + folder), 2,
                "waystation.http.tls-key names " + folder + ", which is no file");
        assertRefused(serve("--port", "0", "-D", "waystation.http.tls-certificate=" + text, "-D", "waystation.http.tls-key=" + text), 2,
                "waystation.http.tls-certificate and waystation.http.tls-key cannot be used", text.toString());
    }

    @Test
    void aHubWithoutItsHttpServer() {
        assertRefused(serve("--port", "0", "-D", "camel.server.enabled=false"), 2, "camel.server.enabled must be true");
        assertRefused(serve("--port", "0", "-D", "camel.management.port=1234"), 2, "camel.management.port must be the port of the hub (0)");
    }

    @ParameterizedTest
    @CsvSource({"camel.server.port, abc", "camel.server.maxBodySize, big", "camel.server.enabled, perhaps",
        "camel.main.shutdownTimeout, soon", "camel.main.useMdcLogging, perhaps", "camel.management.port, abc",
        "camel.management.enabled, perhaps", "camel.health.enabled, perhaps", "camel.health.exposureLevel, everything",
        "camel.metrics.enabled, perhaps", "camel.metrics.routePolicyLevel, some",
        "camel.component.kamelet.noErrorHandler, perhaps", "camel.component.journal.bridgeErrorHandler, perhaps"})
    void aSettingOfCamelWithAValueOfTheWrongKind(String key, String value) {
        assertRefused(serve("--port", "0", "-D", key + "=" + value), 2, key, value);
    }

    @Test
    void anUnknownSettingOfCamel() {
        assertRefused(serve("--port", "0", "-D", "camel.main.naem=x"), 2, "camel.main.naem");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"events-source.verifed | has no parameter 'verifed'; did you mean verified?",
        "task-action.mine.timelimit | has no parameter 'timelimit'; did you mean timeLimit?",
        "event-source.verified | is for a Kamelet that is not there", "verified | must be camel.kamelet.NAME.PARAMETER"})
    void aSettingOfAKameletThatDoesNotHaveIt(String name, String problem) {
        assertRefused(serve("--port", "0", "-D", "camel.kamelet." + name + "=1m"), 2, "camel.kamelet." + name + " " + problem);
    }

    @Test
    void anUnknownProfile() {
        assertRefused(serve("--port", "0", "--profile", "nowhere"), 2, "nowhere", "application-nowhere.properties");
    }

    @ParameterizedTest
    @CsvSource({"'nosuch:component', the routes do not start: route mine, nosuch", "'bean:nobody', the routes do not start: route mine, nobody",
        "'[broken', the routes do not parse, 'mine.camel.yaml, line 8'", "'', the routes do not start: route mine, uri must be specified"})
    void aRouteThatCannotRun(String address, String what, String which) throws Exception {
        Path home = LaterRoutesTest.home(folder.resolve("home"), """
                - route:
                    id: mine
                    description: Goes nowhere
                    from:
                      uri: direct:mine
                      steps:
                        - to:
                            uri: %s
                """.formatted(address));
        Path data = folder.resolve("data");

        assertThatThrownBy(() -> HubFixture.start(data, Optional.of(home)))
                .satisfies(failed -> assertThat(FailureReport.of(failed)).satisfies(verdict -> {
                    assertThat(verdict.exitCode()).isEqualTo(3);
                    assertThat(verdict.message()).contains(what, which);
                }));
    }

    @Test
    void aParameterThatAKameletDoesNotHave() throws Exception {
        Path home = LaterRoutesTest.home(folder.resolve("home"), """
                - route:
                    id: mine
                    description: Reads what is not verified, or would
                    from:
                      uri: kamelet:events-source
                      parameters:
                        group: mine
                        verifed: any
                      steps:
                        - to:
                            uri: log:mine
                """);
        Path data = folder.resolve("data");

        assertThatThrownBy(() -> HubFixture.start(data, Optional.of(home)))
                .satisfies(failed -> assertThat(FailureReport.of(failed)).isEqualTo(new FailureReport.Verdict(3, "the routes do not start: "
                        + "route mine: kamelet:events-source has no parameter 'verifed'; did you mean verified?")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {"source; {name: provider, value: none}, {name: channel, value: shop},", "own; ''"})
    void aParameterThatATemplateDoesNotHave(String template, String more) throws Exception {
        Path home = LaterRoutesTest.home(folder.resolve("home"), """
                - routeTemplate:
                    id: own
                    description: Of the same file
                    parameters:
                      - name: allow
                        description: Who may send
                      - name: address
                        description: Where to
                    route:
                      from:
                        uri: platform-http:{{address}}
                        steps:
                          - to:
                              uri: log:{{allow}}
                - templatedRoute:
                    routeTemplateRef: %s
                    routeId: mine
                    parameters: [{name: address, value: /v1/mine}, %s {name: alow, value: 10.0.0.0/8}, {name: allow, value: 10.0.0.0/8}]
                """.formatted(template, more));
        Path data = folder.resolve("data");

        assertThatThrownBy(() -> HubFixture.start(data, Optional.of(home)))
                .satisfies(failed -> assertThat(FailureReport.of(failed)).isEqualTo(new FailureReport.Verdict(3, "the routes do not start: "
                        + "route mine: the template " + template + " has no parameter 'alow'; did you mean allow?")));
    }

    @Test
    void notWhatCamelItselfLetsARouteOrASettingSayOfAKamelet() throws Exception {
        Path home = LaterRoutesTest.home(folder.resolve("home"), """
                - routeTemplate:
                    id: greeting
                    parameters:
                      - name: word
                    from:
                      uri: kamelet:source
                      steps:
                        - setBody:
                            expression:
                              constant:
                                expression: "{{word}}"
                - route:
                    id: mine
                    description: Uses Kamelets in every way
                    from:
                      uri: kamelet:events-source/mine-events
                      parameters:
                        group: mine
                        verified: "{{no.such.setting:any}}"
                        types: "{{?no.such.setting}}"
                        bridgeErrorHandler: true
                        exchangePattern: InOnly
                      steps:
                        - to:
                            uri: kamelet:greeting?word=RAW(a+b%26c)&lazyStartProducer=true&block=false&timeout=1000&noErrorHandler=true
                        - kamelet:
                            name: greeting/second
                            parameters:
                              word: two
                """);

        try (HubFixture hub = HubFixture.start(folder.resolve("data"), Optional.of(home), "camel.kamelet.events-source.window", "10",
                "camel.kamelet.greeting.second.word", "three", "camel.kamelet.task-action.timeLimit", "1m")) {
            assertThat(hub.context().getRoute("mine-events")).isNotNull();
            assertThat(hub.context().getRouteController().getRouteStatus("mine").isStarted()).isTrue();
        }
    }
}
