package io.waystation.console;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.waystation.http.ProblemException;
import io.waystation.settings.InvalidSettingException;
import io.waystation.store.SecretKeys;
import org.apache.camel.Exchange;

/** Bean {@code keysApi}: the keys that secrets are stored with. */
public final class KeysApi {
    private final SecretKeys keys;

    KeysApi(SecretKeys keys) {
        this.keys = keys;
    }

    /** {@code POST /api/keys/rotate}: takes a new key and seals everything that is stored with it. */
    public void rotate(Exchange exchange) {
        SecretKeys.Rotation rotation;
        try {
            rotation = keys.rotate();
        } catch (InvalidSettingException unusable) { // nothing has changed
            throw new ProblemException(409, "key-file-unusable", unusable.getMessage() + ".");
        }
        Audit.note(exchange, "rotated the key of stored secrets to", rotation.key());
        ObjectNode answer = ApiAnswer.object().put("key", rotation.key()).put("made", rotation.made()).put("resealed", rotation.resealed());
        ArrayNode older = answer.putArray("olderKeys");
        rotation.olderKeys().forEach(older::add);
        ApiAnswer.json(exchange, 200, answer);
    }
}
