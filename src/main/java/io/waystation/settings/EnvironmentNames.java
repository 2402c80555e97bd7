package io.waystation.settings;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which setting an environment variable is: the one whose key, in capitals and with underscores for dots and hyphens, is its name.
 *
 * <p>So a channel's name in a variable stands for the channel of that form that another layer names, and else for a new one in small
 * letters with hyphens. A variable that may mean two settings is refused.
 */
final class EnvironmentNames {
    private final Map<String, String> declared = new HashMap<>();
    private final Map<String, Set<String>> channels = new TreeMap<>();

    /**
     * Knows these keys.
     *
     * @param declared every key the hub declares, and the user's own
     * @param given keys of the other layers, which may name channels
     */
    EnvironmentNames(Collection<String> declared, Collection<String> given) {
        declared.forEach(key -> this.declared.put(of(key), key));
        given.forEach(key -> ChannelKeys.channel(key).ifPresent(this::knows));
    }

    private void knows(String channel) {
        channels.computeIfAbsent(of(channel), form -> new TreeSet<>()).add(channel);
    }

    /** Name of the variable for a key. */
    static String of(String key) {
        return key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    /**
     * The keys of these variables, by variable; of those that are none, nothing.
     *
     * @throws InvalidSettingException when one may be either of two
     */
    Map<String, String> keys(Collection<String> variables) {
        for (String variable : variables) { // a channel that only variables name is known by those that can mean nothing else
            List<ChannelKeys.Reading> readings = ChannelKeys.readings(variable);
            if (readings.size() == 1 && !declared.containsKey(variable) && !channels.containsKey(readings.get(0).name())) {
                knows(channel(readings.get(0).name()));
            }
        }
        Map<String, String> keys = new TreeMap<>();
        variables.forEach(variable -> key(variable).ifPresent(key -> keys.put(variable, key)));
        return keys;
    }

    private Optional<String> key(String variable) {
        List<ChannelKeys.Reading> readings = ChannelKeys.readings(variable);
        Set<String> known = new TreeSet<>();
        Optional.ofNullable(declared.get(variable)).ifPresent(known::add);
        for (ChannelKeys.Reading reading : readings) {
            channels.getOrDefault(reading.name(), Set.of()).forEach(channel -> known.add(ChannelKeys.key(channel, reading.attribute())));
        }
        if (known.size() > 1) {
            throw new InvalidSettingException("environment variable " + variable,
                    "may mean " + String.join(" or ", new ArrayList<>(known)) + "; set that in a file or with -D instead");
        }
        if (known.size() == 1) {
            return known.stream().findFirst();
        }
        return readings.stream().max(Comparator.comparingInt(reading -> reading.attribute().length()))
                .map(reading -> ChannelKeys.key(channel(reading.name()), reading.attribute()));
    }

    private static String channel(String form) {
        return form.toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
