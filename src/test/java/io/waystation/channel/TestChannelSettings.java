package io.waystation.channel;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

import io.waystation.settings.LayeredSettings;
import io.waystation.settings.Settings;

/** Channel settings as declared, with some values changed. */
public final class TestChannelSettings {
    private TestChannelSettings() {
    }

    /** The declared defaults with these keys and values in turn on top. */
    public static ChannelSettings with(String... keysAndValues) {
        Map<String, String> values = new HashMap<>();
        LayeredSettings.declared().forEach((key, value) -> values.put((String) key, (String) value));
        values.put("waystation.secrets.literal", "true");
        for (int i = 0; i < keysAndValues.length; i += 2) {
            values.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return ChannelSettings.of(Settings.of(values), new TreeSet<>(values.keySet()));
    }
}
