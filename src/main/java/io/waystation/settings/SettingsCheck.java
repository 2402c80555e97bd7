package io.waystation.settings;

/**
 * A room that says before anything starts whether its settings can be used: no port is open yet, and no file written.
 *
 * <p>It also reads those that only its routes use, which would be read when the hub already answers.
 */
public interface SettingsCheck {
    /**
     * Reads the settings of the room and forgets them.
     *
     * @throws InvalidSettingException naming the first that cannot be used
     */
    void check(Settings settings);
}
