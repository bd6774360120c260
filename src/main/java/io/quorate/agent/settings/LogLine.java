package io.quorate.agent.settings;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import io.quorate.kernel.Plain;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;

/**
 * One event, one line: time (UTC), level, short logger, message, {@code key=value} pairs; or one JSON object. What comes from
 * outside cannot begin a line of its own: control characters are escaped. Safe for any thread.
 */
public final class LogLine extends EncoderBase<ILoggingEvent> {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSX").withZone(ZoneOffset.UTC);
    private static final Set<String> TAKEN = Set.of("time", "level", "logger", "thread", "message", "exception");
    private static final String OURS = "io.quorate.";

    private volatile boolean json;

    /** From text to JSON or back, from the next event on. */
    void setJson(boolean json) {
        this.json = json;
    }

    @Override
    public byte[] headerBytes() {
        return new byte[0];
    }

    @Override
    public byte[] footerBytes() {
        return new byte[0];
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        return (json ? json(event) : text(event)).getBytes(StandardCharsets.UTF_8);
    }

    private static String text(ILoggingEvent event) {
        StringBuilder line = new StringBuilder(160);
        line.append(time(event)).append(' ').append(event.getLevel());
        line.append(" ".repeat(Math.max(1, 6 - event.getLevel().toString().length())));
        line.append(shortened(event.getLoggerName())).append(": ");
        escape(line, String.valueOf(event.getFormattedMessage()), false);
        for (KeyValuePair pair : pairs(event)) {
            line.append(' ').append(pair.key).append('=');
            String value = Plain.value(pair.value);
            boolean quoted = value.isEmpty() || value.chars().anyMatch(c -> c == ' ' || c == '"' || c == '=');
            if (quoted) {
                line.append('"');
            }
            escape(line, value, quoted);
            if (quoted) {
                line.append('"');
            }
        }
        line.append('\n');
        if (event.getThrowableProxy() != null) {
            line.append(ThrowableProxyUtil.asString(event.getThrowableProxy()));
        }
        return line.toString();
    }

    private static String json(ILoggingEvent event) {
        StringBuilder line = new StringBuilder(240);
        line.append('{');
        member(line, "time", time(event));
        member(line, "level", event.getLevel().toString());
        member(line, "logger", event.getLoggerName());
        member(line, "thread", event.getThreadName());
        member(line, "message", event.getFormattedMessage());
        for (KeyValuePair pair : pairs(event)) {
            member(line, TAKEN.contains(pair.key) ? "_" + pair.key : pair.key, pair.value);
        }
        if (event.getThrowableProxy() != null) {
            member(line, "exception", ThrowableProxyUtil.asString(event.getThrowableProxy()));
        }
        return line.append("}\n").toString();
    }

    private static void member(StringBuilder line, String name, @Nullable Object value) {
        if (line.length() > 1) {
            line.append(',');
        }
        line.append('"');
        escape(line, name, true);
        line.append("\":");
        if (value == null || value instanceof Integer || value instanceof Long || value instanceof Boolean) {
            line.append(value);
            return;
        }
        line.append('"');
        escape(line, Plain.value(value), true);
        line.append('"');
    }

    private static void escape(StringBuilder line, String text, boolean quoted) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quoted && (c == '"' || c == '\\')) {
                line.append('\\').append(c);
            } else if (c == '\n') {
                line.append("\\n");
            } else if (c == '\t') {
                line.append("\\t");
            } else if (c == '\r') {
                line.append("\\r");
            } else if (c < ' ' || c == 0x7f || c == 0x85 || c == 0x2028 || c == 0x2029) {
                line.append(String.format("\\u%04x", (int) c));
            } else {
                line.append(c);
            }
        }
    }

    private static String time(ILoggingEvent event) {
        Instant instant = event.getInstant();
        return TIME.format(instant == null ? Instant.ofEpochMilli(event.getTimeStamp()) : instant);
    }

    private static List<KeyValuePair> pairs(ILoggingEvent event) {
        List<KeyValuePair> pairs = event.getKeyValuePairs();
        return pairs == null ? List.of() : pairs;
    }

    /** Ours with its package below the base, others by their class. */
    private static String shortened(String logger) {
        return logger.startsWith(OURS)
                ? logger.substring(OURS.length())
                : logger.substring(logger.lastIndexOf('.') + 1);
    }
}
