package io.waystation.settings;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import org.apache.camel.CamelContext;
import org.apache.camel.support.service.ServiceSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks again and again at the files that secrets are read from, so that a secret is replaced without a restart.
 *
 * <p>Thread-safe. Whoever holds secrets adds a check, which reads them anew and takes what has changed into use; it runs
 * on a thread of its own. While a file cannot be read, the old secret stays in use and the log says so once.
 */
public final class SecretFiles extends ServiceSupport {
    /** Registry name. */
    public static final String NAME = "secretFiles";

    private static final Logger LOG = LoggerFactory.getLogger(SecretFiles.class);

    private final CamelContext context;
    private final Duration every;
    private final List<Runnable> checks = new CopyOnWriteArrayList<>();
    private final Set<String> said = ConcurrentHashMap.newKeySet();
    private ScheduledExecutorService timer;

    /** Checks that often, or never when zero. */
    public SecretFiles(CamelContext context, Duration every) {
        this.context = context;
        this.every = every;
    }

    /** Adds a check; it may throw {@link InvalidSettingException} and must then have changed nothing. */
    public void add(Runnable check) {
        checks.add(check);
    }

    @Override
    protected void doStart() {
        if (!every.isZero()) {
            timer = context.getExecutorServiceManager().newSingleThreadScheduledExecutor(this, "secret-files");
            timer.scheduleWithFixedDelay(this::look, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void look() {
        for (Runnable check : checks) {
            try {
                check.run();
            } catch (RuntimeException unreadable) {
                if (said.size() < 1_000 && said.add(String.valueOf(unreadable.getMessage()))) {
                    LOG.warn("A secret stays as it was: {}", unreadable.getMessage());
                }
            }
        }
    }

    @Override
    protected void doStop() {
        if (timer != null) {
            context.getExecutorServiceManager().shutdownNow(timer);
        }
    }
}
