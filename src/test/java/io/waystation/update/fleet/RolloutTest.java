package io.waystation.update.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.HubFixture;
import io.waystation.update.release.ReleaseLedger;
import io.waystation.update.release.ReleaseManifest;

/** Releases reach hundreds of machines in rings, on a real hub, by what the machines post to it. */
class RolloutTest {
    private static final int MANY = 400;
    private static final Map<String, String> QUICK = Map.of("rings", "5, 25, 100", "errors", "2", "success", "90", "rest", "100ms", "silence", "1h");

    @TempDir
    private Path folder;
    private HubFixture hub;
    private String token;
    private final List<VirtualMachine> machines = FleetScene.machines(MANY);

    @AfterEach
    void stop() {
        if (hub != null) {
            hub.close();
        }
    }

    private void start(Map<String, String> policy) throws Exception {
        FleetScene scene = new FleetScene(folder, policy);
        Path data = folder.resolve("data");
        hub = HubFixture.start(data, Optional.of(scene.home()), scene.settings());
        token = Files.readString(data.resolve("token"), StandardCharsets.UTF_8).trim();
        machines.forEach(machine -> say(machine, ReportState.CURRENT, "1.0.0"));
        FleetScene.publish(hub, "1.1.0");
    }

    private void say(VirtualMachine machine, ReportState state, String version) {
        assertThat(VirtualMachine.post(hub.uri("/api/fleet/reports"), token, machine.report(FleetScene.SUBSYSTEM, state, version)).statusCode())
                .isEqualTo(202);
    }

    private ReleaseManifest newest() {
        return hub.bean("releaseLedger", ReleaseLedger.class).published(FleetScene.SUBSYSTEM).orElseThrow().manifest();
    }

    private void awaitAdmits(int percent) {
        await("open to " + percent + " %").untilAsserted(() -> assertThat(newest().rollout().admits()).isEqualTo(percent));
    }

    private RingCount count() {
        return hub.bean("rollouts", Rollouts.class).view(FleetScene.SUBSYSTEM).orElseThrow().count();
    }

    private void allSay(int admits, ReportState state) {
        FleetScene.admitted(machines, "1.1.0", admits).forEach(machine -> say(machine, state, "1.1.0"));
    }

    @Test
    void opensRingAfterRingWhileFewMachinesFail() throws Exception {
        start(QUICK);
        assertThat(newest().rollout().admits()).as("the first ring only").isEqualTo(5);
        allSay(5, ReportState.UPDATED);
        awaitAdmits(25);

        List<VirtualMachine> ring = FleetScene.admitted(machines, "1.1.0", 25);
        int borne = ring.size() * 2 / 100;
        ring.forEach(machine -> say(machine, ring.indexOf(machine) < borne ? ReportState.ROLLED_BACK : ReportState.UPDATED, "1.1.0"));

        awaitAdmits(100);
        assertThat(borne).isPositive();
        assertThat(newest().serial()).as("a serial for each ring, and none besides").isEqualTo(3);
        assertThat(newest().rollout().halted()).isFalse();
    }

    @Test
    void haltsWhenMoreMachinesFailThanMay() throws Exception {
        start(QUICK);
        allSay(5, ReportState.UPDATED);
        awaitAdmits(25);

        List<VirtualMachine> ring = FleetScene.admitted(machines, "1.1.0", 25);
        int tooMany = ring.size() * 2 / 100 + 1;
        ring.subList(0, tooMany).forEach(machine -> say(machine, ReportState.ROLLED_BACK, "1.1.0"));

        await().untilAsserted(() -> assertThat(newest().rollout().halted()).isTrue());
        assertThat(newest().rollout().admits()).isEqualTo(25);
        assertThat(newest().rollout().reason()).contains(tooMany + " failed", "2 % may fail");
    }

