package io.waystation.cli;

import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import ch.qos.logback.classic.pattern.TargetLengthBasedClassNameAbbreviator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.CoreConstants;
import ch.qos.logback.core.LayoutBase;

/** A log entry as {@code 10:34:30.426 INFO  [main] i.w.http.HubHttpServer: Listening}, with the stack of its exception below. */
final class LogLine extends LayoutBase<ILoggingEvent> {
    private static final int LONGEST_LOGGER = 24;
    private static final int MOST_NAMES = 2_000;

    private final TargetLengthBasedClassNameAbbreviator abbreviator = new TargetLengthBasedClassNameAbbreviator(LONGEST_LOGGER);
    private final Map<String, String> names = new ConcurrentHashMap<>();
    private final ZoneId zone = ZoneId.systemDefault();

    @Override
    public String doLayout(ILoggingEvent event) {
        StringBuilder line = new StringBuilder(128);
        LocalTime time = LocalTime.ofInstant(Instant.ofEpochMilli(event.getTimeStamp()), zone);
        digits(line, time.getHour(), 2).append(':');
        digits(line, time.getMinute(), 2).append(':');
        digits(line, time.getSecond(), 2).append('.');
        digits(line, time.getNano() / 1_000_000, 3).append(' ');
        String level = event.getLevel().toString();
        line.append(level).append(" ".repeat(Math.max(0, 5 - level.length())));
        line.append(" [").append(event.getThreadName()).append("] ").append(abbreviated(event.getLoggerName())).append(": ")
                .append(event.getFormattedMessage()).append(CoreConstants.LINE_SEPARATOR);
        if (event.getThrowableProxy() != null) {
            line.append(ThrowableProxyUtil.asString(event.getThrowableProxy())).append(CoreConstants.LINE_SEPARATOR);
        }
        return line.toString();
    }

    private static StringBuilder digits(StringBuilder line, int number, int count) {
        String text = Integer.toString(number);
        return line.append("0".repeat(count - text.length())).append(text);
    }

    private String abbreviated(String logger) {
        String name = names.get(logger);
        if (name == null) {
            name = abbreviator.abbreviate(logger);
            if (names.size() < MOST_NAMES) {
                names.put(logger, name);
            }
        }
        return name;
    }
}
