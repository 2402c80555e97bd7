package io.waystation.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.waystation.settings.Settings;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Options of what holds for a channel; one that is not given leaves the rule as it is. */
final class ChannelRules {
    @Option(names = "--provider", paramLabel = "NAME", description = "How posts are signed (default: auto, by their signature header).")
    private String provider;

    @ArgGroup
    private Senders senders;

    @ArgGroup
    private Readers readers;

    @Option(names = "--open", negatable = true, description = "Whether anybody who knows its name may post; unverified.")
    private Boolean open;

    @Option(names = "--open-readers", negatable = true, description = "Whether anybody who knows its name may listen.")
    private Boolean openReaders;

    @Option(names = "--retention", paramLabel = "DURATION", description = "How long its events are kept, such as 7d; an empty text for as long as the log keeps them.")
    private String retention;

    @Option(names = "--response", paramLabel = "POLICY", description = "202, 200 or 503-when-nobody-listens.")
    private String response;

    @Option(names = "--events-per-second", paramLabel = "NUMBER", description = "Posts it may take each second, such as 20 or 0.5; 0 is no limit.")
    private Double eventsPerSecond;

    @Option(names = "--burst", paramLabel = "NUMBER", description = "Posts that may come at once before that rate applies; 0 is twice the rate.")
    private Integer burst;

    @Option(names = "--bytes-per-day", paramLabel = "SIZE", description = "Bytes of events it may take each UTC day, such as 500MiB; 0 is no limit.")
    private String bytesPerDay;

    @Option(names = "--subscribers", paramLabel = "NUMBER", description = "Clients that may listen at once; 0 is no limit.")
    private Integer subscribers;

    @Option(names = "--keep-credentials", negatable = true, description = "Whether headers such as Authorization and Cookie stay on its events.")
    private Boolean keepCredentials;

    /** Secrets of those who post. */
    private static final class Senders {
        @Option(names = "--secret-env", paramLabel = "VARIABLE", description = "Variable with a secret posts may be signed with; may be given more than once.")
        private List<String> variables;

        @Option(names = "--no-secrets", description = "Takes its secrets away.")
        private boolean none;
    }

    /** Tokens of those who listen. */
    private static final class Readers {
        @Option(names = "--reader-env", paramLabel = "VARIABLE", description = "Variable with the token of somebody who may listen; may be given more than once.")
        private List<String> variables;

        @Option(names = "--no-readers", description = "Takes its readers away.")
        private boolean none;
    }

    /** What is named, as the API takes it. */
    ObjectNode request() {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("provider", provider);
        request.put("secrets", senders == null ? null : values(senders.variables));
        request.put("readers", readers == null ? null : values(readers.variables));
        request.put("open", open);
        request.put("openReaders", openReaders);
        request.put("retention", retention);
        request.put("response", response);
        request.put("keepCredentials", keepCredentials);
        request.put("quota", quota());
        request.values().removeIf(Objects::isNull);
        return new ObjectMapper().valueToTree(request);
    }

    private Map<String, Object> quota() {
        Map<String, Object> quota = new LinkedHashMap<>();
        quota.put("eventsPerSecond", eventsPerSecond);
        quota.put("burst", burst);
        quota.put("bytesPerDay", bytesPerDay == null ? null
                : Settings.of(Map.of("--bytes-per-day", bytesPerDay)).bytes("--bytes-per-day"));
        quota.put("subscribers", subscribers);
        quota.values().removeIf(Objects::isNull);
        return quota.isEmpty() ? null : quota;
    }

    /** The secrets in these variables; none when the option was the one that takes them away. */
    private static List<String> values(List<String> variables) {
        return variables == null ? List.of() : variables.stream().map(SendCommand::secret).toList();
    }
}
