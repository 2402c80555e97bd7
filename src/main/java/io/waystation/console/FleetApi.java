package io.waystation.console;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.camel.Exchange;

import io.waystation.http.Access;
import io.waystation.http.ProblemException;
import io.waystation.http.Token;
import io.waystation.update.fleet.Fleet;
import io.waystation.update.fleet.FleetException;
import io.waystation.update.fleet.FleetMember;
import io.waystation.update.fleet.ReportState;
import io.waystation.update.fleet.RingCount;
import io.waystation.update.fleet.RingPolicy;
import io.waystation.update.fleet.Rollouts;
import io.waystation.update.release.ReleaseManifest;

/** Bean {@code fleetApi}: machines, their reports, and how far releases have come. */
public final class FleetApi {
    private static final int USUAL = 100;
    private static final int MOST = 10_000;
    private static final int LONGEST_REASON = 400;
    private static final Duration RETIRED = Duration.ofDays(30);

    private final Fleet fleet;
    private final Rollouts rollouts;

    FleetApi(Fleet fleet, Rollouts rollouts) {
        this.fleet = fleet;
        this.rollouts = rollouts;
    }

    /** {@code GET /api/fleet}. */
    public void list(Exchange exchange) {
        ObjectNode answer = ApiAnswer.object().put("machines", fleet.machines());
        ArrayNode rows = answer.putArray("rollouts");
        rollouts.subsystems().forEach(subsystem -> rows.add(describe(subsystem)));
        ApiAnswer.json(exchange, 200, answer);
    }

    /** {@code GET /api/fleet/{subsystem}}. */
    public void show(Exchange exchange) {
        ApiRequest request = ApiRequest.of(exchange);
        String subsystem = request.path("subsystem");
        Optional<ReportState> only = request.query("state").map(FleetApi::state);
        int limit = ApiRequest.limit(request.query("limit"), USUAL, MOST);
        List<FleetMember> members = fleet.members(subsystem, rollouts.retired(subsystem, RETIRED)).stream()
                .filter(member -> only.isEmpty() || only.get() == member.state()).toList();
        if (members.isEmpty() && !rollouts.subsystems().contains(subsystem)) {
            throw ApiRequest.missing("no-such-rollout", "No release of a subsystem of this name was published here, and no machine reports of one.");
        }
        ObjectNode answer = describe(subsystem).put("found", members.size());
        ArrayNode rows = answer.putArray("machines");
        members.stream().limit(limit).forEach(member -> rows.addObject().put("machine", member.machine())
                .put("state", member.state().code()).put("version", member.version()).put("reason", member.reason())
                .put("said", member.receivedAt().toString()).put("lastSeen", member.lastSeen().toString())
                .put("enrolled", member.enrolledAt().toString()));
        ApiAnswer.json(exchange, 200, answer);
    }

    private static ReportState state(String code) {
        try {
            return ReportState.of(code);
        } catch (IllegalArgumentException unknown) {
            throw ApiRequest.invalid("state", "must be current, updated, rolled-back or failed");
        }
    }

    private ObjectNode describe(String subsystem) {
        ObjectNode row = ApiAnswer.object().put("subsystem", subsystem);
        Optional<ReleaseManifest> newest = rollouts.find(subsystem);
        newest.ifPresent(manifest -> row.put("version", manifest.version()).put("serial", manifest.serial())
                .put("published", manifest.published().toString()).put("expires", manifest.expires().toString())
                .put("admits", manifest.rollout().admits()).put("halted", manifest.rollout().halted())
                .put("reason", manifest.rollout().reason()));
        rollouts.policy(subsystem).ifPresent(policy -> policy(row, policy));
        rollouts.view(subsystem).ifPresent(view -> {
            RingCount count = view.count();
            row.put("ring", view.policy().number(view.manifest().rollout().admits()));
            row.putObject("count").put("good", count.good()).put("failed", count.failed()).put("silent", count.silent())
                    .put("waiting", count.waiting());
            row.put("next", view.verdict().map(verdict -> verdict.action().name().toLowerCase(Locale.ROOT) + ": "
                    + verdict.reason()).orElse(null));
        });
        return row;
    }

    private static void policy(ObjectNode row, RingPolicy policy) {
        policy.rings().forEach(row.putArray("rings")::add);
        row.put("errors", policy.errors()).put("success", policy.success()).put("silence", ApiRequest.text(policy.silence()))
                .put("rest", ApiRequest.text(policy.rest()));
    }

    /** {@code POST /api/fleet/{subsystem}/halt}: the route tells operators and then answers. */
    public void halt(Exchange exchange) {
        ApiRequest request = ApiRequest.of(exchange, "reason");
        String subsystem = request.path("subsystem");
        String reason = "halted by " + who(exchange) + request.text("reason").map(text -> ": " + text).orElse("");
        if (reason.length() > LONGEST_REASON) {
            throw ApiRequest.invalid("reason", "must not be longer than " + LONGEST_REASON + " characters");
        }
        ReleaseManifest manifest = asked(() -> rollouts.halt(subsystem, reason));
        Audit.note(exchange, "halted the rollout of", subsystem + " " + manifest.version());
        exchange.setProperty("subsystem", subsystem);
        exchange.setProperty("version", manifest.version());
        exchange.setProperty("reason", reason);
    }

    /** Answers with the rollout of the subsystem. */
    public void answer(Exchange exchange) {
        ApiAnswer.json(exchange, 200, describe(exchange.getProperty("subsystem", String.class)));
    }

    /** {@code POST /api/fleet/{subsystem}/resume}. */
    public void resume(Exchange exchange) {
        String subsystem = ApiRequest.of(exchange).path("subsystem");
        ReleaseManifest manifest = asked(() -> rollouts.resume(subsystem, who(exchange)));
        Audit.note(exchange, "resumed the rollout of", subsystem + " " + manifest.version());
        ApiAnswer.json(exchange, 200, describe(subsystem));
    }

    /** {@code POST /api/fleet/reports}. */
    public void report(Exchange exchange) {
        Fleet.Accepted accepted = asked(() -> fleet.accept(exchange.getMessage().getBody(byte[].class), who(exchange)));
        if (accepted.enrolled()) {
            Audit.note(exchange, "enrolled the machine", accepted.report().machine());
        }
        ApiAnswer.json(exchange, 202, ApiAnswer.object().put("machine", accepted.report().machine()).put("enrolled", accepted.enrolled())
                .put("news", accepted.news()));
    }

    /** {@code DELETE /api/fleet/machines/{name}}. */
    public void forget(Exchange exchange) {
        String machine = ApiRequest.of(exchange).path("name");
        if (!fleet.forget(machine)) {
            throw ApiRequest.missing("no-such-machine", "No machine of this name is enrolled.");
        }
        Audit.note(exchange, "forgot the machine", machine);
        ApiAnswer.done(exchange);
    }

    private interface Question<T> {
        T ask();
    }

    private static <T> T asked(Question<T> question) {
        try {
            return question.ask();
        } catch (FleetException refused) {
            throw new ProblemException(switch (refused.code()) {
                case "invalid-report", "wrong-signature" -> 400;
                case "no-such-release" -> 404;
                case "fleet-full" -> 503;
                default -> 409;
            }, refused.code(), refused.getMessage());
        }
    }

    private static String who(Exchange exchange) {
        Token token = exchange.getProperty(Access.TOKEN_PROPERTY, Token.class);
        return token == null ? "-" : token.name();
    }
}
