package io.waystation.update.release;

import static io.waystation.update.release.TestReleases.nats;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class ReleaseCodecTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void writesTheFieldsInOneOrderAndReadsWhatItWrote() {
        byte[] json = ReleaseCodec.write(nats(7));

        assertThat(new String(json, StandardCharsets.UTF_8)).isEqualTo("{\"schema\":\"waystation.release/1\",\"serial\":7,\"subsystem\":\"nats\","
                + "\"version\":\"2.10.25\",\"tag\":\"v2.10.25\",\"commit\":\"1d6f7ea0c0ffee00112233445566778899aabbcc\","
                + "\"repository\":\"https://github.com/nats-io/nats-server.git\",\"published\":\"2026-03-01T12:00:00Z\","
                + "\"expires\":\"2026-03-31T12:00:00Z\",\"minimumCurrent\":\"2.9.0\",\"artefacts\":[{\"os\":\"linux\",\"arch\":\"amd64\","
                + "\"name\":\"nats-linux-amd64.tar.gz\",\"size\":1234,\"sha256\":\"" + "ab".repeat(32) + "\","
                + "\"urls\":[\"https://example.com/nats-linux-amd64.tar.gz\"]}],"
                + "\"rollout\":{\"admits\":10,\"jitter\":\"PT30S\",\"halted\":false},\"keys\":[]}");
        assertThat(ReleaseCodec.read(json)).isEqualTo(nats(7));
    }

    @TestFactory
    List<DynamicTest> refusesByName() {
        Map<String, Consumer<ObjectNode>> changes = new TreeMap<>();
        for (String required : List.of("schema", "serial", "subsystem", "version", "tag", "commit", "repository", "published", "expires",
                "artefacts", "rollout")) {
            changes.put("missing-field: " + required, json -> json.remove(required));
        }
        for (String required : List.of("os", "arch", "name", "size", "sha256", "urls")) {
            changes.put("missing-field: artefact " + required, json -> artefact(json).remove(required));
        }
        for (String required : List.of("admits", "jitter", "halted")) {
            changes.put("missing-field: rollout " + required, json -> ((ObjectNode) json.get("rollout")).remove(required));
        }
        changes.put("unknown-schema: a later one", json -> json.put("schema", "waystation.release/2"));
        changes.put("unknown-schema: none of ours, and nothing else right", json -> json.removeAll().put("schema", "theirs"));
        changes.put("wrong-digest: too short", json -> artefact(json).put("sha256", "ab".repeat(31)));
        changes.put("wrong-digest: too long", json -> artefact(json).put("sha256", "ab".repeat(33)));
        changes.put("wrong-digest: upper case", json -> artefact(json).put("sha256", "AB".repeat(32)));
        changes.put("wrong-field: serial 0", json -> json.put("serial", 0));
        changes.put("wrong-field: serial as text", json -> json.put("serial", "7"));
        changes.put("wrong-field: half a serial", json -> json.put("serial", 7.5));
        changes.put("wrong-field: version that is a command", json -> json.put("version", "$(id)"));
        changes.put("wrong-field: tag that is an option", json -> json.put("tag", "--upload-pack=id"));
        changes.put("wrong-field: commit", json -> json.put("commit", "main"));
        changes.put("wrong-field: subsystem that leads out", json -> json.put("subsystem", "../nats"));
        changes.put("wrong-field: expires before it is published", json -> json.put("expires", "2026-03-01T11:59:59Z"));
        changes.put("wrong-field: published at no time", json -> json.put("published", "yesterday"));
        changes.put("wrong-field: no files", json -> json.putArray("artefacts"));
        changes.put("wrong-field: an empty file", json -> artefact(json).put("size", 0));
        changes.put("wrong-field: file name that leads out", json -> artefact(json).put("name", "../../etc/passwd"));
        changes.put("wrong-field: no address", json -> artefact(json).putArray("urls"));
        changes.put("wrong-field: address of a file", json -> artefact(json).putArray("urls").add("file:///etc/passwd"));
        changes.put("wrong-field: address with a password", json -> artefact(json).putArray("urls").add("https://a:b@example.com/x"));
        changes.put("wrong-field: 101 percent", json -> ((ObjectNode) json.get("rollout")).put("admits", 101));
        changes.put("wrong-field: time that runs backwards", json -> ((ObjectNode) json.get("rollout")).put("jitter", "PT-1S"));
        changes.put("wrong-field: a key under another's name", json -> json.withArray("keys").addObject().put("keyid", "0123456789abcdef")
                .put("publicKey", SigningKey.generate().publicKey()).put("from", "2026-01-01T00:00:00Z").put("until", "2027-01-01T00:00:00Z"));
        return changes.entrySet().stream().map(change -> DynamicTest.dynamicTest(change.getKey(), () -> {
            ObjectNode json = (ObjectNode) JSON.readTree(ReleaseCodec.write(nats(7)));
            change.getValue().accept(json);

            assertThatThrownBy(() -> ReleaseCodec.read(json.toString().getBytes(StandardCharsets.UTF_8)))
                    .isInstanceOfSatisfying(ReleaseException.class,
                            refused -> assertThat(refused.refusal().code()).isEqualTo(change.getKey().substring(0, change.getKey().indexOf(':'))));
        })).toList();
    }

    @Test
    void refusesWhatIsTooLargeOrNoJson() {
        assertThatThrownBy(() -> ReleaseCodec.read(new byte[Envelope.LARGEST + 1])).hasMessageContaining("bytes")
                .isInstanceOfSatisfying(ReleaseException.class, refused -> assertThat(refused.refusal()).isEqualTo(Refusal.TOO_LARGE));
        for (String text : List.of("", "[]", "null", "{", "{\"schema\":\"a\",\"schema\":\"b\"}", "{} {}")) {
            assertThatThrownBy(() -> ReleaseCodec.read(text.getBytes(StandardCharsets.UTF_8))).as(text)
                    .isInstanceOfSatisfying(ReleaseException.class, refused -> assertThat(refused.refusal()).isEqualTo(Refusal.UNREADABLE));
        }
    }

    @Test
    void passesOverWhatANewerHubSays() throws Exception {
        ObjectNode json = (ObjectNode) JSON.readTree(ReleaseCodec.write(nats(7)));
        json.put("notes", "hello");
        ((ObjectNode) json.get("rollout")).put("rollback", true);

        assertThat(ReleaseCodec.read(json.toString().getBytes(StandardCharsets.UTF_8))).isEqualTo(nats(7));
    }

    private static ObjectNode artefact(ObjectNode json) {
        return (ObjectNode) json.get("artefacts").get(0);
    }
}
