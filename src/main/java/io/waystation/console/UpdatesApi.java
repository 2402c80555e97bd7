package io.waystation.console;

import java.util.List;
import java.util.Optional;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.camel.Exchange;

import io.waystation.http.Access;
import io.waystation.http.ProblemException;
import io.waystation.http.Token;
import io.waystation.update.CheckReport;
import io.waystation.update.Decision;
import io.waystation.update.Subsystem;
import io.waystation.update.change.ManifestEntry;
import io.waystation.update.release.ReleaseLedger;
import io.waystation.update.run.UpdateException;
import io.waystation.update.run.UpdateSteps;
import io.waystation.update.run.Updates;
import io.waystation.work.WorkHeaders;

/** Bean {@code updatesApi}: what is known of subsystems, and what people want done with them. */
public final class UpdatesApi {
    private static final int RUNS = 10;

    private final Updates updates;
    private final ReleaseLedger releases;

    UpdatesApi(Updates updates, ReleaseLedger releases) {
        this.updates = updates;
        this.releases = releases;
    }

    /** {@code GET /api/updates}: reads the upstreams, changes nothing. */
    public void check(Exchange exchange) {
        Optional<String> only = ApiRequest.of(exchange).query("subsystem");
        List<Subsystem> asked = only.isPresent() ? List.of(find(only.get())) : updates.all();
        ApiAnswer.json(exchange, 200, CheckReport.of(updates.check(asked)));
    }

    /** {@code GET /api/updates/{subsystem}/plan}. */
    public void plan(Exchange exchange) {
        Subsystem subsystem = find(exchange);
        Decision decision = updates.check(subsystem);
        ObjectNode answer = describe(subsystem, decision);
        ArrayNode steps = answer.putArray("steps");
        updates.plan(subsystem, decision).forEach(steps::add);
        ApiAnswer.json(exchange, 200, answer);
    }

    /** {@code GET /api/updates/{subsystem}}. */
    public void why(Exchange exchange) {
        Subsystem subsystem = find(exchange);
        ObjectNode answer = describe(subsystem, updates.check(subsystem));
        ManifestEntry entry = updates.entry(subsystem);
        if (entry.held() != null) {
            answer.putObject("held").put("version", entry.held().artefact().toString()).put("rule", entry.held().rule())
                    .put("reason", entry.held().reason()).put("since", entry.held().since().toString())
                    .put("until", entry.held().until() == null ? null : entry.held().until().toString());
        }
        ArrayNode quarantined = answer.putArray("quarantined");
        entry.quarantined().forEach(bad -> quarantined.addObject().put("version", bad.artefact().toString())
                .put("reason", bad.reason()).put("since", bad.since().toString()));
        ArrayNode verdicts = answer.putArray("verdicts");
        entry.verdicts().forEach((commit, verdict) -> verdicts.addObject().put("commit", commit)
                .put("approved", verdict.approved()).put("by", verdict.by()).put("at", verdict.at().toString()));
        answer.put("changing", entry.changing() == null ? null : entry.changing().step() + " to " + entry.changing().target());
        ArrayNode refused = answer.putArray("refused");
        releases.refusals(Optional.of(subsystem.name()), RUNS).forEach(one -> refused.addObject().put("event", one.event()).put("code", one.code())
                .put("reason", one.reason()).put("at", one.at().toString()));
        ArrayNode runs = answer.putArray("runs");
        updates.runs(subsystem, RUNS).forEach(run -> runs.addObject().put("id", run.id()).put("step", run.step().code())
                .put("version", run.wanted() == null ? null : run.wanted().label()).put("outcome", run.outcome())
                .put("reason", run.reason()).put("started", run.started().toString()).put("updated", run.updated().toString()));
        ApiAnswer.json(exchange, 200, answer);
    }

    private static ObjectNode describe(Subsystem subsystem, Decision decision) {
        return (ObjectNode) CheckReport.of(List.of(decision)).get(subsystem.name());
    }

