package io.waystation.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.HubFixture;
import io.waystation.http.Role;
import io.waystation.http.Token;
import io.waystation.http.Tokens;

/** Who may make tokens may make none that may do more. */
class TokensApiTest {
    @TempDir
    private Path data;
    private HubFixture hub;
    private String operator;

    @BeforeEach
    void start() throws Exception {
        hub = HubFixture.start(data);
        operator = tokens().create("operator", EnumSet.of(Role.OPERATE, Role.READ), Optional.empty());
        tokens().create("boss", EnumSet.of(Role.APPROVE), Optional.empty());
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    private Tokens tokens() {
        return hub.bean(Tokens.NAME, Tokens.class);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return HttpClient.newHttpClient().send(request.header("Authorization", "Bearer " + operator).build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> create(String name, String roles) throws Exception {
        return send(HttpRequest.newBuilder(hub.uri("/api/tokens")).POST(BodyPublishers.ofString("{\"name\":\"" + name + "\",\"roles\":" + roles + "}")));
    }

    private HttpResponse<String> revoke(String name) throws Exception {
        return send(HttpRequest.newBuilder(hub.uri("/api/tokens/" + name)).DELETE());
    }

    @Test
    void givesNoRoleThatTheTokenItIsAskedWithLacks() throws Exception {
        HttpResponse<String> refused = create("mine", "[\"read\",\"approve\"]");

        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.body()).contains("role-missing", "'operator' does not have the role approve");
        assertThat(tokens().list()).extracting(Token::name).doesNotContain("mine");
        assertThat(create("mine", "[\"read\"]").statusCode()).isEqualTo(201);
    }

    @Test
    void endsNoTokenThatMayDoMoreSoThatNobodyTakesItsName() throws Exception {
        HttpResponse<String> refused = revoke("boss");

        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.body()).contains("role-missing");
        assertThat(tokens().list()).filteredOn(token -> token.name().equals("boss")).extracting(Token::roles).containsExactly(Set.of(Role.APPROVE));
        assertThat(revoke("operator").statusCode()).isEqualTo(204);
    }
}
