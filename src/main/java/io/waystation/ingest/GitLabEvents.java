package io.waystation.ingest;

import io.waystation.event.Headers;
import io.waystation.ingest.JsonFields.Wanted;

/**
 * Events of GitLab.
 *
 * @see <a href="https://docs.gitlab.com/user/project/integrations/webhook_events/">GitLab, webhook events</a>
 */
final class GitLabEvents implements Classifier {
    private static final String PROJECT = "project.path_with_namespace";
    private static final Wanted PUSH = Wanted.of("object_kind", "ref", PROJECT);
    private static final Wanted ANY = Wanted.of(
            "object_kind", "event_name", "action", "ref", "tag", "object_attributes.action", "object_attributes.iid",
            "object_attributes.ref", "merge_request.iid", "issue.iid", PROJECT, "path_with_namespace", "group.full_path",
            "group_path");

    @Override
    public EventAttributes classify(Headers headers, byte[] body) {
        String hook = headers.first("x-gitlab-event").orElse("");
        boolean push = hook.equals("Push Hook") || hook.equals("Tag Push Hook");
        JsonFields fields = JsonFields.read(body, push ? PUSH : ANY);
        String kind = Allowed.typeWord(fields.first("object_kind", "event_name"));
        if (kind == null) {
            kind = Allowed.eventWord(hook.replace(" Hook", ""));
        }
        String action = Allowed.typeWord(fields.first("object_attributes.action", "action"));
        String project = Allowed.path(fields.first(PROJECT, "path_with_namespace", "group.full_path", "group_path"));
        return new EventAttributes(
                "com.gitlab." + kind + (action == null ? "" : "." + action),
                "/gitlab" + (project == null ? "" : "/" + project),
                Allowed.subject(subject(kind, fields)),
                deliveryId(headers));
    }

    private static String subject(String kind, JsonFields fields) {
        return switch (kind) {
            case "release" -> fields.get("tag");
            case "merge_request", "issue", "work_item" -> fields.get("object_attributes.iid");
            case "note", "emoji" -> fields.first("merge_request.iid", "issue.iid");
            case "pipeline" -> fields.get("object_attributes.ref");
            default -> fields.first("ref", "object_attributes.iid");
        };
    }

    /** Stable over retries. X-Gitlab-Event-UUID is not used: GitLab gives hooks that caused each other the same one. */
    private static String deliveryId(Headers headers) {
        return Allowed.id(StandardWebhooksHeaders.id(headers).or(() -> headers.first("idempotency-key")).orElse(null));
    }
}
