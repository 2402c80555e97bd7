package io.waystation.update.release;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.waystation.key.Ed25519;
import io.waystation.settings.InvalidSettingException;
import io.waystation.update.version.RefName;

/**
 * The keys whose signatures count: those that are pinned, and those that one of these, or one vouched for by these, vouched for.
 * Immutable.
 *
 * <p>A key whose chain of vouchers no longer leads to a pinned one is not trusted: taking a stolen key out of the pinned ones
 * takes out all that it brought in.
 */
public final class TrustedKeys {
    private final Map<String, Trusted> byId;
    private final List<String> pinned;

    /**
     * A key and when it is trusted.
     *
     * @param id its name
     * @param publicKey base64 of its raw bytes
     * @param from when it begins; null for always
     * @param until when it ends; null for never
     * @param voucher name of the key that vouched for it; null for a pinned one
     */
    public record Trusted(String id, String publicKey, Instant from, Instant until, String voucher) { }

    /**
     * A key that another one vouched for.
     *
     * @param key the key and its times
     * @param voucher name of the key that signed for it
     */
    public record Vouched(ReleaseKey key, String voucher) { }

    private TrustedKeys(Map<String, Trusted> byId, List<String> pinned) {
        this.byId = Map.copyOf(byId);
        this.pinned = List.copyOf(pinned);
    }

    /**
     * Pinned keys only.
     *
     * @param setting the setting they stand in, for the message
     * @param keys base64 of 32 raw bytes each
     */
    public static TrustedKeys pinned(String setting, List<String> keys) {
        for (String key : keys) {
            try {
                Ed25519.key(key);
            } catch (IllegalArgumentException wrong) {
                throw new InvalidSettingException(setting, "holds '" + key + "', which " + wrong.getMessage());
            }
        }
        return new TrustedKeys(roots(keys), keys);
    }

    private static Map<String, Trusted> roots(List<String> keys) {
        Map<String, Trusted> roots = new HashMap<>();
        for (String key : keys) {
            String id = Ed25519.id(Ed25519.raw(key));
            roots.put(id, new Trusted(id, key, null, null, null));
        }
        return roots;
    }

    /** The pinned ones with those that lead back to them. A pinned key stays as it is, whatever is said about it. */
    public TrustedKeys with(List<Vouched> vouched) {
        Map<String, Trusted> all = roots(pinned);
        List<Vouched> rest = new ArrayList<>(vouched);
        boolean grew = true;
        while (grew) {
            grew = rest.removeIf(one -> {
                if (!all.containsKey(one.voucher())) {
                    return false;
                }
                ReleaseKey key = one.key();
                all.putIfAbsent(key.keyid(), new Trusted(key.keyid(), key.publicKey(), key.from(), key.until(), one.voucher()));
                return true;
            });
        }
        return new TrustedKeys(all, pinned);
    }

    /** The key of this name, if it is trusted at any time. */
    public Optional<Trusted> find(String id) {
        return Optional.ofNullable(byId.get(id));
    }

    /** All, the pinned first, then by name. */
    public List<Trusted> all() {
        return byId.values().stream()
                .sorted((a, b) -> a.voucher() == null ^ b.voucher() == null ? a.voucher() == null ? -1 : 1 : a.id().compareTo(b.id()))
                .toList();
    }

    /** Whether none is trusted. */
    public boolean isEmpty() {
        return byId.isEmpty();
    }

    /**
     * Finds the key that signed an envelope.
     *
     * @return its name
     * @throws ReleaseException {@link Refusal#UNKNOWN_KEY}, {@link Refusal#WRONG_SIGNATURE}, {@link Refusal#KEY_TOO_EARLY} or
     *     {@link Refusal#KEY_EXPIRED}: of several signatures one is enough
     */
    public String signerOf(Envelope envelope, Instant now) {
        ReleaseException against = new ReleaseException(Refusal.UNKNOWN_KEY, "The release is signed by "
                + envelope.signatures().stream().map(Envelope.Signed::keyid).map(RefName::printable).toList()
                + ", and none of them is trusted here.");
        for (Envelope.Signed signed : envelope.signatures()) {
            Trusted key = byId.get(signed.keyid());
            if (key == null) {
                continue;
            }
            Optional<ReleaseException> problem = problem(key, envelope, signed, now);
            if (problem.isEmpty()) {
                return key.id();
            }
            against = problem.get();
        }
        throw against;
    }

    private static Optional<ReleaseException> problem(Trusted key, Envelope envelope, Envelope.Signed signed, Instant now) {
        if (!signedWith(key, signed.signature(), envelope.message())) {
            return Optional.of(new ReleaseException(Refusal.WRONG_SIGNATURE, "The release names the key " + key.id() + ", which did not sign it."));
        }
        if (key.from() != null && now.isBefore(key.from())) {
            return Optional.of(new ReleaseException(Refusal.KEY_TOO_EARLY, "The key " + key.id() + " is trusted from " + key.from() + " on."));
        }
        if (key.until() != null && !now.isBefore(key.until())) {
            return Optional.of(new ReleaseException(Refusal.KEY_EXPIRED, "The key " + key.id() + " was trusted until " + key.until() + "."));
        }
        return Optional.empty();
    }

    private static boolean signedWith(Trusted key, byte[] signature, byte[] message) {
        try {
            return Ed25519.verify(Ed25519.key(key.publicKey()), signature, message);
        } catch (IllegalArgumentException none) { // somebody vouched for 32 bytes that are no key
            return false;
        }
    }
}
