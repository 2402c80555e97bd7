package io.waystation.update;

import java.util.Arrays;
import java.util.Locale;

/** The rule behind a decision, or behind one version's part in it. Its code is stable. */
public enum Rule {
    /** Newer than what is installed, and nothing holds it. */
    NEWER_VERSION(Action.UPDATE),
    /** Nothing is installed yet. */
    FIRST_VERSION(Action.UPDATE),
    /** The branch has moved forward. */
    NEWER_COMMIT(Action.UPDATE),

    /** Installed is the newest version that may be taken. */
    UP_TO_DATE(Action.NONE),
    /** Upstream has no version that is this subsystem's. */
    NO_VERSION(Action.NONE),
    /** Outside the subsystem's range. */
    OUT_OF_RANGE(Action.NONE),
    /** A prerelease the subsystem does not take. */
    PRERELEASE(Action.NONE),
    /** A tag that has no published release. */
    TAG_WITHOUT_RELEASE(Action.NONE),
    /** A date where the scheme wants a version. */
    CALENDAR_VERSION(Action.NONE),
    /** No version of the scheme. */
    ODD_VERSION(Action.NONE),

    /** Younger than the cooldown. */
    COOLDOWN(Action.HOLD),
    /** Waits for a person. */
    APPROVAL(Action.HOLD),
    /** The release's files are still being uploaded. */
    ASSETS_UPLOADING(Action.HOLD),
    /** Upstream could not be read. */
    UPSTREAM_UNAVAILABLE(Action.HOLD),
    /** Failed here before. */
    QUARANTINED(Action.HOLD),
    /** A signed release that whoever published it has halted. */
    RELEASE_HALTED(Action.HOLD),
    /** A signed release that is not open to this machine yet. */
    NOT_ADMITTED(Action.HOLD),
    /** A signed release that this machine takes a little later than others. */
    JITTER(Action.HOLD),

    /** A name that no tag or branch may have. */
    HOSTILE_REF(Action.REFUSE),
    /** The tag pattern takes too long on this tag. */
    PATTERN_TOO_SLOW(Action.REFUSE),
    /** A tag names another commit than before. */
    MOVED_TAG(Action.REFUSE),
    /** The tag of the installed or wanted version is gone. */
    DELETED_TAG(Action.REFUSE),
    /** Two tags with the same version name different commits. */
    AMBIGUOUS_VERSION(Action.REFUSE),
    /** The newest acceptable version is older than the installed one. */
    DOWNGRADE(Action.REFUSE),
    /** Older than the version that is already on its way. */
    OLDER_THAN_WANTED(Action.REFUSE),
    /** A person rejected it. */
    REJECTED(Action.REFUSE),
    /** Nobody approved it in time. */
    APPROVAL_EXPIRED(Action.REFUSE),
    /** A release whose tag Git does not have. */
    RELEASE_WITHOUT_TAG(Action.REFUSE),
    /** A release lacks a file after the wait. */
    MISSING_ASSET(Action.REFUSE),
    /** A file of a release is empty or too large. */
    WRONG_SIZE(Action.REFUSE),
    /** The branch no longer leads on from what is installed. */
    REWRITTEN_BRANCH(Action.REFUSE),
    /** The branch is gone. */
    DELETED_BRANCH(Action.REFUSE),
    /** The address of the upstream is not allowed, or asks for what this hub does not do. */
    UPSTREAM_REFUSED(Action.REFUSE),
    /** A signed release that is out of date. */
    EXPIRED(Action.REFUSE),
    /** What is installed is too old to go to a signed release directly. */
    BELOW_MINIMUM(Action.REFUSE),
    /** A signed release without a file for this machine. */
    WRONG_PLATFORM(Action.REFUSE);

    private final Action action;

    Rule(Action action) {
        this.action = action;
    }

    /** The rule of a code. */
    public static Rule of(String code) {
        return Arrays.stream(values()).filter(rule -> rule.code().equals(code)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no rule " + code));
    }

    /** What it leads to. */
    public Action action() {
        return action;
    }

    /** Stable code, such as {@code moved-tag}. */
    public String code() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