    /** {@code POST /api/updates/{subsystem}/update}: the route asks for it afterwards. */
    public void update(Exchange exchange) {
        ask(exchange, find(exchange), "asked for by " + who(exchange));
    }

    /** {@code POST /api/updates/{subsystem}/approve}. */
    public void approve(Exchange exchange) {
        judge(exchange, true);
    }

    /** {@code POST /api/updates/{subsystem}/reject}. */
    public void reject(Exchange exchange) {
        judge(exchange, false);
    }

    private void judge(Exchange exchange, boolean approved) {
        Subsystem subsystem = find(exchange);
        List<String> approvers = subsystem.policy().approvers();
        if (!approvers.isEmpty() && !approvers.contains(who(exchange))) {
            throw new ProblemException(403, "not-an-approver", "Versions of " + subsystem.name() + " are approved by "
                    + String.join(", ", approvers) + ".");
        }
        try {
            String version = updates.judge(subsystem, ApiRequest.of(exchange, "version").text("version"), approved, who(exchange)).toString();
            ask(exchange, subsystem, (approved ? "approved by " : "rejected by ") + who(exchange));
            exchange.setProperty("answerVersion", version);
        } catch (UpdateException nothing) {
            throw new ProblemException(409, nothing.code(), nothing.getMessage());
        }
    }

    /** {@code POST /api/updates/{subsystem}/unquarantine}. */
    public void unquarantine(Exchange exchange) {
        Subsystem subsystem = find(exchange);
        String version = ApiRequest.of(exchange, "version").text("version").orElseThrow(() -> ApiRequest.invalid("version", "must be given"));
        try {
            updates.unquarantine(subsystem, version, who(exchange));
        } catch (UpdateException notThere) {
            throw new ProblemException(409, notThere.code(), notThere.getMessage());
        }
        ask(exchange, subsystem, "unquarantined by " + who(exchange));
        exchange.setProperty("answerVersion", version);
    }

    /** {@code POST /api/updates/{subsystem}/rollback}: the route asks for it afterwards. */
    public void rollback(Exchange exchange) {
        Subsystem subsystem = find(exchange);
        if (updates.entry(subsystem).previous() == null && updates.entry(subsystem).changing() == null) {
            throw new ProblemException(409, "previous-missing", "No previous version of " + subsystem.name() + " is kept.");
        }
        String reason = "rolled back by " + who(exchange) + ApiRequest.of(exchange, "reason").text("reason").map(text -> ": " + text).orElse("");
        ask(exchange, subsystem, reason);
        exchange.getMessage().setHeader(UpdateSteps.BACK_HEADER, reason);
    }

    /** Answers with the operation that follows what was asked for. */
    public void asked(Exchange exchange) {
        String operation = exchange.getMessage().getHeader(WorkHeaders.OPERATION, String.class);
        ApiAnswer.json(exchange, 202, ApiAnswer.object().put("subsystem", exchange.getProperty("subsystem", String.class))
                .put("version", exchange.getProperty("answerVersion", String.class)).put("operation", operation));
    }

    private static void ask(Exchange exchange, Subsystem subsystem, String cause) {
        Audit.note(exchange, cause + ":", subsystem.name());
        exchange.setProperty("subsystem", subsystem.name());
        exchange.setProperty("cause", cause);
        exchange.getMessage().setBody(new byte[0]);
    }

    private Subsystem find(Exchange exchange) {
        return find(ApiRequest.of(exchange).path("subsystem"));
    }

    private Subsystem find(String name) {
        return updates.find(name).orElseThrow(() ->
                ApiRequest.missing("no-such-subsystem", "No route describes a subsystem of this name."));
    }

    private static String who(Exchange exchange) {
        Token token = exchange.getProperty(Access.TOKEN_PROPERTY, Token.class);
        return token == null ? "-" : token.name();
    }
}
