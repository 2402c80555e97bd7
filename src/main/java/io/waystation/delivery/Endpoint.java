package io.waystation.delivery;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A registered receiver. Immutable and thread-safe.
 *
 * @param id {@code ep_} and 16 hexadecimal digits
 * @param name for people
 * @param address where it is; {@link EndpointAddress#NOWHERE} when it only pulls
 * @param selection which events it gets
 * @param terms how they are delivered
 * @param credentials what deliveries prove themselves with
 * @param membership which endpoints it stands together with
 * @param account whose it is, for registrations by token; or null
 * @param standing whether it gets what it is owed
 * @param leaseUntil when its lease runs out, or null for never
 * @param after offset of the log behind which its events begin: what was accepted before its registration is not owed to it
 * @param created when it was registered
 * @param updated when it changed last
 */
public record Endpoint(String id, String name, EndpointAddress address, EventSelection selection, EndpointTerms terms,
        Credentials credentials, Membership membership, String account, Standing standing, Instant leaseUntil,
        long after, Instant created, Instant updated) {

    /**
     * Whether an endpoint gets what it is owed.
     *
     * @param state how it stands
     * @param reason why, for a person; null when active
     * @param failingSince when the first attempt failed after the last success, or null
     */
    public record Standing(EndpointState state, String reason, Instant failingSince) {
        /** As every endpoint begins. */
        public static final Standing GOOD = new Standing(EndpointState.ACTIVE, null, null);
    }

    /** The endpoint in another standing. */
    Endpoint with(Standing other, Instant now) {
        return new Endpoint(id, name, address, selection, terms, credentials, membership, account, other, leaseUntil, after, created, now);
    }

    /** The endpoint whose events begin behind another offset. */
    Endpoint behind(long offset) {
        return new Endpoint(id, name, address, selection, terms, credentials, membership, account, standing, leaseUntil, offset, created,
                updated);
    }

    /** The endpoint with other keys. */
    Endpoint with(List<SigningKey> other, Instant now) {
        return new Endpoint(id, name, address, selection, terms, credentials.with(other), membership, account, standing, leaseUntil,
                after, created, now);
    }

    /** The endpoint with another lease. */
    Endpoint leasedUntil(Instant end, Instant now) {
        return new Endpoint(id, name, address, selection, terms, credentials, membership, account, standing, end, after, created, now);
    }

    /** Whether it is never sent anything, but pulls what it is owed. */
    public boolean pulls() {
        return address.equals(EndpointAddress.NOWHERE);
    }

    /** Headers sent with every delivery. */
    public Map<String, String> headers() {
        return credentials.headers();
    }

    /** Keys that sign or signed, the newest first. */
    List<SigningKey> keys() {
        return credentials.keys();
    }

    /** Shown to the endpoint when it asks for one. */
    public Optional<ClientCertificate> certificate() {
        return Optional.ofNullable(credentials.certificate());
    }

    /** Keys that sign now, the newest first. */
    List<SigningKey> currentKeys(Instant now) {
        return keys().stream().filter(key -> key.isCurrent(now)).toList();
    }

    /** The newest secret, to be told once. */
    public String newestSecret() {
        return keys().get(0).secret().text();
    }

    /** How many keys sign now. */
    public int keyCount(Instant now) {
        return currentKeys(now).size();
    }

    /** When its lease runs out, if it has one. */
    public Optional<Instant> lease() {
        return Optional.ofNullable(leaseUntil);
    }
}
