package io.waystation.ingest;

import static io.waystation.ingest.Signing.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.waystation.event.Event;
import io.waystation.event.Headers;

class ClassificationTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', nullValues = "null", value = {
        "push | {'ref':'refs/heads/main','repository':{'full_name':'o/r'}} | com.github.push | /github/o/r | refs/heads/main",
        "release | {'action':'published','release':{'assets':[{'x':{}}],'tag_name':'v1.2'},'repository':{'full_name':'o/r'}}"
            + " | com.github.release.published | /github/o/r | v1.2",
        "pull_request | {'action':'opened','number':7,'pull_request':{'number':8},'repository':{'full_name':'o/r'}}"
            + " | com.github.pull_request.opened | /github/o/r | 7",
        "pull_request_review | {'action':'submitted','pull_request':{'number':8},'repository':{'full_name':'o/r'}}"
            + " | com.github.pull_request_review.submitted | /github/o/r | 8",
        "issue_comment | {'action':'created','issue':{'number':9},'repository':{'full_name':'o/r'}}"
            + " | com.github.issue_comment.created | /github/o/r | 9",
        "workflow_run | {'action':'completed','workflow_run':{'head_branch':'b'},'repository':{'full_name':'o/r'}}"
            + " | com.github.workflow_run.completed | /github/o/r | b",
        "ping | {'zen':'Keep it logically awesome.','hook_id':1,'organization':{'login':'o'}} | com.github.ping | /github/o | null",
        "null | {} | com.github.unknown | /github | null"})
    void readsGitHub(String event, String json, String type, String source, String subject) {
        assertThat(classify(Provider.GITHUB, json, "x-github-event", event, "x-github-delivery", "d-1"))
                .isEqualTo(new EventAttributes(type, source, subject, "d-1"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', nullValues = "null", value = {
        "Push Hook | {'object_kind':'push','ref':'refs/heads/a','project':{'path_with_namespace':'g/s/p'}}"
            + " | com.gitlab.push | /gitlab/g/s/p | refs/heads/a",
        "Tag Push Hook | {'object_kind':'tag_push','ref':'refs/tags/v1','project':{'path_with_namespace':'g/p'}}"
            + " | com.gitlab.tag_push | /gitlab/g/p | refs/tags/v1",
        "Merge Request Hook | {'object_kind':'merge_request','project':{'path_with_namespace':'g/p'},"
            + "'object_attributes':{'iid':5,'action':'open'}} | com.gitlab.merge_request.open | /gitlab/g/p | 5",
        "Release Hook | {'object_kind':'release','tag':'v2','action':'create','project':{'path_with_namespace':'g/p'}}"
            + " | com.gitlab.release.create | /gitlab/g/p | v2",
        "Note Hook | {'object_kind':'note','project':{'path_with_namespace':'g/p'},'object_attributes':{'action':'create'},"
            + "'issue':{'iid':3}} | com.gitlab.note.create | /gitlab/g/p | 3",
        "Pipeline Hook | {'object_kind':'pipeline','object_attributes':{'ref':'main','tag':false},"
            + "'project':{'path_with_namespace':'g/p'}} | com.gitlab.pipeline | /gitlab/g/p | main",
        "System Hook | {'event_name':'project_create','path_with_namespace':'g/p'} | com.gitlab.project_create | /gitlab/g/p | null",
        "Odd Hook | [] | com.gitlab.odd | /gitlab | null"})
    void readsGitLab(String event, String json, String type, String source, String subject) {
        assertThat(classify(Provider.GITLAB, json, "x-gitlab-event", event, "x-gitlab-event-uuid", "u",
                "idempotency-key", "i-1")).isEqualTo(new EventAttributes(type, source, subject, "i-1"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', nullValues = "null", value = {
        "repo:push | {'push':{'changes':[{'new':{'name':'main'},'old':null}]},'repository':{'full_name':'w/r'}}"
            + " | com.bitbucket.repo.push | /bitbucket/w/r | main",
        "pullrequest:created | {'pullrequest':{'id':4},'repository':{'full_name':'w/r'}}"
            + " | com.bitbucket.pullrequest.created | /bitbucket/w/r | 4",
        "repo:refs_changed | {'repository':{'slug':'r','project':{'key':'~K'}},'changes':[{'ref':{'id':'refs/heads/x'}}]}"
            + " | com.bitbucket.repo.refs_changed | /bitbucket/~K/r | refs/heads/x",
        "pr:opened | {'pullRequest':{'id':6,'toRef':{'repository':{'slug':'r','project':{'key':'K'}}}}}"
            + " | com.bitbucket.pr.opened | /bitbucket/K/r | 6"})
    void readsBitbucket(String event, String json, String type, String source, String subject) {
        assertThat(classify(Provider.BITBUCKET, json, "x-event-key", event, "x-request-id", "q-1"))
                .isEqualTo(new EventAttributes(type, source, subject, "q-1"));
    }

    @Test
    void readsTheOtherProviders() {
        assertThat(classify(Provider.LINEAR, "{'action':'create','type':'Issue','organizationId':'o-1','data':{'identifier':'ENG-7'}}",
                "linear-delivery", "l-1"))
                .isEqualTo(new EventAttributes("com.linear.issue.create", "/linear/o-1", "ENG-7", "l-1"));
        assertThat(classify(Provider.GITEA, "{'action':'opened','number':2,'repository':{'full_name':'o/r'}}",
                "x-gitea-event", "pull_request", "x-github-event", "other", "x-gitea-delivery", "g-1"))
                .isEqualTo(new EventAttributes("com.gitea.pull_request.opened", "/gitea/o/r", "2", "g-1"));
        assertThat(classify(Provider.STRIPE, "{'id':'evt_1','type':'charge.succeeded','data':{'object':{'id':'ch_1'}}}"))
                .isEqualTo(new EventAttributes("com.stripe.charge.succeeded", "/stripe", "ch_1", "evt_1"));
        assertThat(classify(Provider.SHOPIFY, "x", "x-shopify-topic", "orders/create",
                "x-shopify-shop-domain", "s.myshopify.com", "x-shopify-webhook-id", "w-1"))
                .isEqualTo(new EventAttributes("com.shopify.orders.create", "/shopify/s.myshopify.com", null, "w-1"));
        assertThat(classify(Provider.JIRA, "{'webhookEvent':'jira:issue_updated','issue':{'key':'ABC-1'}}"))
                .isEqualTo(new EventAttributes("com.atlassian.jira.issue_updated", "/jira", "ABC-1", null));
        assertThat(classify(Provider.SLACK, "{'type':'event_callback','team_id':'T1','event_id':'Ev1','event':{'type':'app_mention','channel':'C1'}}"))
                .isEqualTo(new EventAttributes("com.slack.app_mention", "/slack/T1", "C1", "Ev1"));
        assertThat(classify(Provider.SLACK, "team_id=T1&command=%2Fdeploy", "content-type", "application/x-www-form-urlencoded"))
                .isEqualTo(new EventAttributes("com.slack.command", "/slack/T1", "/deploy", null));
        assertThat(classify(Provider.STANDARD_WEBHOOKS, "{'type':'user.created'}", "webhook-id", "msg_1"))
                .isEqualTo(new EventAttributes("user.created", null, null, "msg_1"));
        assertThat(classify(Provider.NONE, "{'type':'user.created'}"))
                .isEqualTo(new EventAttributes(Event.UNKNOWN_TYPE, null, null, null));
    }

    @ParameterizedTest
    @CsvSource({"STANDARD_WEBHOOKS", "GITLAB"})
    void takesTheIdThatIsSignedForTheDeliveryIdWhateverStandsBesideIt(Provider provider) {
        assertThat(classify(provider, "{}", "webhook-id", "added", "svix-id", "msg_1", "svix-signature", "v1,AAAA").deliveryId())
                .isEqualTo("msg_1");
        assertThat(classify(provider, "{}", "webhook-id", "msg_1", "webhook-signature", "v1,AAAA", "svix-id", "added",
                "svix-signature", "v1,AAAA").deliveryId()).isEqualTo("msg_1");
        assertThat(classify(provider, "{}", "svix-id", "msg_1", "svix-signature", "v1,AAAA", "idempotency-key", "added").deliveryId())
                .isEqualTo("msg_1");
        assertThat(classify(provider, "{}", "svix-id", "msg_1").deliveryId()).as("of a request that is not signed").isEqualTo("msg_1");
    }

    @Test
    void readsCloudEventsOfBothModes() {
        EventAttributes expected = new EventAttributes("com.example.Some", "https://example.com/a", "s", "https://example.com/a#1");

        assertThat(classify(Provider.CLOUDEVENTS, "<xml/>", "ce-type", "com.example.Some", "ce-source", "https://example.com/a",
                "ce-subject", "%73", "ce-id", "1")).isEqualTo(expected);
        assertThat(classify(Provider.BEARER, "{'specversion':'1.0','type':'com.example.Some','source':'https://example.com/a',"
                + "'subject':'s','id':'1','data':{}}", "content-type", "application/cloudevents+json; charset=utf-8"))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"com.github.release.published", "COM.GitHub.push", "io.waystation.replay", "com.linear.issue"})
    void letsNobodySpeakInTheNameOfAProviderThatDidNotSign(String type) {
        EventAttributes claimed = classify(Provider.CLOUDEVENTS, "", "ce-type", type, "ce-source", "/github/o/r", "ce-id", "1");

        assertThat(claimed.type()).isEqualTo("claimed." + type);
        assertThat(claimed.source()).isNull();
        assertThat(classify(Provider.STANDARD_WEBHOOKS, "{'type':'" + type + "'}").type()).startsWith("claimed.");
        assertThat(classify(Provider.HMAC, "{}", "x-github-event", "release").type()).isEqualTo(Event.UNKNOWN_TYPE);
    }

    @Test
    void readsThePayloadOfAForm() {
        String form = "x=1&payload=" + URLEncoder.encode("{\"ref\":\"refs/heads/ä b\",\"repository\":{\"full_name\":\"o/r\"}}",
                StandardCharsets.UTF_8) + "&y=2";

        assertThat(classify(Provider.GITHUB, form, "content-type", "application/x-www-form-urlencoded", "x-github-event", "push"))
                .isEqualTo(new EventAttributes("com.github.push", "/github/o/r", null, null));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "o/../r", "../r", "o//r", "/r", "o r", "o/r;rm -rf", "o/$(x)", "o/`x`", "o/{{x}}", "o/r\\n", "o/\\u0000", "o/ü", "o/r?x",
        "o/r#x", "o/%2e%2e", "'"})
    void leavesOutRepositoriesThatMeanSomethingElsewhere(String name) {
        EventAttributes attributes = classify(Provider.GITHUB, "{\"ref\":\"$(x)\",\"repository\":{\"full_name\":\"" + name + "\"}}",
                "x-github-event", "push");

        assertThat(attributes).isEqualTo(new EventAttributes("com.github.push", "/github", null, null));
    }

    @Test
    void boundsAndCleansEveryValue() {
        String longText = "a".repeat(10_000);
        EventAttributes attributes = classify(Provider.GITHUB, "{\"action\":\"a b;$(x)\",\"issue\":{\"number\":\"" + longText + "\"}}",
                "x-github-event", "Issues\u0000!", "x-github-delivery", "a b");

        assertThat(attributes).isEqualTo(new EventAttributes("com.github.issues__.a_b___x_", "/github", null, null));
        assertThat(classify(Provider.GITHUB, "{}", "x-github-event", longText).type()).isEqualTo("com.github.unknown");
    }

    @Test
    void takesAnyBytesAtAll() {
        Random random = new Random(7);
        for (Provider provider : Provider.values()) {
            for (int i = 0; i < 300; i++) {
                byte[] body = new byte[random.nextInt(300)];
                random.nextBytes(body);
                if (i % 2 == 0 && body.length > 0) {
                    body[0] = (byte) "{[\"1tn".charAt(i / 2 % 6);
                }
                assertThat(provider.classifier().classify(Headers.of("content-type", i % 3 == 0
                        ? "application/x-www-form-urlencoded" : "application/json"), body)).isNotNull();
            }
            for (String odd : new String[] {"", "null", "1", "\"x\"", "[]", "[[[1]]]", "[{\"ref\":[{}]}]", "{", "{\"ref\"", "\ufeff{}",
                "{\"ref\":{},\"repository\":[]}", "[".repeat(100_000), "{\"a\":".repeat(100_000), "1".repeat(100_000)}) {
                assertThat(provider.classifier().classify(Headers.EMPTY, bytes(odd))).isNotNull();
            }
        }
    }

    @Test
    void keepsWhatItFoundBeforeTheDamage() {
        assertThat(classify(Provider.GITHUB, "{\"action\":\"created\",\"issue\":{\"number\":3},\"body\":\"\ud800 \u0001", "x-github-event", "issues"))
                .isEqualTo(new EventAttributes("com.github.issues.created", "/github", "3", null));
    }

    @Test
    void recognisesWhoClaimsToSend() {
        assertThat(Provider.claimedBy(Headers.of("x-github-event", "push", "x-gitea-event", "push"))).isEqualTo(Provider.GITEA);
        assertThat(Provider.claimedBy(Headers.of("x-gitea-event", "push", "x-forgejo-event", "push"))).isEqualTo(Provider.FORGEJO);
        assertThat(Provider.claimedBy(Headers.of("x-gitlab-event", "x", "webhook-id", "1"))).isEqualTo(Provider.GITLAB);
        assertThat(Provider.claimedBy(Headers.of("svix-id", "1"))).isEqualTo(Provider.STANDARD_WEBHOOKS);
        assertThat(Provider.claimedBy(Headers.EMPTY)).isEqualTo(Provider.NONE);
    }

    private static EventAttributes classify(Provider provider, String json, String... headers) {
        String[] given = headers.length > 1 && headers[1] == null ? java.util.Arrays.copyOfRange(headers, 2, headers.length) : headers;
        String body = json.contains("\"") ? json : json.replace('\'', '"');
        return provider.classifier().classify(Headers.of(given), bytes(body));
    }
}
