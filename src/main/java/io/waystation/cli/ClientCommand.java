package io.waystation.cli;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.Callable;

import io.waystation.cli.client.ClientApplication;
import io.waystation.cli.client.ClientSettings;
import io.waystation.relay.StreamDialect;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code waystation client}: follows a channel and hands its events to this machine. */
@Command(name = "client", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Follows a channel of a Waystation, gosmee or smee server and sends each event to TARGET, with its "
                + "exact bytes, headers and query, at least once and in order.", ""},
        footer = {"", "Every option is also a setting (--retries is waystation.client.retries, or WAYSTATION_CLIENT_RETRIES), and "
                + "the steps are routes: put client/client.camel.yaml beside the program to change them."},
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:stopped, by SIGTERM or Ctrl-C", "1:failed, or did not stop in order", "2:wrong usage, or a wrong setting",
            "3:cannot start: the data folder, the state file or the health port is in use; or out of memory"})
public final class ClientCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "URL", description = "Address of the channel, such as https://hub.example.com/my-channel.")
    private String url;

    @Parameters(index = "1", arity = "0..1", paramLabel = "TARGET",
            description = "Where events are sent. May be left out with --exec, --save-dir or --invalidate.")
    private String target;

    @Option(names = "--save-dir", paramLabel = "FOLDER",
            description = "Saves each event: body, headers and a curl script that sends it again.")
    private Path saveDir;

    @Option(names = "--ignore-event", split = ",", paramLabel = "NAME",
            description = "Passes over events of this name, such as push or com.github.*; may be given more than once.")
    private List<String> ignoreEvents = new ArrayList<>();

    @Option(names = "--only-event", split = ",", paramLabel = "NAME", description = "Takes only events of this name; may be given more than once.")
    private List<String> onlyEvents = new ArrayList<>();

    @Option(names = "--exec", paramLabel = "COMMAND", description = {
        "Runs this command for each event. Split into words without a shell; the payload is in the file "
                + "WAYSTATION_PAYLOAD_FILE names, what the event is in other WAYSTATION_ variables."})
    private String exec;

    @Option(names = "--exec-on-event", split = ",", paramLabel = "NAME", description = "Runs the command only for events of this name.")
    private List<String> execEvents = new ArrayList<>();

    @Option(names = "--exec-stdin", description = "Gives the command the payload on standard input too.")
    private boolean execStdin;

    @Option(names = "--exec-env", split = ",", paramLabel = "NAME", description = "Passes this environment variable on to the command.")
    private List<String> execEnvironment = new ArrayList<>();

    @Option(names = "--exec-timeout", paramLabel = "TIME", description = "Kills the command and its children after this time (default: 5m).")
    private String execTimeout;

    @Option(names = "--shell", description = "Gives the command to /bin/sh -c.")
    private boolean shell;

    @Option(names = "--health-port", paramLabel = "PORT",
            description = "Answers GET /health on this port: 200 only while connected and not silent.")
    private Integer healthPort;

    @Option(names = "--health-host", paramLabel = "ADDRESS", description = "Address of the health port (default: 127.0.0.1).")
    private String healthHost;

    @Option(names = "--retries", paramLabel = "N",
            description = "Tries a target that is down so often again, then keeps the event as a dead letter (default: 10).")
    private Integer retries;

    @Option(names = "--timeout", paramLabel = "TIME", description = "Limit of one attempt to send to TARGET (default: 30s).")
    private String timeout;

    @Option(names = "--insecure", description = "Takes any TLS certificate, of the server and of TARGET.")
    private boolean insecure;

    @Option(names = "--header", paramLabel = "NAME:VALUE", description = "Sends this header to TARGET; may be given more than once.")
    private List<String> headers = new ArrayList<>();

    @Option(names = "--stream-header", paramLabel = "NAME:VALUE", description = "Sends this header to the server of the channel.")
    private List<String> streamHeaders = new ArrayList<>();

    @Option(names = "--token-env", paramLabel = "VARIABLE", description = "Environment variable with the reader's token of the channel.")
    private String tokenVariable;

    @Option(names = "--token", paramLabel = "TOKEN", description = "The token itself; others on this machine can see it, so prefer --token-env.")
    private String token;

    @Option(names = "--cursor", paramLabel = "NAME",
            description = "Lets the hub keep the position under this name instead of a file here.")
    private String cursor;

    @Option(names = "--state-file", paramLabel = "FILE", description = "Keeps the position in this file (default: in the data folder).")
    private Path stateFile;

    @Option(names = "--data", paramLabel = "FOLDER",
            description = {
        "Folder for the position and dead letters (default: one per URL and TARGET under $XDG_STATE_HOME/waystation, else "
                + "$HOME/.local/state/waystation)."})
    private Path data;

    @Option(names = "--parallel", paramLabel = "N", description = "Handles so many events at once, those of one key in order (default: 1).")
    private Integer parallel;

    @Option(names = "--invalidate", description = "Expires cached remote Taskfiles of a repository that is pushed to.")
    private boolean invalidate;

    @Option(names = "--taskfile-dir", paramLabel = "FOLDER", description = "Folder with the Taskfile (default: this one).")
    private Path taskfileDir;

    @Option(names = "--dialect", paramLabel = "NAME", description = "Kind of server: auto, waystation, gosmee or smee (default: auto).")
    private String dialect;

    @Option(names = "-D", paramLabel = "KEY=VALUE", description = "Sets any setting; may be given more than once.")
    private Map<String, String> more = new LinkedHashMap<>();

    @Override
    public Integer call() throws Exception {
        Optional<Path> home = ConfigCommand.home();
        Properties settings = ClientSettings.merge(home, System.getenv(), settings());
        return OrderlyStop.run(ClientApplication.create(settings, home));
    }

    /** What the command line says, as settings. */
    Map<String, String> settings() {
        check();
        Map<String, String> settings = new LinkedHashMap<>(more);
        int question = url.indexOf('?');
        put(settings, "url", question < 0 ? url : url.substring(0, question));
        put(settings, "query", question < 0 ? null : url.substring(question + 1));
        put(settings, "target", target);
        put(settings, "save-dir", saveDir);
        put(settings, "ignore-event", ignoreEvents);
        put(settings, "only-event", onlyEvents);
        put(settings, "exec", exec);
        put(settings, "exec-on-event", execEvents);
        put(settings, "exec-stdin", execStdin ? "true" : null);
        put(settings, "exec-env", execEnvironment);
        put(settings, "exec-timeout", execTimeout);
        put(settings, "shell", shell ? "true" : null);
        put(settings, "health-port", healthPort);
        put(settings, "health-host", healthHost);
        put(settings, "retries", retries);
        put(settings, "timeout", timeout);
        put(settings, "insecure", insecure ? "true" : null);
        put(settings, "header", headers.isEmpty() ? null : String.join("\n", headers));
        put(settings, "stream-header", streamHeaders.isEmpty() ? null : String.join("\n", streamHeaders));
        put(settings, "token", tokenVariable == null ? token : System.getenv(tokenVariable));
        put(settings, "cursor", cursor);
        put(settings, "state-file", stateFile);
        put(settings, "data", data);
        put(settings, "parallel", parallel);
        put(settings, "invalidate", invalidate ? "true" : null);
        put(settings, "taskfile-dir", taskfileDir);
        put(settings, "dialect", dialect);
        return settings;
    }

    private static void put(Map<String, String> settings, String name, Object value) {
        if (value instanceof List<?> list) {
            if (!list.isEmpty()) {
                settings.put(name, String.join(",", list.stream().map(String::valueOf).toList()));
            }
        } else if (value != null) {
            settings.put(name, value.toString());
        }
    }

    /** What only the command line can say; everything that is a setting is checked when the layers are merged. */
    private void check() {
        String problem = null;
        if (!isAddress(url)) {
            problem = "URL must be the http or https address of a channel, not '" + url + "'";
        } else if (StreamDialect.channelOf(URI.create(url)).isEmpty()) {
            problem = "URL must end with the name of a channel, such as " + url.replaceFirst("[/?#]*([?#].*)?$", "") + "/my-channel";
        } else if (target != null && !isAddress(target)) {
            problem = "TARGET must be an http or https address, not '" + target + "'";
        } else if (tokenVariable != null && System.getenv(tokenVariable) == null) {
            problem = "the environment variable " + tokenVariable + " is not set";
        }
        if (problem != null) {
            throw new ParameterException(spec.commandLine(), problem);
        }
    }

    private static boolean isAddress(String text) {
        try {
            URI address = URI.create(text);
            return address.getHost() != null && List.of("http", "https").contains(String.valueOf(address.getScheme()));
        } catch (IllegalArgumentException malformed) {
            return false;
        }
    }
}
