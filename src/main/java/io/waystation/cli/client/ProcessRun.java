package io.waystation.cli.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a process with a time limit on the whole of it: when time is up the process and all its descendants
 * are asked to end, then killed. Its output goes to the log line by line, up to a limit; the rest is read
 * and dropped, so that the process never waits for us. Thread-safe.
 */
final class ProcessRun {
    private static final Logger LOG = LoggerFactory.getLogger("io.waystation.client.exec");
    private static final int MOST_OUTPUT = 1 << 20;
    private static final int LONGEST_LINE = 8 << 10;
    private static final Duration GRACE = Duration.ofSeconds(2);

    private final Duration timeout;

    ProcessRun(Duration timeout) {
        this.timeout = timeout;
    }

    /**
     * How a process ended.
     *
     * @param output what it wrote, cut at the limit
     */
    record Outcome(int exitValue, boolean timedOut, String output) {
        /** The last line it wrote, for a message. */
        String lastLine() {
            String text = output.strip();
            return text.isEmpty() ? "" : ": " + text.substring(text.lastIndexOf('\n') + 1);
        }
    }

    /**
     * Runs to the end or the limit.
     *
     * @param input file for its standard input, or null for none
     */
    Outcome run(List<String> words, Map<String, String> environment, Path input) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(environment);
        if (input != null) {
            builder.redirectInput(input.toFile());
        }
        Process process = builder.start();
        if (input == null) {
            process.getOutputStream().close();
        }
        Output output = new Output(process.getInputStream());
        Thread reader = new Thread(output, "command-output");
        reader.setDaemon(true);
        reader.start();
        boolean ended = false;
        try {
            ended = process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } finally {
            if (!ended) {
                kill(process);
            }
        }
        reader.join(GRACE.toMillis()); // a child left in the background may hold the pipe open
        return new Outcome(ended ? process.exitValue() : -1, !ended, output.text());
    }

    /** Ends the process and its descendants, which are collected first: orphans cannot be found any more. */
    private static void kill(Process process) throws InterruptedException {
        Set<ProcessHandle> family = new LinkedHashSet<>();
        process.toHandle().descendants().forEach(family::add);
        family.add(process.toHandle());
        family.forEach(ProcessHandle::destroy);
        long deadline = System.nanoTime() + GRACE.toNanos();
        while (family.stream().anyMatch(ProcessHandle::isAlive) && System.nanoTime() < deadline) {
            process.waitFor(50, TimeUnit.MILLISECONDS);
            if (!process.isAlive()) {
                TimeUnit.MILLISECONDS.sleep(20);
            }
        }
        family.addAll(process.toHandle().descendants().toList());
        family.forEach(ProcessHandle::destroyForcibly);
    }

    /** Reads everything, keeps and logs a bounded part. */
    private static final class Output implements Runnable {
        private final InputStream stream;
        private final StringBuilder kept = new StringBuilder();
        private final StringBuilder line = new StringBuilder();

        private Output(InputStream stream) {
            this.stream = stream;
        }

        @Override
        public void run() {
            char[] buffer = new char[8192];
            try (Reader text = new InputStreamReader(stream, StandardCharsets.UTF_8)) { // a character may lie across two reads
                for (int count = text.read(buffer); count >= 0; count = text.read(buffer)) {
                    take(new String(buffer, 0, count));
                }
            } catch (IOException | UncheckedIOException closed) {
                // the process was killed
            }
            flush();
        }

        private synchronized void take(String text) {
            for (int i = 0; i < text.length() && kept.length() < MOST_OUTPUT; i++) {
                char c = text.charAt(i);
                kept.append(c);
                if (c == '\n') {
                    flush();
                } else if (line.length() < LONGEST_LINE) {
                    line.append(Character.isISOControl(c) ? ' ' : c);
                }
            }
        }

        private synchronized void flush() {
            if (!line.isEmpty()) {
                LOG.info("{}", line);
                line.setLength(0);
            }
        }

        private synchronized String text() {
            return kept.toString();
        }
    }
}
