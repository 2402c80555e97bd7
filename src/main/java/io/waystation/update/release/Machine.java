package io.waystation.update.release;

import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

import io.waystation.settings.InvalidSettingException;
import io.waystation.settings.Settings;
import io.waystation.store.Store;

/**
 * This machine, among all that follow the same releases.
 *
 * @param id set, or made once and kept in the store
 */
public record Machine(String id) {
    private static final String SETTING = "waystation.machine.id";
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

    /** Finds the id, or makes it. */
    static Machine of(Settings settings, Store store) {
        Optional<String> set = settings.text(SETTING);
        if (set.isPresent()) {
            if (!ID.matcher(set.get()).matches()) {
                throw new InvalidSettingException(SETTING, "must be up to 100 letters, digits, dots, dashes and underscores");
            }
            return new Machine(set.get());
        }
        return new Machine(store.writeNow(handle -> {
            handle.execute("INSERT INTO machine (only_one, id) VALUES (1, ?) ON CONFLICT (only_one) DO NOTHING", UUID.randomUUID().toString());
            return handle.createQuery("SELECT id FROM machine").mapTo(String.class).one();
        }));
    }

    /** Its place among those that are admitted to a version, 0 to 99. */
    public int place(String subsystem, String version) {
        return MachinePlace.of(id, subsystem, version);
    }
}
