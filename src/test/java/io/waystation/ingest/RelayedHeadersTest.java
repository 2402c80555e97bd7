package io.waystation.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.waystation.event.Headers;

class RelayedHeadersTest {
    private final RelayedHeaders headers = new RelayedHeaders(false, Set.of());

    @ParameterizedTest
    @ValueSource(strings = {
        "CamelHttpUri", "camelhttpuri", "CAmelExecCommandExecutable", "Camel-Exec-Command-Executable", "camel_file_name",
        "camel.file.name", "-camel-http-uri", "org.apache.camel.Foo", "Org-Apache-Camel-Foo", "kafka.OVERRIDE_TOPIC",
        "Kafka-Override-Topic", "kafka_key", "GitHubPullRequest", "github-pull-request", "GitHubIssueTitle"})
    void leavesOutWhatACamelComponentMightObey(String name) {
        assertThat(headers.of(Headers.of(name, "x")).entries()).isEmpty();
        assertThat(new RelayedHeaders(true, Set.of()).of(Headers.of(name, "x")).entries()).isEmpty();
        assertThat(new RelayedQuery(true).of(name + "=x&a=1")).isEqualTo("a=1");
        assertThat(new RelayedQuery(false).of("%43" + name.substring(1).replace("c", "%63") + "=x"))
                .satisfies(left -> assertThat(left == null || !RelayedHeaders.isCamelControl(left)).isTrue());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "Host", "Connection", "Keep-Alive", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "Expect", "HTTP2-Settings",
        "Proxy-Authorization", "Proxy-Connection", "x-named", ":authority", "a b", "a(b)", ""})
    void leavesOutWhatBelongsToTheConnection(String name) {
        assertThat(headers.of(Headers.of("connection", "close, X-Named", name, "x")).entries()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Authorization", "Cookie", "X-Gitlab-Token", "X-Api-Key", "X-Own"})
    void keepsCredentialsOnlyIfAskedTo(String name) {
        assertThat(new RelayedHeaders(false, Set.of("x-own")).of(Headers.of(name, "x")).entries()).isEmpty();
        assertThat(new RelayedHeaders(true, Set.of("x-own")).of(Headers.of(name, "x")).entries()).hasSize(1);
    }

    @Test
    void keepsEverythingElseInItsOrder() {
        Headers received = Headers.of("content-type", "a", "x-hub-signature-256", "b", "x-multi", "1", "content-length", "2",
                "x-multi", "3", "x-github-event", "push", "traceparent", "t");

        assertThat(headers.of(received)).isEqualTo(received);
        assertThat(headers.of(Headers.of("connection", "content-length", "content-length", "2")).entries()).hasSize(1);
    }

    @Test
    void leavesOutValuesWithControlCharacters() {
        assertThat(headers.of(Headers.of("a", "x\r\ny: z", "b", "x\u0000", "c", "x\ty")).toMap()).containsOnlyKeys("c");
    }

    @Test
    void keepsTheRawQueryButForOrdersAndCredentials() {
        RelayedQuery query = new RelayedQuery(false);

        assertThat(query.of("a=%20&&b&c=1%2B&a=2")).isEqualTo("a=%20&b&c=1%2B&a=2");
        assertThat(query.of("access_token=x&Token=y")).isNull();
        assertThat(query.of("%43amelHttpUri=x&%zz=1&a=%zz")).isEqualTo("a=%zz");
        assertThat(query.of("")).isNull();
        assertThat(query.of(null)).isNull();
        assertThat(new RelayedQuery(true).of("token=y")).isEqualTo("token=y");
    }
}
