package io.waystation.update.task;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import io.waystation.update.process.ProcessTrees;

/**
 * The environment of a task: what builds need of the hub's own, what a step sets, and nothing else.
 *
 * <p>{@code TASK_*} variables and those of the hub (its token and secrets) never pass: a task is code from upstream.
 */
final class TaskEnvironment {
    private static final Set<String> USUAL = Set.of("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_ALL", "LC_CTYPE", "TZ",
            "TMPDIR", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR", "JAVA_HOME",
            "GOPATH", "GOCACHE", "GOMODCACHE", "GOROOT", "GOPROXY", "GOSUMDB", "GONOSUMDB", "GOFLAGS", "GOTOOLCHAIN",
            "CARGO_HOME", "RUSTUP_HOME", "DOCKER_HOST", "SSL_CERT_FILE", "SSL_CERT_DIR",
            "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy");

    private final Map<String, String> passed = new TreeMap<>();

    /**
     * What every task sees of the hub's environment.
     *
     * @param more names beyond the usual ones
     * @param program {@code task}; its folder comes first on the path where tasks that call it would get another one
     */
    TaskEnvironment(Map<String, String> hub, List<String> more, Path program) {
        hub.forEach((name, value) -> {
            if (USUAL.contains(name) || more.contains(name) && !name.startsWith("TASK_")) {
                passed.put(name, value);
            }
        });
        passed.putIfAbsent("GOTOOLCHAIN", "local");
        if (ProcessTrees.find("task", passed.get("PATH")).filter(program::equals).isEmpty()) {
            passed.merge("PATH", program.getParent().toString(), (path, folder) -> folder + ":" + path);
        }
    }

    /**
     * The environment of one run.
     *
     * @param folder for the fingerprints of its lane
     * @param set what its step sets
     */
    Map<String, String> of(Path folder, Map<String, String> set) {
        Map<String, String> all = new TreeMap<>(passed);
        all.putAll(set);
        all.put("TASK_TEMP_DIR", folder.toString());
        // for the tasks that call task themselves; the run's own call says the same by options
        all.put("TASK_REMOTE_OFFLINE", "1");
        all.put("TASK_DISABLE_FUZZY", "1");
        all.put("TASK_COLOR", "false");
        all.put("NO_COLOR", "1");
        all.put("TASK_X_GENTLE_FORCE", "1"); // --force is about the task that was called, not about all it depends on
        all.put("GIT_TERMINAL_PROMPT", "0");
        all.put("GIT_CONFIG_NOSYSTEM", "1");
        return all;
    }

    /** The values in it that no output may show. */
    List<String> secrets() {
        List<String> secrets = new ArrayList<>();
        passed.forEach((name, value) -> {
            if (SecretMask.isSecret(name)) {
                secrets.add(value);
            }
        });
        return secrets;
    }
}
