package io.waystation.delivery;

import java.util.List;
import java.util.Map;

/**
 * What deliveries to an endpoint prove themselves with. Immutable; the text form says nothing of it.
 *
 * @param headers sent with every delivery, such as {@code Authorization}
 * @param certificate shown to the endpoint when it asks for one, or null
 * @param keys that sign, the newest first
 */
public record Credentials(Map<String, String> headers, ClientCertificate certificate, List<SigningKey> keys) {
    /** Copies what could change. */
    public Credentials {
        headers = Map.copyOf(headers);
        keys = List.copyOf(keys);
    }

    Credentials with(List<SigningKey> other) {
        return new Credentials(headers, certificate, other);
    }

    @Override
    public String toString() {
        return "Credentials[" + headers.keySet() + "]";
    }
}