    @Test
    void silenceHalts() throws Exception {
        start(Map.of("rings", "5, 100", "errors", "2", "rest", "100ms", "silence", "4s"));
        FleetScene.admitted(machines, "1.1.0", 5).stream().skip(3).forEach(machine -> say(machine, ReportState.UPDATED, "1.1.0"));

        await().untilAsserted(() -> assertThat(newest().rollout().halted()).isTrue());
        assertThat(newest().rollout().admits()).isEqualTo(5);
        assertThat(newest().rollout().reason()).as("three, and on a slow machine those whose report came too late").containsPattern("(?:[3-9]|1\\d|2[0-3]) are silent");
    }

    @Test
    void thePersonsSwitchStopsAtOnceAndResumingForgetsTheFailuresBefore() throws Exception {
        start(QUICK);
        String halted = call("/api/fleet/nats/halt", "{\"reason\":\"the disks fill up\"}");
        assertThat(halted).contains("\"halted\":true", "halted by first: the disks fill up");
        assertThat(newest().rollout().halted()).isTrue();

        List<VirtualMachine> ring = FleetScene.admitted(machines, "1.1.0", 5);
        ring.forEach(machine -> say(machine, ReportState.ROLLED_BACK, "1.1.0"));
        assertThat(count().failed()).isEqualTo(ring.size());
        assertThat(call("/api/fleet/nats/halt", "{}")).as("once more changes nothing").contains("the disks fill up");
        long serial = newest().serial();

        assertThat(call("/api/fleet/nats/resume", "{}")).contains("\"halted\":false");
        assertThat(count().failed()).isZero();
        awaitAdmits(25);
        assertThat(newest().serial()).isEqualTo(serial + 2);
    }

    private String call(String path, String body) {
        var answer = VirtualMachine.post(hub.uri(path), token, body.getBytes(StandardCharsets.UTF_8));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    @Test
    void aReportCountsOnceAndOnlyFromTheMachineItNames() throws Exception {
        start(QUICK);
        VirtualMachine machine = FleetScene.admitted(machines, "1.1.0", 5).get(0);
        byte[] updated = machine.report(FleetScene.SUBSYSTEM, ReportState.UPDATED, "1.1.0");
        byte[] failed = machine.report(FleetScene.SUBSYSTEM, ReportState.ROLLED_BACK, "1.1.0");
        assertThat(report(failed)).contains("\"news\":true");
        assertThat(report(failed)).contains("\"news\":false");
        assertThat(report(updated)).as("older than what is known").contains("\"news\":false");

        VirtualMachine other = new VirtualMachine(machine.name());
        var forged = VirtualMachine.post(hub.uri("/api/fleet/reports"), token, other.report(FleetScene.SUBSYSTEM, ReportState.UPDATED, "1.1.0", 99));
        assertThat(forged.statusCode()).isEqualTo(409);
        assertThat(forged.body()).contains("machine-known");

        byte[] changed = new String(updated, StandardCharsets.UTF_8).replace("\"sig\":\"", "\"sig\":\"AAAA").getBytes(StandardCharsets.UTF_8);
        assertThat(VirtualMachine.post(hub.uri("/api/fleet/reports"), token, changed).statusCode()).isEqualTo(400);
        assertThat(VirtualMachine.post(hub.uri("/api/fleet/reports"), "nobody", updated).statusCode()).isEqualTo(401);
        assertThat(metrics()).contains("waystation_fleet_reports_total{result=\"repeated\"} 2.0", "waystation_fleet_reports_total{result=\"machine-known\"} 1.0",
                "waystation_fleet_machines 400.0", "waystation_fleet_rollout_admits{subsystem=\"nats\"} 5.0", "waystation_fleet_rollout_halted{subsystem=\"nats\"}",
                "waystation_fleet_rollout_machines{state=\"failed\",subsystem=\"nats\"} 1.0");
    }

    private String metrics() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(hub.uri("/observe/metrics")).header("Authorization", "Bearer " + token).build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
    }

    private String report(byte[] report) throws IOException {
        return VirtualMachine.post(hub.uri("/api/fleet/reports"), token, report).body();
    }
}
