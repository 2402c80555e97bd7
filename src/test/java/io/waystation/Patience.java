package io.waystation;

import java.time.Duration;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Lets every test wait as long as a busy machine may need. It costs nothing where the test passes: waiting ends
 * with what is waited for.
 */
public final class Patience implements BeforeAllCallback {
    /** How long a test waits for what must happen soon. */
    public static final Duration SOON = Duration.ofMinutes(2);

    @Override
    public void beforeAll(ExtensionContext context) {
        Awaitility.setDefaultTimeout(SOON);
    }
}
