package io.waystation.delivery;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.waystation.settings.Secret;
import io.waystation.store.SealedColumn;
import io.waystation.store.SecretBox;
import io.waystation.store.Store;
import org.jdbi.v3.core.Handle;

/** The tables {@code delivery_endpoint} and {@code delivery_key}; keys and headers are sealed there. */
final class EndpointRows {
    private static final String PUT = "INSERT INTO delivery_endpoint (id, name, url, selection, terms, headers, account, state, reason, "
            + "failing_since, lease_until, created_at, updated_at, member_of, when_down, certificate, after_offset) "
            + "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
            + "ON CONFLICT (id) DO UPDATE SET name = excluded.name, url = excluded.url, selection = excluded.selection, "
            + "terms = excluded.terms, headers = excluded.headers, state = excluded.state, reason = excluded.reason, "
            + "failing_since = excluded.failing_since, lease_until = excluded.lease_until, updated_at = excluded.updated_at, "
            + "member_of = excluded.member_of, when_down = excluded.when_down, certificate = excluded.certificate";
    private static final String PULL = "pull:";
    /** Where sealed texts are. */
    static final List<SealedColumn> SEALED = List.of(
            new SealedColumn("delivery_endpoint", "id", "headers", id -> place(id, "headers")),
            new SealedColumn("delivery_endpoint", "id", "certificate", id -> place(id, "certificate")),
            new SealedColumn("delivery_key", "endpoint", "sealed", id -> place(id, "key")));
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<Map<String, String>> TEXTS = new TypeReference<>() { };

    private final Store store;
    private final SecretBox box;

    EndpointRows(Store store, SecretBox box) {
        this.store = store;
        this.box = box;
    }

    /** Every endpoint. */
    List<Endpoint> all() {
        return store.read(handle -> handle.createQuery("SELECT * FROM delivery_endpoint ORDER BY created_at, id")
                .map((row, context) -> endpoint(handle, row)).list());
    }

    /** Writes an endpoint in place of the one of its id. */
    CompletableFuture<Void> put(Endpoint endpoint) {
        String headers = endpoint.headers().isEmpty() ? null : box.seal(text(endpoint.headers()), place(endpoint.id(), "headers"));
        String certificate = endpoint.certificate().map(given -> box.seal(given.pem(), place(endpoint.id(), "certificate"))).orElse(null);
        List<String> keys = endpoint.keys().stream()
                .map(key -> box.seal(key.secret().text(), place(endpoint.id(), "key"))).toList();
        return store.write(handle -> {
            handle.execute(PUT, endpoint.id(), endpoint.name(), url(endpoint), text(write(endpoint.selection())),
                    text(write(endpoint.terms())), headers, endpoint.account(), endpoint.standing().state().text(),
                    endpoint.standing().reason(), millis(endpoint.standing().failingSince()), millis(endpoint.leaseUntil()),
                    endpoint.created().toEpochMilli(), endpoint.updated().toEpochMilli(), endpoint.membership().group(),
                    endpoint.membership().whenDown().text(), certificate, endpoint.after());
            handle.execute("DELETE FROM delivery_key WHERE endpoint = ?", endpoint.id());
            for (int rank = 0; rank < keys.size(); rank++) {
                handle.execute("INSERT INTO delivery_key (endpoint, rank, sealed, expires_at) VALUES (?, ?, ?, ?)", endpoint.id(),
                        rank, keys.get(rank), millis(endpoint.keys().get(rank).expires().orElse(null)));
            }
            return null;
        });
    }

    /** Removes an endpoint. */
    CompletableFuture<Void> remove(String id) {
        return store.write(handle -> {
            handle.execute("DELETE FROM delivery_endpoint WHERE id = ?", id);
            handle.execute("DELETE FROM delivery_key WHERE endpoint = ?", id);
            handle.execute("DELETE FROM delivery_pull WHERE endpoint = ?", id);
            handle.execute("DELETE FROM delivery_pull_last WHERE endpoint = ?", id);
            handle.execute("DELETE FROM delivery_announced WHERE subject = ?", id);
            return null;
        });
    }

