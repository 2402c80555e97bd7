package io.waystation.settings;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The keys whose middle is a name the user chose, {@code waystation.channels.<name>.<attribute>}, and no others are like that.
 */
public final class ChannelKeys {
    /** What the keys of all channels begin with; those of all channels together do too. */
    public static final String PREFIX = "waystation.channels.";

    /** What may be set for one channel. */
    public static final Set<String> ATTRIBUTES = Set.of(
            "open", "open-readers", "provider", "secrets", "readers", "retention", "response", "events-per-second", "burst",
            "bytes-per-day", "subscribers", "keep-credentials");

    private ChannelKeys() {
    }

    /** Name of the channel that the key is about, if it is about one. */
    public static Optional<String> channel(String key) {
        int dot = key.startsWith(PREFIX) ? key.indexOf('.', PREFIX.length()) : -1;
        return dot < 0 ? Optional.empty() : Optional.of(key.substring(PREFIX.length(), dot));
    }

    /** Key of one channel's attribute. */
    static String key(String channel, String attribute) {
        return PREFIX + channel + "." + attribute;
    }

    /** What the environment variable may mean: each attribute it may end with, and what is then the channel's name in it. */
    static List<Reading> readings(String variable) {
        String prefix = EnvironmentNames.of(PREFIX);
        return !variable.startsWith(prefix) ? List.of() : ATTRIBUTES.stream()
                .filter(attribute -> variable.length() > prefix.length() + attribute.length() + 1)
                .filter(attribute -> variable.endsWith("_" + EnvironmentNames.of(attribute)))
                .map(attribute -> new Reading(variable.substring(prefix.length(), variable.length() - attribute.length() - 1), attribute))
                .toList();
    }

    /**
     * One way to understand a variable.
     *
     * @param name what stands for the channel in it, such as {@code MY_CHANNEL}
     * @param attribute what is set
     */
    record Reading(String name, String attribute) {
    }
}
