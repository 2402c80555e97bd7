package io.waystation.http;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import io.waystation.store.Store;
import org.apache.commons.codec.digest.DigestUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tokens in the store, with a copy in memory that answers {@link #find}; changes are made one after the other. */
final class StoredTokens implements Tokens {
    private static final Logger LOG = LoggerFactory.getLogger(StoredTokens.class);
    private static final Pattern NAME_PATTERN = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final int SECRET_BYTES = 32;
    private static final String SECRET_PREFIX = "ws_"; // lets scanners for leaked secrets find it
    private static final long NEVER = -1;
    private static final long USE_STEP_MILLIS = Duration.ofMinutes(1).toMillis();

    private final Store store;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();
    private final List<Runnable> ended = new CopyOnWriteArrayList<>();
    private volatile List<Entry> entries;
    private long lookedAt;

    /** A token as it is kept. */
    private record Entry(String name, byte[] hash, Set<Role> roles, long created, long expires, AtomicLong lastUsed) {
        Token token() {
            return new Token(name, roles, Instant.ofEpochMilli(created), optional(expires), optional(lastUsed.get()));
        }

        private static Optional<Instant> optional(long millis) {
            return millis == NEVER ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
        }
    }

    StoredTokens(Store store, Clock clock) {
        this.store = store;
        this.clock = clock;
        this.entries = load();
        this.lookedAt = clock.millis();
    }

    private List<Entry> load() {
        return store.read(handle -> handle.createQuery("SELECT * FROM token ORDER BY name")
                .map((row, context) -> entry(row)).list());
    }

    private static Entry entry(ResultSet row) throws SQLException {
        Set<Role> roles = Arrays.stream(row.getString("roles").split(",")).map(Role::of)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Role.class)));
        return new Entry(row.getString("name"), HexFormat.of().parseHex(row.getString("secret_hash")), roles,
                row.getLong("created_at"), millis(row, "expires_at"), new AtomicLong(millis(row, "last_used")));
    }

    private static long millis(ResultSet row, String column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? NEVER : value;
    }

    @Override
    public Optional<Token> find(String secret) {
        byte[] hash = DigestUtils.sha256(secret);
        Entry found = null;
        for (Entry entry : entries) { // every one is compared, so that the time tells nothing
            if (MessageDigest.isEqual(entry.hash(), hash)) {
                found = entry;
            }
        }
        long now = clock.millis();
        if (found == null || found.expires() != NEVER && found.expires() <= now) {
            return Optional.empty();
        }
        noteUse(found, now);
        return Optional.of(found.token());
    }

    private void noteUse(Entry entry, long now) {
        long before = entry.lastUsed().get();
        if (now - before >= USE_STEP_MILLIS && entry.lastUsed().compareAndSet(before, now)) {
            store.write(handle -> handle.execute("UPDATE token SET last_used = ? WHERE name = ?", now, entry.name()))
                    .exceptionally(failure -> {
                        LOG.warn("The use of token {} could not be noted: {}", entry.name(), failure.toString());
                        return null;
                    });
        }
    }

    @Override
    public synchronized String create(String name, Set<Role> roles, Optional<Duration> lifetime) {
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        String secret = SECRET_PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        add(name, secret, roles, lifetime);
        return secret;
    }

    private void add(String name, String secret, Set<Role> roles, Optional<Duration> lifetime) {
        if (!NAME_PATTERN.matcher(name).matches()) {
            throw new ProblemException(400, "invalid-token-name",
                    "A token's name has letters, digits, dots, dashes and underscores, at most 64.");
        }
        if (roles.isEmpty()) {
            throw new ProblemException(400, "no-roles", "A token needs at least one role.");
        }
        long now = clock.millis();
        Long expires = lifetime.map(time -> now + time.toMillis()).orElse(null);
        String names = roles.stream().sorted().map(Role::toString).collect(Collectors.joining(","));
        store.writeNow(handle -> {
            boolean taken = handle.createQuery("SELECT count(*) FROM token WHERE name = :name")
                    .bind("name", name).mapTo(long.class).one() > 0;
            if (taken) {
                throw new ProblemException(409, "token-exists",
                        "There is a token named '" + name + "' already; revoke it or take another name.");
            }
            return handle.execute("INSERT INTO token (name, secret_hash, roles, created_at, expires_at)"
                    + " VALUES (?, ?, ?, ?, ?)", name, HexFormat.of().formatHex(DigestUtils.sha256(secret)), names, now, expires);
        });
        entries = load();
    }

    @Override
    public synchronized boolean revoke(String name) {
        int removed = store.writeNow(handle -> handle.execute("DELETE FROM token WHERE name = ?", name));
        entries = load();
        if (removed > 0) {
            ended.forEach(Runnable::run);
        }
        return removed > 0;
    }

    /** Tells the listeners when a token has expired since the last look. */
    synchronized void lookForExpired() {
        long before = lookedAt;
        lookedAt = clock.millis();
        if (entries.stream().anyMatch(entry -> entry.expires() > before && entry.expires() <= lookedAt)) {
            ended.forEach(Runnable::run);
        }
    }

    @Override
    public void onEnded(Runnable listener) {
        ended.add(listener);
    }

    @Override
    public List<Token> list() {
        return entries.stream().map(Entry::token).toList();
    }
}
