package io.waystation.update.fleet;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

import io.waystation.key.Ed25519;
import io.waystation.store.Store;
import io.waystation.update.release.Envelope;
import io.waystation.update.release.ReleaseException;
import io.waystation.update.release.TrustedKeys;

/**
 * Bean {@code fleet}: takes the reports of machines and knows what each last said. Thread-safe; waits for the store.
 *
 * <p>The first report of a machine enrols it with the key that signed it; from then on only that key speaks for it. Who may
 * enrol machines is decided by the role {@code fleet} of the token that came along.
 */
public final class Fleet {
    private final Store store;
    private final int most;
    private final FleetMeters meters;
    private final Clock clock;

    /**
     * A fleet.
     *
     * @param most machines that may enrol
     */
    Fleet(Store store, int most, FleetMeters meters, Clock clock) {
        this.store = store;
        this.most = most;
        this.meters = meters;
        this.clock = clock;
    }

    /**
     * What became of a report.
     *
     * @param report what it says
     * @param enrolled whether it was the first one of its machine
     * @param news whether it is kept; false when one with this serial or a higher one was there before
     */
    public record Accepted(MachineReport report, boolean enrolled, boolean news) { }

    /**
     * Takes a report.
     *
     * @param envelope the signed report
     * @param by name of the token that came with it
     * @throws FleetException {@code invalid-report}, {@code wrong-signature}, {@code machine-known} or {@code fleet-full}
     */
    public Accepted accept(byte[] envelope, String by) {
        try {
            Accepted accepted = judge(envelope, by);
            meters.reported(accepted.news() ? "news" : "repeated");
            return accepted;
        } catch (FleetException refused) {
            meters.reported(refused.code());
            throw refused;
        }
    }

    private Accepted judge(byte[] envelope, String by) {
        MachineReport report = open(envelope);
        Instant now = clock.instant();
        return store.writeNow(handle -> {
            Optional<String> key = FleetRows.key(handle, report.machine());
            if (key.isEmpty()) {
                if (FleetRows.machines(handle) >= most) {
                    throw new FleetException("fleet-full", "There are " + most + " machines already, and no more may enrol.");
                }
                FleetRows.enrol(handle, report, by, now);
            } else if (!key.get().equals(report.publicKey())) {
                throw new FleetException("machine-known", "The machine " + report.machine() + " has another key. If it was set up anew, "
                        + "let the hub forget it first.");
            }
            return new Accepted(report, key.isEmpty(), FleetRows.keep(handle, report, now));
        });
    }

    private MachineReport open(byte[] bytes) {
        try {
            Envelope envelope = Envelope.read(bytes);
            if (!envelope.payloadType().equals(ReportCodec.TYPE)) {
                throw new FleetException("invalid-report", "The envelope holds something that is no report.");
            }
            MachineReport report = ReportCodec.read(envelope.payload());
            Ed25519.key(report.publicKey());
            TrustedKeys.pinned("publicKey", List.of(report.publicKey())).signerOf(envelope, clock.instant());
            return report;
        } catch (IllegalArgumentException wrong) {
            throw new FleetException("invalid-report", "The report " + wrong.getMessage() + ".");
        } catch (ReleaseException refused) {
            throw new FleetException(switch (refused.refusal()) {
                case UNKNOWN_KEY, WRONG_SIGNATURE, UNSIGNED -> "wrong-signature";
                default -> "invalid-report";
            }, "The report is not signed by the key it names, or is no signed report.");
        }
    }

    /** How many machines are enrolled. */
    public int machines() {
        return store.read(FleetRows::machines);
    }

    /** Subsystems that machines report about, by name. */
    public List<String> subsystems() {
        return store.read(FleetRows::subsystems);
    }

    /** What each machine last said about a subsystem, by name, those left out that were not heard of for so long. */
    public List<FleetMember> members(String subsystem, Duration retired) {
        return store.read(handle -> FleetRows.members(handle, subsystem, clock.instant().minus(retired)));
    }

    /** Forgets a machine and what it said, so that it may enrol with another key; false when it is not known. */
    public boolean forget(String machine) {
        return store.writeNow(handle -> FleetRows.forget(handle, machine));
    }
}
