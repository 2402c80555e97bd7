package io.waystation.update.task;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a program's output to its end and hands each line on as it is written, cleaned and masked, up to a limit.
 *
 * <p>What is over the limit is read and dropped, so that the program never waits for us; the last lines are handed on at
 * the end all the same, since they say why it failed. Runs on a thread of its own; the results are read after it has ended.
 */
final class OutputPump implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(OutputPump.class);
    private static final int LONGEST_LINE = 4096;
    /** Kept beyond the longest line until it is masked, so that no secret is cut and shown in part. */
    private static final int MARGIN = 1024;
    private static final int LAST_LINES = 20;
    private static final Pattern UP_TO_DATE = Pattern.compile("task: Task \"[^\"]+\" is up to date");

    private final InputStream stream;
    private final SecretMask mask;
    private final long limit;
    private final Consumer<String> consumer;
    private final StringBuilder line = new StringBuilder();
    private final Deque<String> last = new ArrayDeque<>();
    private long lines;
    private long handedOn;
    private long characters;
    private boolean afterReturn;
    private boolean saidUpToDate;
    private boolean consumerFailed;

    /**
     * A pump.
     *
     * @param limit characters handed on at most, before the last lines
     */
    OutputPump(InputStream stream, SecretMask mask, long limit, Consumer<String> consumer) {
        this.stream = stream;
        this.mask = mask;
        this.limit = limit;
        this.consumer = consumer;
    }

    @Override
    public void run() {
        char[] buffer = new char[8192];
        try (Reader reader = new InputStreamReader(stream, StandardCharsets.UTF_8)) {
            for (int count = reader.read(buffer); count >= 0; count = reader.read(buffer)) {
                for (int i = 0; i < count; i++) {
                    take(buffer[i]);
                }
            }
        } catch (IOException ended) {
            LOG.debug("the output was closed", ended);
        }
        if (!line.isEmpty()) {
            endLine();
        }
        handOnLast();
    }

    /** A carriage return without a line feed writes over the line, as progress bars do: what was last there counts. */
    private synchronized void take(char c) {
        if (c == '\n') {
            afterReturn = false;
            endLine();
        } else if (c == '\r') {
            afterReturn = true;
        } else {
            if (afterReturn) {
                afterReturn = false;
                line.setLength(0);
            }
            if (line.length() < LONGEST_LINE + MARGIN) {
                line.append(c);
            }
        }
    }

    private synchronized void endLine() {
        String text = mask.apply(OutputLine.clean(line.toString()));
        line.setLength(0);
        if (text.length() > LONGEST_LINE) {
            text = text.substring(0, LONGEST_LINE) + " ...";
        }
        lines++;
        saidUpToDate |= UP_TO_DATE.matcher(text).matches();
        last.addLast(text);
        if (last.size() > LAST_LINES) {
            last.removeFirst();
        }
        if (handedOn == lines - 1 && characters + text.length() <= limit) {
            characters += text.length();
            handedOn = lines;
            handOn(text);
        }
    }

    private synchronized void handOnLast() {
        long dropped = lines - handedOn;
        if (dropped > 0) {
            List<String> rest = new ArrayList<>(last);
            int shown = (int) Math.min(dropped, rest.size());
            if (dropped > shown) {
                handOn("... " + (dropped - shown) + " lines are not kept; the output is too long ...");
            }
            rest.subList(rest.size() - shown, rest.size()).forEach(this::handOn);
        }
    }

    private void handOn(String text) {
        try {
            consumer.accept(text);
        } catch (RuntimeException failed) {
            if (!consumerFailed) {
                LOG.warn("A line of output could not be kept", failed);
            }
            consumerFailed = true;
        }
    }

    synchronized long lines() {
        return lines;
    }

    synchronized boolean saidUpToDate() {
        return saidUpToDate;
    }

    synchronized List<String> lastLines() {
        return List.copyOf(last);
    }
}
