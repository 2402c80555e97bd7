package io.waystation.update.fleet;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import io.waystation.HubFixture;
import io.waystation.HubHome;
import io.waystation.update.Platform;
import io.waystation.update.UpstreamVersion;
import io.waystation.update.release.NewRelease;
import io.waystation.update.release.ReleaseArtefact;
import io.waystation.update.release.ReleasePublisher;
import io.waystation.update.release.SigningKey;

/** A hub that rolls releases of {@code nats} out, and machines that only report. */
public final class FleetScene {
    static final String SUBSYSTEM = "nats";
    private final HubHome home;
    private final SigningKey key = SigningKey.generate();

    /** A scene whose rollout has these parameters. */
    public FleetScene(Path folder, Map<String, String> policy) throws IOException {
        StringBuilder stanza = new StringBuilder("""
                - templatedRoute:
                    routeTemplateRef: rollout
                    routeId: rollout-nats
                    prefixId: nats
                    parameters:
                      - {name: subsystem, value: nats}
                      - {name: every, value: 100ms}
                """);
        policy.forEach((name, value) -> stanza.append("      - {name: ").append(name).append(", value: \"").append(value).append("\"}\n"));
        this.home = HubHome.in(folder).route("rollout-nats.camel.yaml", stanza.toString());
    }

    /** The home of the hub. */
    public Path home() {
        return home.path();
    }

    /** Settings of the hub: it can sign. */
    public String[] settings(String... more) {
        List<String> all = new ArrayList<>(List.of("waystation.secrets.literal", "true",
                "waystation.releases.signing-key", "literal:" + key.pem().replaceAll("-----[A-Z ]+-----|\\s", ""),
                "waystation.releases.jitter", "0s"));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    /** A release of a version, with a file nobody will fetch. */
    static NewRelease release(String version) {
        Platform platform = Platform.current();
        return new NewRelease(SUBSYSTEM, new UpstreamVersion(version, "v" + version, "a".repeat(40)), "https://example.com/nats.git", null,
                List.of(new ReleaseArtefact(platform.os(), platform.arch(), "nats", 1, "b".repeat(64),
                        List.of(URI.create("https://example.com/nats")))));
    }

    /** Publishes a version as the steps of an update do. */
    static void publish(ReleasePublisher publisher, String version) {
        publisher.prepare(release(version));
        publisher.announce(release(version));
    }

    /** The same, on a hub. */
    public static void publish(HubFixture hub, String version) {
        publish(hub.bean("releasePublisher", ReleasePublisher.class), version);
    }

    /** Lets so many machines, edge-0 and so on, say what runs on them. */
    public static void say(HubFixture hub, Path data, int many, String version) throws IOException {
        String token = Files.readString(data.resolve("token")).trim();
        machines(many).forEach(machine -> VirtualMachine.post(hub.uri("/api/fleet/reports"), token,
                machine.report(SUBSYSTEM, ReportState.CURRENT, version)));
    }

    static List<VirtualMachine> machines(int many) {
        return IntStream.range(0, many).mapToObj(number -> new VirtualMachine("edge-" + number)).toList();
    }

    /** Those that a version is open to. */
    static List<VirtualMachine> admitted(List<VirtualMachine> all, String version, int admits) {
        return all.stream().filter(machine -> machine.place(SUBSYSTEM, version) < admits).toList();
    }
}
