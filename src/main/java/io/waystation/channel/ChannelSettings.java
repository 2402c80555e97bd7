package io.waystation.channel;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import io.waystation.settings.ChannelKeys;
import io.waystation.settings.InvalidSettingException;
import io.waystation.settings.Secret;
import io.waystation.settings.Settings;

/**
 * The {@code waystation.channels.*} settings.
 *
 * @param limit how many channels may be defined
 * @param open whether a channel nobody defined exists as soon as somebody uses its name
 * @param openLimit how many such channels may be in use at once
 * @param openIdle after how long without a post such a channel is forgotten
 * @param openQuota what each of them may take
 * @param openBytesPerDay what all of them together may take
 * @param definedQuota what a defined channel may take unless it says otherwise
 * @param response what senders hear unless a channel says otherwise
 * @param reserved more names that are no channels, in lower case
 * @param literalSecrets whether settings may write secrets out
 * @param defined channels defined in settings, by name
 */
public record ChannelSettings(
        int limit, boolean open, int openLimit, Duration openIdle, Quota openQuota, long openBytesPerDay, Quota definedQuota,
        ResponsePolicy response, Set<String> reserved, boolean literalSecrets, Map<String, ChannelPolicy> defined) {
    private static final String PREFIX = ChannelKeys.PREFIX;
    private static final Set<String> ATTRIBUTES = ChannelKeys.ATTRIBUTES;

    /**
     * Reads the settings.
     *
     * @param settings where values come from
     * @param keys every key there is below {@code waystation.channels.}
     */
    public static ChannelSettings of(Settings settings, Set<String> keys) {
        Set<String> reserved = new HashSet<>();
        settings.list(PREFIX + "reserved").forEach(name -> reserved.add(name.toLowerCase(Locale.ROOT)));
        ChannelSettings general = new ChannelSettings(
                settings.number(PREFIX + "limit", 1, 1_000_000),
                settings.flag(PREFIX + "open"),
                settings.number(PREFIX + "open-limit", 1, 10_000_000),
                settings.duration(PREFIX + "open-idle"),
                new Quota(
                        settings.decimal(PREFIX + "open-events-per-second", 1_000_000),
                        settings.number(PREFIX + "open-burst", 0, 1_000_000),
                        settings.bytes(PREFIX + "open-bytes-per-day"),
                        settings.number(PREFIX + "open-subscribers", 0, 1_000_000)),
                settings.bytes(PREFIX + "open-total-bytes-per-day"),
                new Quota(
                        settings.decimal(PREFIX + "events-per-second", 1_000_000),
                        settings.number(PREFIX + "burst", 0, 1_000_000),
                        settings.bytes(PREFIX + "bytes-per-day"),
                        settings.number(PREFIX + "subscribers", 0, 1_000_000)),
                response(PREFIX + "response", settings.required(PREFIX + "response")),
                Set.copyOf(reserved),
                settings.flag("waystation.secrets.literal"),
                Map.of());
        return general.withDefined(settings, keys);
    }

    private ChannelSettings withDefined(Settings settings, Set<String> keys) {
        Map<String, ChannelPolicy> channels = new HashMap<>();
        for (String name : names(keys)) {
            channels.put(name, new Definition(settings, PREFIX + name + ".", name).policy(this));
        }
        return new ChannelSettings(
                limit, open, openLimit, openIdle, openQuota, openBytesPerDay, definedQuota, response, reserved,
                literalSecrets, Map.copyOf(channels));
    }

    private Set<String> names(Set<String> keys) {
        Set<String> names = new TreeSet<>();
        for (String key : keys) {
            if (!key.startsWith(PREFIX) || key.indexOf('.', PREFIX.length()) < 0) {
                continue;
            }
            int dot = key.indexOf('.', PREFIX.length());
            String name = key.substring(PREFIX.length(), dot);
            if (!ATTRIBUTES.contains(key.substring(dot + 1))) {
                throw new InvalidSettingException(key, "is unknown; a channel has " + new TreeSet<>(ATTRIBUTES));
            }
            if (!isUsable(name)) {
                throw new InvalidSettingException(key, "names no channel: '" + name + "' is reserved or malformed");
            }
            names.add(name);
        }
        return names;
    }

    /** Whether the text can be a channel: well formed and not reserved. */
    boolean isUsable(String name) {
        if (!ChannelName.isWellFormed(name)) {
            return false;
        }
        String word = name.toLowerCase(Locale.ROOT);
        return !ChannelName.RESERVED.contains(word) && !reserved.contains(word);
    }

    private static ResponsePolicy response(String key, String text) {
        return ResponsePolicy.parse(text).orElseThrow(
                () -> new InvalidSettingException(key, "must be 202, 200 or 503-when-nobody-listens, not '" + text + "'"));
    }

    /** Reads the attributes of one channel. */
    private record Definition(Settings settings, String prefix, String name) {
        ChannelPolicy policy(ChannelSettings general) {
            List<Secret> secrets = secrets("secrets", general.literalSecrets());
            List<Secret> readers = secrets("readers", general.literalSecrets());
            return new ChannelPolicy(
                    name,
                    ChannelPolicy.Origin.SETTINGS,
                    settings.text(prefix + "provider").orElse(ChannelPolicy.ANY_PROVIDER),
                    secrets,
                    readers,
                    anybody(!secrets.isEmpty(), !readers.isEmpty()),
                    has("retention") ? retention() : null,
                    settings.text(prefix + "response").map(text -> response(prefix + "response", text))
                            .orElse(general.response()),
                    quota(general.definedQuota()),
                    flag("keep-credentials"));
        }

        private Set<ChannelPolicy.Use> anybody(boolean hasSecrets, boolean hasReaders) {
            Set<ChannelPolicy.Use> uses = EnumSet.noneOf(ChannelPolicy.Use.class);
            if (flag("open")) {
                refuseBoth(hasSecrets, "open", "secrets");
                uses.add(ChannelPolicy.Use.POST);
            }
            if (flag("open-readers")) {
                refuseBoth(hasReaders, "open-readers", "readers");
                uses.add(ChannelPolicy.Use.READ);
            }
            return uses;
        }

        private void refuseBoth(boolean both, String mark, String tokens) {
            if (both) {
                throw new InvalidSettingException(prefix + mark, "contradicts " + prefix + tokens);
            }
        }

        private boolean flag(String attribute) {
            return has(attribute) && settings.flag(prefix + attribute);
        }

        private Duration retention() {
            Duration retention = settings.duration(prefix + "retention");
            if (retention.compareTo(ChannelPolicy.SHORTEST_RETENTION) < 0) {
                throw new InvalidSettingException(prefix + "retention", "must be at least 1s; leave it out to keep events as long as the log does");
            }
            return retention;
        }

        private Quota quota(Quota unlessSaid) {
            boolean rate = has("events-per-second");
            return new Quota(
                    rate ? settings.decimal(prefix + "events-per-second", 1_000_000) : unlessSaid.eventsPerSecond(),
                    has("burst") ? settings.number(prefix + "burst", 0, 1_000_000) : rate ? 0 : unlessSaid.burst(),
                    has("bytes-per-day") ? settings.bytes(prefix + "bytes-per-day") : unlessSaid.bytesPerDay(),
                    has("subscribers") ? settings.number(prefix + "subscribers", 0, 1_000_000)
                            : unlessSaid.subscribers());
        }

        private boolean has(String attribute) {
            return settings.text(prefix + attribute).isPresent();
        }

        private List<Secret> secrets(String attribute, boolean literals) {
            List<Secret> secrets = new ArrayList<>();
            for (String reference : settings.list(prefix + attribute)) {
                secrets.add(Secret.resolve(prefix + attribute, reference, literals));
            }
            return secrets;
        }
    }
}