    private Endpoint endpoint(Handle handle, ResultSet row) throws SQLException {
        String id = row.getString("id");
        List<SigningKey> keys = handle.createQuery("SELECT sealed, expires_at FROM delivery_key WHERE endpoint = ? ORDER BY rank")
                .bind(0, id).map((key, context) -> new SigningKey(
                        Secret.of(box.open(key.getString("sealed"), place(id, "key"))), time(key, "expires_at"))).list();
        String headers = row.getString("headers");
        String certificate = row.getString("certificate");
        Credentials credentials = new Credentials(headers == null ? Map.of() : texts(box.open(headers, place(id, "headers"))),
                certificate == null ? null : ClientCertificate.of(box.open(certificate, place(id, "certificate"))), keys);
        String whenDown = row.getString("when_down");
        return new Endpoint(id, row.getString("name"), address(row.getString("url")), selection(tree(row.getString("selection"))),
                terms(tree(row.getString("terms"))), credentials,
                new Membership(row.getString("member_of"), whenDown == null ? WhenDown.HOLD : WhenDown.of(whenDown)), row.getString("account"),
                new Endpoint.Standing(EndpointState.of(row.getString("state")), row.getString("reason"), time(row, "failing_since")),
                time(row, "lease_until"), row.getLong("after_offset"), Instant.ofEpochMilli(row.getLong("created_at")),
                Instant.ofEpochMilli(row.getLong("updated_at")));
    }

    /** What names an endpoint of an account: its URL, or what one that only pulls calls itself. */
    static String url(Endpoint endpoint) {
        return endpoint.pulls() ? PULL + endpoint.name() : endpoint.address().url();
    }

    private static EndpointAddress address(String url) {
        return url.startsWith(PULL) ? EndpointAddress.NOWHERE : EndpointAddress.of(url, true); // a setting must not hide it
    }

    private static String place(String id, String what) {
        return "delivery:" + id + "/" + what;
    }

    private static Long millis(Instant time) {
        return time == null ? null : time.toEpochMilli();
    }

    private static Instant time(ResultSet row, String column) throws SQLException {
        long millis = row.getLong(column);
        return row.wasNull() ? null : Instant.ofEpochMilli(millis);
    }

    /** A selection as JSON, as the API shows it. */
    static ObjectNode write(EventSelection selection) {
        ObjectNode json = JSON.createObjectNode();
        json.set("channels", list(selection.channels()));
        json.set("types", list(selection.types()));
        json.set("sources", list(selection.sources()));
        json.set("capabilities", list(selection.capabilities()));
        json.set("filter", selection.filter());
        return json;
    }

    private static EventSelection selection(JsonNode json) {
        JsonNode filter = json.path("filter");
        return new EventSelection(list(json.path("channels")), list(json.path("types")), list(json.path("sources")),
                list(json.path("capabilities")), filter.isObject() ? filter : null);
    }

    /** Terms as JSON, as the API shows them. */
    static ObjectNode write(EndpointTerms terms) {
        ObjectNode json = JSON.createObjectNode();
        json.set("signatures", list(terms.styles().stream().map(SignatureStyle::text).toList()));
        json.put("ordering", terms.ordering().text()).put("retry", terms.retry()).put("rate", terms.rate());
        terms.options().write(json);
        return json;
    }

    private static EndpointTerms terms(JsonNode json) {
        return new EndpointTerms(list(json.path("signatures")).stream().map(SignatureStyle::of).toList(),
                Ordering.of(json.path("ordering").asText()), json.path("retry").asText(null), json.path("rate").asDouble(),
                EndpointOptions.read(json));
    }

    private static ArrayNode list(List<String> texts) {
        ArrayNode list = JSON.createArrayNode();
        texts.forEach(list::add);
        return list;
    }

    private static List<String> list(JsonNode json) {
        List<String> texts = new ArrayList<>();
        json.forEach(text -> texts.add(text.asText()));
        return texts;
    }

    private static String text(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private static JsonNode tree(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException damaged) {
            throw new UncheckedIOException("an endpoint in the store cannot be read", damaged);
        }
    }

    private static Map<String, String> texts(String text) {
        try {
            return JSON.readValue(text, TEXTS);
        } catch (IOException damaged) {
            throw new UncheckedIOException("headers of an endpoint in the store cannot be read", damaged);
        }
    }
}
