package io.waystation.console;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.camel.Exchange;

import io.waystation.http.ProblemException;
import io.waystation.http.RefusedRequest;
import io.waystation.http.RefusedRequests;
import io.waystation.journal.GroupConsumedException;
import io.waystation.journal.GroupGap;
import io.waystation.journal.GroupStatus;
import io.waystation.journal.Groups;
import io.waystation.store.Backup;
import io.waystation.store.StoreException;

/** Bean {@code hubApi}: where the groups stand, what was refused, and backups. */
public final class HubApi {
    private final Groups groups;
    private final RefusedRequests refused;
    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS").withZone(ZoneOffset.UTC);

    private final Backup backup;
    private final Path backups;
    private final Clock clock;

    HubApi(Groups groups, RefusedRequests refused, Backup backup, Path backups, Clock clock) {
        this.groups = groups;
        this.refused = refused;
        this.backup = backup;
        this.backups = backups;
        this.clock = clock;
    }

    /** {@code GET /api/groups}. */
    public void groups(Exchange exchange) {
        Map<String, List<GroupGap>> gaps = groups.gaps().stream().collect(Collectors.groupingBy(GroupGap::group));
        ObjectNode answer = ApiAnswer.object();
        ArrayNode rows = answer.putArray("groups");
        for (GroupStatus group : groups.list()) {
            ArrayNode ofGroup = rows.addObject().put("name", group.name()).put("lowWater", group.lowWater()).put("lag", group.lag())
                    .put("deadLetters", group.deadLetters()).put("running", group.running())
                    .put("updated", group.updated().toString()).putArray("gaps");
            for (GroupGap gap : gaps.getOrDefault(group.name(), List.of())) {
                ofGroup.addObject().put("after", gap.after()).put("last", gap.last()).put("lost", gap.lost())
                        .put("time", gap.time().toString());
            }
        }
        ApiAnswer.json(exchange, 200, answer);
    }

    /** {@code DELETE /api/groups/{name}}: of a group that no route consumes any more. */
    public void forgetGroup(Exchange exchange) {
        String name = ApiRequest.of(exchange).path("name");
        try {
            if (!groups.forget(name)) {
                throw ApiRequest.missing("no-such-group", "There is no group '" + name + "'.");
            }
        } catch (GroupConsumedException consumed) {
            throw new ProblemException(409, GroupConsumedException.CODE, consumed.getMessage() + ".");
        }
        Audit.note(exchange, "forgot group", name);
        ApiAnswer.done(exchange);
    }

    /** {@code GET /api/refused}. */
    public void refused(Exchange exchange) {
        ObjectNode answer = ApiAnswer.object();
        ArrayNode rows = answer.putArray("refused");
        for (RefusedRequest request : refused.latest()) {
            rows.addObject().put("time", request.time().toString()).put("address", request.address())
                    .put("method", request.method()).put("path", request.path()).put("status", request.status())
                    .put("code", request.code()).put("detail", request.detail());
        }
        ApiAnswer.json(exchange, 200, answer);
    }

    /** {@code POST /api/backup}: a copy of the data folder, in a new folder below its {@code backups}. */
    public void backup(Exchange exchange) {
        try {
            Files.createDirectories(backups);
            Backup.Result made = backup.run(backups.resolve(NAME.format(clock.instant())));
            Audit.note(exchange, "made backup", made.target());
            ApiAnswer.json(exchange, 201, ApiAnswer.object().put("folder", made.target().toString())
                    .put("files", made.files()).put("bytes", made.bytes()));
        } catch (StoreException busy) {
            throw new ProblemException(409, "backup-running", "Another backup is being made; try again when it is done.");
        } catch (UncheckedIOException | IOException failed) {
            throw new ProblemException(507, "backup-failed", "The backup could not be written: " + failed.getMessage());
        }
    }
}
