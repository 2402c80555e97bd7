package io.waystation.ingest;

import java.util.Map;

import io.waystation.event.Headers;
import io.waystation.ingest.JsonFields.Wanted;

/**
 * Events of GitHub and of the forges that send the same shapes: Gitea and Forgejo.
 *
 * @see <a href="https://docs.github.com/en/webhooks/webhook-events-and-payloads">GitHub, events and payloads</a>
 * @see <a href="https://docs.gitea.com/usage/webhooks">Gitea, webhooks</a>
 */
final class ForgeEvents implements Classifier {
    private static final String[] SUBJECTS = {
        "ref", "release.tag_name", "number", "pull_request.number", "issue.number", "discussion.number",
        "deployment.ref", "workflow_run.head_branch", "check_suite.head_branch", "check_run.head_sha", "sha",
        "package.name"};

    /** The common events carry what is wanted near their start: knowing them saves reading the rest. */
    private static final Map<String, Wanted> COMMON = Map.of(
            "push", Wanted.of("ref", "repository.full_name"),
            "create", Wanted.of("ref", "repository.full_name"),
            "delete", Wanted.of("ref", "repository.full_name"),
            "release", Wanted.of("action", "release.tag_name", "repository.full_name"),
            "pull_request", Wanted.of("action", "number", "repository.full_name"));
    private static final Wanted ANY = Wanted.of(
            "action", "ref", "release.tag_name", "number", "pull_request.number", "issue.number", "discussion.number",
            "deployment.ref", "workflow_run.head_branch", "check_suite.head_branch", "check_run.head_sha", "sha",
            "package.name", "repository.full_name", "organization.login");

    private final String forge;
    private final String eventHeader;
    private final String deliveryHeader;

    /** Events of this forge, named in these headers. */
    ForgeEvents(String forge, String eventHeader, String deliveryHeader) {
        this.forge = forge;
        this.eventHeader = eventHeader;
        this.deliveryHeader = deliveryHeader;
    }

    @Override
    public EventAttributes classify(Headers headers, byte[] body) {
        String event = Allowed.eventWord(headers.first(eventHeader).orElse(null));
        JsonFields fields = JsonFields.read(FormPayload.json(headers, body), COMMON.getOrDefault(event, ANY));
        String action = Allowed.typeWord(fields.get("action"));
        String repository = Allowed.path(fields.first("repository.full_name", "organization.login"));
        return new EventAttributes(
                "com." + forge + "." + event + (action == null ? "" : "." + action),
                "/" + forge + (repository == null ? "" : "/" + repository),
                Allowed.subject(fields.first(SUBJECTS)),
                Allowed.id(headers.first(deliveryHeader).orElse(null)));
    }
}
