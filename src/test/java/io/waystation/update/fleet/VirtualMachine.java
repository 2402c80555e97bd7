package io.waystation.update.fleet;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import io.waystation.update.release.Envelope;
import io.waystation.update.release.MachinePlace;
import io.waystation.update.release.SigningKey;

/** A machine that only reports: with a name, a key and serials of its own. */
final class VirtualMachine {
    private static final HttpClient CLIENT = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final String name;
    private final SigningKey key;
    private final AtomicLong serial = new AtomicLong();

    VirtualMachine(String name) {
        this(name, SigningKey.generate());
    }

    VirtualMachine(String name, SigningKey key) {
        this.name = name;
        this.key = key;
    }

    String name() {
        return name;
    }

    int place(String subsystem, String version) {
        return MachinePlace.of(name, subsystem, version);
    }

    /** A report, signed. */
    byte[] report(String subsystem, ReportState state, String version) {
        return report(subsystem, state, version, serial.incrementAndGet());
    }

    byte[] report(String subsystem, ReportState state, String version, long number) {
        MachineReport report = new MachineReport(name, key.publicKey(), number, subsystem, state, version, null,
                state.isGood() ? null : "failed-in-soak: the process ended", Instant.parse("2026-03-01T12:00:00Z"));
        return Envelope.sign(ReportCodec.TYPE, ReportCodec.write(report), List.of(key)).bytes();
    }

    /** Posts a report, and answers with the status and the body. */
    static HttpResponse<String> post(URI address, String token, byte[] report) {
        try {
            return CLIENT.send(HttpRequest.newBuilder(address).header("Authorization", "Bearer " + token)
                    .POST(HttpRequest.BodyPublishers.ofByteArray(report)).build(), HttpResponse.BodyHandlers.ofString());
        } catch (Exception unsent) {
            throw new IllegalStateException(unsent);
        }
    }
}
