package io.waystation.cli.client;

import java.io.Closeable;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.waystation.settings.InvalidSettingException;
import io.waystation.settings.Settings;
import org.apache.camel.CamelContext;
import org.apache.camel.LoggingLevel;
import org.apache.camel.processor.errorhandler.RedeliveryPolicy;
import org.apache.camel.support.service.ServiceSupport;
import org.apache.camel.util.IOHelper;

/**
 * Builds what the client's routes use from its settings and binds it in the registry by name. No configuration
 * class that Camel finds by itself: a hub scans this package too and must not become a client.
 */
final class ClientBeans {
    private static final String PREFIX = ClientSettings.PREFIX;

    private ClientBeans() {
    }

    /**
     * Binds all; also texts that Camel would decode if they stood in an address.
     *
     * @param settings not those of the context: Camel takes {@code {{.Names}}} in a command or a header for a placeholder
     */
    static void bind(CamelContext context, Settings settings) {
        Path data = settings.path(PREFIX + "data");
        String target = settings.text(PREFIX + "target").orElse(null);
        List<String> words = words(settings);
        boolean invalidates = settings.flag(PREFIX + "invalidate");
        DeadLetters deadLetters = new DeadLetters(data, settings.duration(PREFIX + "keep-dead-letters"),
                steps(target != null, settings.text(PREFIX + "save-dir").isPresent(), !words.isEmpty(), invalidates), Clock.systemUTC());
        bind(context, "streamHeaders", streamHeaders(settings));
        bind(context, "streamQuery", settings.text(PREFIX + "query").orElse(""));
        bind(context, "stateFile", settings.text(PREFIX + "state-file").orElse(""));
        bind(context, "events", new EventNames(settings.list(PREFIX + "only-event"), settings.list(PREFIX + "ignore-event")));
        bind(context, "commandEvents", new EventNames(settings.list(PREFIX + "exec-on-event"), List.of()));
        bind(context, "saver", new EventSaver(settings.text(PREFIX + "save-dir").map(Path::of).orElse(null), target));
        bind(context, "target", target(settings, target == null ? null : address(target)));
        bind(context, "targetRetries", retries(settings));
        bind(context, "command", new EventCommand(words, settings.flag(PREFIX + "exec-stdin"),
                settings.list(PREFIX + "exec-env"), settings.duration(PREFIX + "exec-timeout")));
        TaskfileCache taskfiles = new TaskfileCache(invalidates ? settings.path(PREFIX + "taskfile-dir") : null,
                data.resolve("taskfiles-unfinished"), System.getenv(), settings.duration(PREFIX + "invalidate-delay"));
        bind(context, "taskfiles", taskfiles);
        bind(context, "deadLetters", deadLetters);
        services(context, settings, data, deadLetters, taskfiles);
    }

    private static void services(CamelContext context, Settings settings, Path data, DeadLetters deadLetters,
            TaskfileCache taskfiles) {
        ClientFolder folder = ClientFolder.open(data);
        ClientLock position = null;
        try {
            position = settings.text(PREFIX + "state-file").map(Path::of).map(ClientFolder::lockPosition).orElse(null);
            Closeable[] owned = {folder, position};
            context.addService(new ServiceSupport() {
                @Override
                protected void doStart() {
                    taskfiles.start();
                }

                @Override
                protected void doStop() {
                    taskfiles.close();
                    IOHelper.close(owned);
                }
            }, true, true);
            int port = settings.number(PREFIX + "health-port", -1, 65_535);
            if (port >= 0) {
                ClientHealth health = ClientHealth.at(
                        new InetSocketAddress(settings.required(PREFIX + "health-host"), port), context, deadLetters);
                context.addService(health, true, true);
                bind(context, "health", health);
            }
        } catch (Exception cannotStart) {
            IOHelper.close(folder, position);
            throw new IllegalStateException("cannot start: " + cannotStart.getMessage(), cannotStart);
        }
    }

    private static Set<String> steps(boolean forward, boolean save, boolean command, boolean taskfiles) {
        Set<String> steps = new HashSet<>();
        Map.of("forward", forward, "save", save, "command", command, "taskfiles", taskfiles)
                .forEach((step, taken) -> steps.addAll(taken ? Set.of(step) : Set.of()));
        return steps;
    }

    private static Target target(Settings settings, URI address) {
        try {
            return new Target(address, headers(settings, "header"), settings.duration(PREFIX + "timeout"),
                    settings.flag(PREFIX + "insecure"));
        } catch (InvalidSettingException known) {
            throw known;
        } catch (IllegalArgumentException unsendable) {
            throw new InvalidSettingException(PREFIX + "header", "cannot be sent: " + unsendable.getMessage());
        }
    }

    private static void bind(CamelContext context, String name, Object bean) {
        context.getRegistry().bind(name, bean);
    }

    /** A bean, because a placeholder in YAML cannot stand for the numbers of a redelivery policy. */
    private static RedeliveryPolicy retries(Settings settings) {
        RedeliveryPolicy policy = new RedeliveryPolicy();
        policy.setMaximumRedeliveries(settings.number(PREFIX + "retries", 0, Integer.MAX_VALUE));
        policy.setRedeliveryDelay(settings.duration(PREFIX + "retry-delay").toMillis());
        policy.setMaximumRedeliveryDelay(settings.duration(PREFIX + "retry-longest-delay").toMillis());
        policy.setUseExponentialBackOff(true);
        policy.setBackOffMultiplier(2);
        policy.setUseCollisionAvoidance(true);
        policy.setCollisionAvoidancePercent(25);
        policy.setAllowRedeliveryWhileStopping(false); // the event comes again after the restart
        policy.setRetryAttemptedLogLevel(LoggingLevel.DEBUG); // the target says what it did with which event
        policy.setLogRetryStackTrace(false);
        policy.setLogExhausted(false); // the dead letter is logged
        return policy;
    }

    private static URI address(String target) {
        try {
            URI address = URI.create(target);
            if (address.getHost() != null && List.of("http", "https").contains(address.getScheme())) {
                return address;
            }
        } catch (IllegalArgumentException malformed) {
            // answered below
        }
        throw new InvalidSettingException(PREFIX + "target", "must be an http or https address, not '" + target + "'");
    }

    private static Map<String, String> streamHeaders(Settings settings) {
        Map<String, String> headers = headers(settings, "stream-header");
        settings.text(PREFIX + "token").ifPresent(token -> headers.put("Authorization", "Bearer " + token));
        return BasicCredentials.with(headers, URI.create(settings.required(PREFIX + "url")));
    }

    /** Lines of {@code Name: value}. */
    private static Map<String, String> headers(Settings settings, String name) {
        Map<String, String> headers = new LinkedHashMap<>();
        for (String line : settings.text(PREFIX + name).orElse("").split("\n")) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                headers.put(line.substring(0, colon).strip(), line.substring(colon + 1).strip());
            } else if (!line.isBlank()) {
                throw new InvalidSettingException(PREFIX + name, "must be 'Name: value', not '" + line + "'");
            }
        }
        return headers;
    }

    private static List<String> words(Settings settings) {
        String command = settings.text(PREFIX + "exec").orElse("");
        if (command.isEmpty()) {
            return List.of();
        }
        if (settings.flag(PREFIX + "shell")) {
            return List.of("/bin/sh", "-c", command);
        }
        try {
            return CommandWords.split(command);
        } catch (IllegalArgumentException unclosed) {
            throw new InvalidSettingException(PREFIX + "exec", "cannot be split into words: " + unclosed.getMessage());
        }
    }
}
