package io.waystation.delivery;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

import org.apache.commons.codec.digest.DigestUtils;

/** Remembers what a check said, by digests of tokens: good ones for a while, bad ones shortly. Thread-safe. */
final class CachedTokens implements TokenCheck {
    private static final Duration BAD = Duration.ofSeconds(30);
    private static final int MOST = 1_000;

    private final TokenCheck check;
    private final Duration good;
    private final Clock clock;
    private final Map<String, Known> known = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Known> eldest) {
            return size() > MOST;
        }
    };

    CachedTokens(TokenCheck check, Duration good, Clock clock) {
        this.check = check;
        this.good = good;
        this.clock = clock;
    }

    private record Known(Optional<EdgeAccount> account, Instant until) {
    }

    @Override
    public Optional<EdgeAccount> check(String token) {
        String digest = digest(token);
        Instant now = clock.instant();
        synchronized (known) {
            Known found = known.get(digest);
            if (found != null && now.isBefore(found.until())) {
                return found.account();
            }
        }
        Optional<EdgeAccount> account = check.check(token);
        synchronized (known) {
            known.put(digest, new Known(account, now.plus(account.isPresent() ? good : BAD)));
        }
        return account;
    }

    /** Names a token without being one. */
    static String digest(String token) {
        return DigestUtils.sha256Hex(token);
    }
}
