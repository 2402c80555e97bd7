package io.waystation.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.Optional;
import java.util.stream.IntStream;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.waystation.store.DataFolder;
import io.waystation.store.Store;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Tokens, roles, and what they guard. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AccessTest {
    private ServerFixture server;
    private Path data;
    private String first;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        data = folder;
        server = ServerFixture.start(data, new RouteBuilder() {
            @Override
            public void configure() {
                from("platform-http:/guarded").routeId("guarded").to("kamelet:require-role-action?role=operate")
                        .setBody(simple("hello ${exchangeProperty.CamelWaystationToken.name}"));
            }
        });
        first = Files.readString(data.resolve("token")).trim();
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private HttpResponse<String> get(String path, String token) throws Exception {
        return token == null ? server.get(path) : server.get(path, "Authorization", "Bearer " + token);
    }

    private Tokens tokens() {
        return server.bean(Tokens.NAME, Tokens.class);
    }

    @Test
    void theFirstTokenIsInAFileOnlyItsOwnerReadsAndMayDoEverything() throws Exception {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve("token"))))
                .isEqualTo("rw-------");
        assertThat(tokens().find(first)).hasValueSatisfying(
                token -> assertThat(token.roles()).containsExactlyInAnyOrder(Role.values()));
        assertThat(get("/guarded", first).body()).isEqualTo("hello first");
    }

    @Test
    void requestsWithoutTheRoleAreRefused() throws Exception {
        String reader = tokens().create("reader", EnumSet.of(Role.READ), Optional.empty());
        HttpResponse<String> none = get("/guarded", null);
        assertThat(none.statusCode()).isEqualTo(401);
        assertThat(none.headers().firstValue("www-authenticate")).isPresent();
        assertThat(none.body()).contains("token-required");
        assertThat(get("/guarded", "wrong").statusCode()).isEqualTo(401);
        assertThat(server.get("/guarded?access_token=" + first).statusCode()).isEqualTo(401);
        HttpResponse<String> wrong = get("/guarded", reader);
        assertThat(wrong.statusCode()).isEqualTo(403);
        assertThat(wrong.body()).contains("role-missing").contains("reader");
    }

    @Test
    void secretsAreKeptAsHashesOnly() {
        String secret = tokens().create("hashed", EnumSet.of(Role.READ), Optional.empty());
        String stored = server.bean("store", Store.class).read(handle -> handle
                .createQuery("SELECT secret_hash FROM token WHERE name = 'hashed'").mapTo(String.class).one());
        assertThat(stored).hasSize(64).doesNotContain(secret);
    }

    @Test
    void revokedTokensEndAtOnceAndNamesAreUnique() {
        String secret = tokens().create("short", EnumSet.of(Role.READ), Optional.empty());
        assertThatThrownBy(() -> tokens().create("short", EnumSet.of(Role.READ), Optional.empty()))
                .isInstanceOfSatisfying(ProblemException.class,
                        refusal -> assertThat(refusal.code()).isEqualTo("token-exists"));
        assertThat(tokens().find(secret)).isPresent();
        assertThat(tokens().revoke("short")).isTrue();
        assertThat(tokens().find(secret)).isEmpty();
        assertThat(tokens().revoke("short")).isFalse();
    }

    @Test
    void tokensMadeAndRevokedAtOnceAreInMemoryAsInTheStore() {
        StoredTokens tokens = new StoredTokens(server.bean("store", Store.class), Clock.systemUTC());
        IntStream.range(0, 200).parallel().forEach(i -> {
            String secret = tokens.create("race-" + i, EnumSet.of(Role.READ), Optional.empty());
            assertThat(tokens.find(secret)).isPresent();
            assertThat(tokens.revoke("race-" + i)).isTrue();
            assertThat(tokens.find(secret)).isEmpty();
        });
        assertThat(tokens.list()).extracting(Token::name).noneMatch(name -> name.startsWith("race-"));
    }

    @Test
    void theTokenFileIsWholeAndAloneInItsFolder(@TempDir Path folder) throws Exception {
        try (DataFolder own = DataFolder.open(folder.resolve("own"));
                Store store = Store.open(own, new SimpleMeterRegistry())) {
            StoredTokens tokens = new StoredTokens(store, Clock.systemUTC());

            TokenFile.writeFirst(tokens, own.token());

            assertThat(tokens.find(Files.readString(own.token()).trim())).isPresent();
            assertThat(own.root()).isDirectoryNotContaining("glob:**.new");
        }
    }

    @Test
    void tokensExpireAndRememberTheirUseAcrossARestart() {
        Store store = server.bean("store", Store.class);
        Instant now = Instant.parse("2026-01-01T00:00:00Z");
        String secret = new StoredTokens(store, Clock.fixed(now, ZoneOffset.UTC))
                .create("hour", EnumSet.of(Role.REPLAY), Optional.of(Duration.ofHours(1)));
        assertThat(new StoredTokens(store, Clock.fixed(now.plusSeconds(3599), ZoneOffset.UTC)).find(secret)).isPresent();
        assertThat(new StoredTokens(store, Clock.fixed(now.plusSeconds(3600), ZoneOffset.UTC)).find(secret)).isEmpty();
        await().untilAsserted(() -> assertThat(new StoredTokens(store, Clock.systemUTC()).list())
                .filteredOn(token -> token.name().equals("hour"))
                .singleElement().extracting(Token::lastUsed).isEqualTo(Optional.of(now.plusSeconds(3599))));
    }

    @Test
    void healthAndMetricsNeedATokenAndLivenessDoesNot() throws Exception {
        assertThat(get("/observe/health/live", null).statusCode()).isEqualTo(200);
        for (String path : new String[] {"/observe/health", "/observe/health/ready", "/observe/metrics"}) {
            assertThat(get(path, null).statusCode()).as(path).isEqualTo(401);
            assertThat(get(path, first).statusCode()).as(path).isEqualTo(200);
        }
        assertThat(get("/observe//health", null).statusCode()).isEqualTo(401);
        assertThat(get("/observe/health/live/../../metrics", null).statusCode()).isNotEqualTo(200);
        assertThat(get("/observe/metrics", first).body()).contains("waystation_http_connections");
        assertThat(get("/observe/nothing", first).body()).contains("not-found");
    }
}
