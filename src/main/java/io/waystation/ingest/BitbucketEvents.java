package io.waystation.ingest;

import io.waystation.event.Headers;
import io.waystation.ingest.JsonFields.Wanted;

/**
 * Events of Bitbucket Cloud and of Bitbucket Server and Data Center.
 *
 * @see <a href="https://support.atlassian.com/bitbucket-cloud/docs/event-payloads/">Bitbucket Cloud, payloads</a>
 * @see <a href="https://confluence.atlassian.com/bitbucketserver/event-payload-938025882.html">Server, payloads</a>
 */
final class BitbucketEvents implements Classifier {
    private static final Wanted WANTED = Wanted.of(
            "repository.full_name", "repository.slug", "repository.project.key", "push.changes.new.name",
            "push.changes.old.name", "pullrequest.id", "issue.id", "changes.ref.id", "pullRequest.id",
            "pullRequest.toRef.repository.slug", "pullRequest.toRef.repository.project.key");

    @Override
    public EventAttributes classify(Headers headers, byte[] body) {
        String event = Allowed.eventWord(headers.first("x-event-key").orElse("").replace(':', '.'));
        JsonFields fields = JsonFields.read(body, WANTED);
        String repository = Allowed.path(repository(fields));
        return new EventAttributes(
                "com.bitbucket." + event,
                "/bitbucket" + (repository == null ? "" : "/" + repository),
                Allowed.subject(fields.first(
                        "pullrequest.id", "pullRequest.id", "push.changes.new.name", "push.changes.old.name",
                        "changes.ref.id", "issue.id")),
                Allowed.id(headers.first("x-request-uuid").or(() -> headers.first("x-request-id")).orElse(null)));
    }

    private static String repository(JsonFields fields) {
        String cloud = fields.get("repository.full_name");
        if (cloud != null) {
            return cloud;
        }
        String project = fields.first("repository.project.key", "pullRequest.toRef.repository.project.key");
        String slug = fields.first("repository.slug", "pullRequest.toRef.repository.slug");
        return project == null || slug == null ? null : project + "/" + slug;
    }
}
