package io.waystation.delivery;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.waystation.settings.InvalidSettingException;
import io.waystation.settings.Secret;

/** Tokens that stand in the settings, each with a name: {@code bern=env:BERN_TOKEN}. */
final class StaticTokens implements TokenCheck {
    private final Map<String, Secret> tokens = new LinkedHashMap<>();

    /**
     * Tokens of a setting.
     *
     * @param literals whether secrets may be written out
     */
    StaticTokens(String key, List<String> entries, boolean literals) {
        for (String entry : entries) {
            int equals = entry.indexOf('=');
            if (equals < 1) {
                throw new InvalidSettingException(key, "must be names and secrets, such as bern=env:BERN_TOKEN");
            }
            tokens.put(entry.substring(0, equals).trim(), Secret.resolve(key, entry.substring(equals + 1).trim(), literals));
        }
    }

    @Override
    public Optional<EdgeAccount> check(String token) {
        Optional<EdgeAccount> found = Optional.empty();
        for (Map.Entry<String, Secret> each : tokens.entrySet()) {
            if (each.getValue().matches(token)) { // goes on: the time must not tell which one it was
                found = Optional.of(new EdgeAccount("static:" + each.getKey(), List.of()));
            }
        }
        return found;
    }
}
