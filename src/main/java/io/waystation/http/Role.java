package io.waystation.http;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a token may do. */
public enum Role {
    /** See events, operations and metrics; follow protected channels. */
    READ,
    /** Send events again. */
    REPLAY,
    /** Change channels, groups, dead letters and running operations. */
    OPERATE,
    /** Approve what is held. */
    APPROVE,
    /** Enrol machines that take releases, and report from them. */
    FLEET;

    /**
     * Role of a name, in any case of letters.
     *
     * @throws IllegalArgumentException when there is no such role, naming those there are
     */
    public static Role of(String name) {
        for (Role role : values()) {
            if (role.name().equalsIgnoreCase(name.trim())) {
                return role;
            }
        }
        throw new IllegalArgumentException("'" + name + "' is not a role; roles are "
                + Arrays.stream(values()).map(Role::toString).collect(Collectors.joining(", ")));
    }

    /** Name as it is written in settings and answers. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
