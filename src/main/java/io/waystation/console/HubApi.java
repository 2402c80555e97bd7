package io.waystation.console;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.camel.Exchange;

import io.waystation.http.RefusedRequest;
import io.waystation.http.RefusedRequests;
import io.waystation.journal.GroupStatus;
import io.waystation.journal.Groups;

/** Bean {@code hubApi}: where the groups stand, what was refused, and backups. */
public final class HubApi {
    private final Groups groups;
    private final RefusedRequests refused;
    private final Backup backup;

    HubApi(Groups groups, RefusedRequests refused, Backup backup) {
        this.groups = groups;
        this.refused = refused;
        this.backup = backup;
    }

    /** {@code GET /api/groups}. */
    public void groups(Exchange exchange) {
        ObjectNode answer = ApiAnswer.object();
        ArrayNode rows = answer.putArray("groups");
        for (GroupStatus group : groups.list()) {
            rows.addObject().put("name", group.name()).put("lowWater", group.lowWater()).put("lag", group.lag())
                    .put("deadLetters", group.deadLetters()).put("running", group.running())
                    .put("updated", group.updated().toString());
        }
        ApiAnswer.json(exchange, 200, answer);
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

    /** {@code POST /api/backup}. */
    public void backup(Exchange exchange) {
        Backup.Made made = backup.make();
        Audit.note(exchange, "made backup", made.file());
        ApiAnswer.json(exchange, 201, ApiAnswer.object().put("file", made.file().toString()).put("bytes", made.bytes()));
    }
}
