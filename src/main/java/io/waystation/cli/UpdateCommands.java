package io.waystation.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands about subsystems and their versions: {@code check}, {@code plan}, {@code why}, {@code update} and the rest. */
final class UpdateCommands {
    private static final String PATH = "/api/updates";

    private UpdateCommands() {
    }

    private abstract static class Subsystem implements Callable<Integer> {
        @Mixin
        protected HubOptions hub;
        @Mixin
        protected Output output;
        @Parameters(paramLabel = "SUBSYSTEM", description = "The subsystem.")
        protected String subsystem;

        String path(String action) {
            return PATH + "/" + HubClient.segment(subsystem) + action;
        }

        /** Asks, and says which operation follows it. */
        int ask(String action, Map<String, String> body) {
            JsonNode answer = hub.connect().post(path("/" + action), body);
            String version = answer.path("version").isTextual() ? " " + answer.path("version").asText() : "";
            output.say(subsystem + version + ": " + action + ", followed by operation " + answer.path("operation").asText(), answer);
            return ExitCode.OK;
        }
    }

    /** {@code waystation check}. */
    @Command(name = "check", mixinStandardHelpOptions = true,
            description = "Reads upstreams and says what would be done about subsystems. Changes nothing.")
    static final class Check implements Callable<Integer> {
        @Mixin
        private HubOptions hub;
        @Mixin
        private Output output;
        @Parameters(paramLabel = "SUBSYSTEM", arity = "0..1", description = "Only this one.")
        private String subsystem;

        @Override
        public Integer call() {
            Map<String, String> query = new LinkedHashMap<>();
            query.put("subsystem", subsystem);
            JsonNode answer = hub.connect().get(PATH, query);
            ObjectNode rows = JsonNodeFactory.instance.objectNode();
            answer.forEach(rows.putArray("rows")::add);
            Table table = new Table().column("NAME", "name").column("CURRENT", "current").column("LATEST", "latest")
                    .column("WANTED", "wanted").column("ACTION", "action").column("REASON", "reason");
            output.print(answer, rows, "rows", table);
            return ExitCode.OK;
        }
    }

    /** {@code waystation plan}. */
    @Command(name = "plan", mixinStandardHelpOptions = true, description = "Prints what an update of a subsystem would run now. Runs nothing.")
    static final class Plan extends Subsystem {
        @Override
        public Integer call() {
            JsonNode answer = hub.connect().get(path("/plan"), Map.of());
            StringBuilder text = new StringBuilder(answer.path("reason").asText());
            int number = 1;
            for (JsonNode step : answer.path("steps")) {
                text.append(System.lineSeparator()).append(number++).append(". ").append(step.asText());
            }
            output.say(text.toString(), answer);
            return ExitCode.OK;
        }
    }

    /** {@code waystation why}. */
    @Command(name = "why", mixinStandardHelpOptions = true,
            description = "Prints the rule that lets an update of a subsystem through or holds it, and what became of the last ones.")
    static final class Why extends Subsystem {
        @Override
        public Integer call() {
            output.print(hub.connect().get(path(""), Map.of()));
            return ExitCode.OK;
        }
    }

    /** {@code waystation update}. */
    @Command(name = "update", mixinStandardHelpOptions = true, description = "Looks at a subsystem now and updates it if it may.")
    static final class Update extends Subsystem {
        @Override
        public Integer call() {
            return ask("update", Map.of());
        }
    }

    /** {@code waystation approve}. */
    @Command(name = "approve", mixinStandardHelpOptions = true, description = "Approves the version of a subsystem that waits for it.")
    static final class Approve extends Subsystem {
        @Parameters(index = "1", paramLabel = "VERSION", arity = "0..1", description = "Only if this version waits.")
        private String version;

        @Override
        public Integer call() {
            return ask("approve", version == null ? Map.of() : Map.of("version", version));
        }
    }

    /** {@code waystation reject}. */
    @Command(name = "reject", mixinStandardHelpOptions = true, description = "Rejects the version of a subsystem that waits for approval.")
    static final class Reject extends Subsystem {
        @Parameters(index = "1", paramLabel = "VERSION", arity = "0..1", description = "Only if this version waits.")
        private String version;

        @Override
        public Integer call() {
            return ask("reject", version == null ? Map.of() : Map.of("version", version));
        }
    }

    /** {@code waystation rollback}. */
    @Command(name = "rollback", mixinStandardHelpOptions = true,
            description = "Puts the previous version of a subsystem back and quarantines the one in use.")
    static final class Rollback extends Subsystem {
        @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for whoever looks later.")
        private String reason;

        @Override
        public Integer call() {
            return ask("rollback", reason == null ? Map.of() : Map.of("reason", reason));
        }
    }

    /** {@code waystation unquarantine}. */
    @Command(name = "unquarantine", mixinStandardHelpOptions = true,
            description = "Lets a version of a subsystem that was rolled back be tried again.")
    static final class Unquarantine extends Subsystem {
        @Parameters(index = "1", paramLabel = "VERSION", description = "The version: its tag, commit or number.")
        private String version;

        @Override
        public Integer call() {
            return ask("unquarantine", Map.of("version", version));
        }
    }
}
