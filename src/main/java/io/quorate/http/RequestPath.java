package io.quorate.http;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** How paths are read: percent-decoded once, then cleaned as Go's {@code path.Clean} does. */
final class RequestPath {
    private static final String UNESCAPED = "-_.~$&+,/:;=@!'()*";

    private RequestPath() {}

    /** Null when an escape is not two hexadecimal digits. */
    static @Nullable String decode(String raw) {
        return decode(raw, false);
    }

    /** As {@link #decode}, and a plus is a space. */
    static @Nullable String decodeQuery(String raw) {
        return decode(raw, true);
    }

    private static @Nullable String decode(String raw, boolean plusIsSpace) {
        if (raw.indexOf('%') < 0 && (!plusIsSpace || raw.indexOf('+') < 0) && isAscii(raw)) {
            return raw;
        }
        // The container hands bytes over one char each when they are not ASCII; a test may give real text.
        byte[] bytes = isLatin(raw) ? raw.getBytes(StandardCharsets.ISO_8859_1) : raw.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '%') {
                int high = i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
                int low = i + 2 < bytes.length ? Character.digit(bytes[i + 2], 16) : -1;
                if (high < 0 || low < 0) {
                    return null;
                }
                out.write(high << 4 | low);
                i += 2;
            } else {
                out.write(plusIsSpace && bytes[i] == '+' ? ' ' : bytes[i]);
            }
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    /** Letters, marks, digits, punctuation, symbols and the plain space: what Go calls printable. */
    static boolean isPrintable(String text) {
        return text.codePoints().allMatch(c -> switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> c == ' ';
            default -> true;
        });
    }

    /** Without empty, {@code .} and {@code ..} steps; a slash at the end stays. */
    static String clean(String path) {
        if (!path.contains("//") && !path.contains("/.") && path.startsWith("/")) {
            return path;
        }
        Deque<String> steps = new ArrayDeque<>();
        for (String step : path.split("/", -1)) {
            if (step.equals("..")) {
                steps.pollLast();
            } else if (!step.isEmpty() && !step.equals(".")) {
                steps.addLast(step);
            }
        }
        String cleaned = "/" + String.join("/", steps);
        return path.endsWith("/") && !cleaned.equals("/") ? cleaned + "/" : cleaned;
    }

    /** The path as it may stand in a {@code Location} header. */
    static String encode(String path) {
        StringBuilder out = new StringBuilder(path.length());
        for (byte b : path.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xFF);
            boolean plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (plain || UNESCAPED.indexOf(c) >= 0) {
                out.append(c);
            } else {
                out.append('%');
                out.append(Character.toUpperCase(Character.forDigit(c >> 4, 16)));
                out.append(Character.toUpperCase(Character.forDigit(c & 15, 16)));
            }
        }
        return out.toString();
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 0x80);
    }

    private static boolean isLatin(String text) {
        return text.chars().allMatch(c -> c < 0x100);
    }
}
