package io.waystation.ingest;

import java.time.Duration;

/** What a signature scheme found. */
sealed interface Verdict {
    /**
     * The request is genuine.
     *
     * @param provider whose scheme it was
     * @param secret which of the secrets matched, from 0
     */
    record Verified(Provider provider, int secret) implements Verdict {
    }

    /** Nothing vouches for the request, and nothing has to. */
    record Unsigned() implements Verdict {
    }

    /**
     * The request is refused.
     *
     * @param reason stable reason
     * @param detail what a person can do about it; never says what the right signature would be
     */
    record Refused(Reason reason, String detail) implements Verdict {
    }

    /** Why a request is refused. */
    enum Reason {
        /** No signature where one must be. */
        MISSING("missing-signature"),
        /** A signature that none of the secrets made for these bytes. */
        BAD("bad-signature"),
        /** A good signature of the wrong time. */
        STALE("stale-signature");

        private final String code;

        Reason(String code) {
            this.code = code;
        }

        /** Code in answers and metrics. */
        String code() {
            return code;
        }
    }

    /** Refuses for want of a header. */
    static Verdict missing(String header) {
        return new Refused(Reason.MISSING, "the header " + header + " is missing or malformed");
    }

    /** Refuses a signature. */
    static Verdict bad(String header) {
        return new Refused(Reason.BAD, header + " does not match the body with any of the secrets");
    }

    /** Refuses a signature that is too old or from the future. */
    static Verdict stale(String what, Duration window) {
        return new Refused(Reason.STALE,
                what + " is more than " + window.toSeconds() + " seconds away from the hub's clock");
    }
}
