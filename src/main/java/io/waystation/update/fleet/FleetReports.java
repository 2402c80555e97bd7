package io.waystation.update.fleet;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

import org.apache.camel.Exchange;

import io.waystation.store.Store;
import io.waystation.update.Subsystem;
import io.waystation.update.change.Artefact;
import io.waystation.update.change.ManifestEntry;
import io.waystation.update.release.Envelope;
import io.waystation.update.release.SigningKey;
import io.waystation.update.run.UpdateJournal;
import io.waystation.update.run.UpdateRun;
import io.waystation.update.run.Updates;
import io.waystation.work.DeferException;
import io.waystation.work.WorkHeaders;
import io.waystation.work.WorkItem;
import io.waystation.work.operation.Operation;
import io.waystation.work.operation.OperationState;
import io.waystation.work.operation.Operations;

/**
 * Bean {@code fleetReports}: what this machine reports to the hub whose releases it takes. Thread-safe; steps wait for the store
 * and the network.
 *
 * <p>A report is made when it is sent, with a serial of its own: one that was sent twice says the same, and is counted once.
 */
public final class FleetReports {
    /** Header of a work item that reports how an update ended: the id of its run; absent when it tells what is there. */
    public static final String RUN = "CamelWaystationFleetRun";
    private static final Duration LOOK_AGAIN = Duration.ofMillis(300);

    private final Optional<FleetHub> hub;
    private final Supplier<SigningKey> keys;
    private final String machine;
    private final Updates updates;
    private final UpdateJournal journal;
    private final Operations operations;
    private final Store store;
    private final Clock clock;

    /**
     * Reports of this machine.
     *
     * @param hub where they go; empty for nowhere
     * @param keys finds, or makes, the key of this machine; asked for the first report
     * @param machine name of this machine
     */
    FleetReports(Optional<FleetHub> hub, Supplier<SigningKey> keys, String machine, Updates updates, UpdateJournal journal,
            Operations operations, Store store, Clock clock) {
        this.hub = hub;
        this.keys = keys;
        this.machine = machine;
        this.updates = updates;
        this.journal = journal;
        this.operations = operations;
        this.store = store;
        this.clock = clock;
    }

    /** Whether this machine reports to anybody. */
    public boolean isAsked() {
        return hub.isPresent();
    }

    /** Names of the subsystems to report what is there of; none when nobody asked. */
    public List<String> present() {
        return isAsked() ? updates.all().stream().map(Subsystem::name).toList() : List.of();
    }

    /** Notes in a header which run the exchange is, for the item that reports how it ended. */
    public void note(Exchange exchange) {
        String operation = WorkItem.of(exchange).operation();
        if (operation != null) {
            exchange.getMessage().setHeader(RUN, operation);
        }
    }

    /**
     * Makes the report of the item: the body is the signed envelope then. The exchange property {@code report} is false when there
     * is nothing to say: the run is tried again later, found nothing to do, or was ended for another one.
     *
     * @throws DeferException while the run goes on
     */
    public void make(Exchange exchange) {
        WorkItem item = WorkItem.of(exchange);
        Optional<Subsystem> subsystem = updates.find(item.key());
        String run = exchange.getMessage().getHeader(RUN, String.class);
        Optional<Said> said = subsystem.flatMap(found -> run == null ? Optional.of(present(found)) : ended(found, run));
        exchange.setProperty("report", said.isPresent());
        said.ifPresent(words -> exchange.getMessage().setBody(sign(item.key(), words)));
    }

    private record Said(ReportState state, String version, String commit, String reason) { }

    private Said present(Subsystem subsystem) {
        ManifestEntry entry = updates.entry(subsystem);
        return new Said(ReportState.CURRENT, entry.currentVersion(), entry.currentCommit(), null);
    }

    private Optional<Said> ended(Subsystem subsystem, String id) {
        OperationState state = operations.find(id).map(Operation::state).orElse(OperationState.CANCELLED);
        if (state == OperationState.RUNNING) {
            throw new DeferException(LOOK_AGAIN, "the update goes on");
        }
        Optional<UpdateRun> run = journal.find(id).filter(found -> found.wanted() != null);
        if (state == OperationState.SUCCEEDED) {
            return run.map(found -> new Said(ReportState.UPDATED, found.wanted().version(), found.wanted().commit(), null));
        }
        if (state != OperationState.FAILED) {
            return Optional.empty();
        }
        return run.map(found -> new Said(wasUndone(subsystem, found) ? ReportState.ROLLED_BACK : ReportState.FAILED,
                found.wanted().version(), found.wanted().commit(), found.reason()));
    }

    private boolean wasUndone(Subsystem subsystem, UpdateRun run) {
        return updates.entry(subsystem).isQuarantined(Artefact.of(run.wanted()));
    }

    private byte[] sign(String subsystem, Said said) {
        Instant now = clock.instant();
        SigningKey key = keys.get();
        long serial = store.writeNow(handle -> FleetRows.nextSerial(handle, now));
        MachineReport report = new MachineReport(machine, key.publicKey(), serial, subsystem, said.state(), said.version(),
                said.commit(), said.reason(), now);
        return Envelope.sign(ReportCodec.TYPE, ReportCodec.write(report), List.of(key)).bytes();
    }

    /**
     * Sends the body. What the hub refuses is not sent again by itself.
     *
     * @throws FleetException {@code report-refused} when it is refused, {@code report-unsent} when the hub cannot be asked
     */
    public void send(Exchange exchange) throws InterruptedException {
        FleetHub.Answer answer = hub.orElseThrow().post(exchange.getMessage().getBody(byte[].class));
        if (!answer.isTaken()) {
            if (!answer.isWorthAnotherTry()) {
                exchange.getMessage().setHeader(WorkHeaders.RETRY, "none");
            }
            throw new FleetException(answer.isWorthAnotherTry() ? "report-unsent" : "report-refused", answer.text());
        }
    }
}
