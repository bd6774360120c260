package io.quorate.http;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Texts as Go writes them into its messages. */
final class GoText {
    private static final String SIMPLE = "abfnrtv\\\"";
    private static final String MEANINGS = "\007\b\f\n\r\t\013\\\"";
    private static final Pattern WHOLE = Pattern.compile("([+-]?)(0[xX]|0[bB]|0[oO]|0(?=.)|)(_?[0-9a-fA-F_]*)");

    private GoText() {}

    /** In double quotes, as {@code %q}: what is not printable is escaped. */
    static String quoted(String text) {
        StringBuilder out = new StringBuilder(text.length() + 2).append('"');
        text.codePoints().forEach(c -> {
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case 7 -> out.append("\\a");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case 11 -> out.append("\\v");
                default -> {
                    String one = Character.toString(c);
                    if (RequestPath.isPrintable(one)) {
                        out.append(one);
                    } else if (c < 0x80) {
                        out.append(String.format("\\x%02x", c));
                    } else {
                        out.append(String.format(c < 0x10000 ? "\\u%04x" : "\\U%08x", c));
                    }
                }
            }
        });
        return out.append('"').toString();
    }

    /** What stands between two double quotes, with its escapes resolved; null when Go's {@code strconv.Unquote} would not take it. */
    static @Nullable String unquoted(String inner) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(inner.length());
        int at = 0;
        while (at < inner.length()) {
            int c = inner.codePointAt(at);
            at += Character.charCount(c);
            if (c == '\n' || c == '"') {
                return null;
            }
            if (c != '\\') {
                out.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
                continue;
            }
            char kind = at < inner.length() ? inner.charAt(at++) : ' ';
            int simple = SIMPLE.indexOf(kind);
            if (simple >= 0) {
                out.write(MEANINGS.charAt(simple));
                continue;
            }
            boolean octal = kind >= '0' && kind <= '7';
            int start = octal ? at - 1 : at;
            int end = start + (octal ? 3 : kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0);
            long code = end > start && end <= inner.length() ? code(inner.substring(start, end), octal ? 8 : 16) : -1;
            boolean isByte = octal || kind == 'x';
            if (code < 0 || code > (isByte ? 255 : Character.MAX_CODE_POINT)) {
                return null;
            }
            if (isByte) {
                out.write((int) code);
            } else {
                out.writeBytes(Character.toString((int) code).getBytes(StandardCharsets.UTF_8));
            }
            at = end;
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private static long code(String digits, int base) {
        return digits.chars().allMatch(c -> c < 128 && Character.digit(c, base) >= 0)
                ? Long.parseLong(digits, base)
                : -1;
    }

    /**
     * A whole number of 64 bits as {@code strconv.ParseInt} reads one whose base its prefix tells.
     *
     * @throws NumberFormatException with Go's reason as its message
     */
    static long whole(String text) {
        Matcher parts = WHOLE.matcher(text);
        if (!parts.matches() || text.endsWith("_") || text.contains("__")) {
            throw new NumberFormatException("invalid syntax");
        }
        String prefix = parts.group(2).toLowerCase(Locale.ROOT);
        int base = prefix.equals("0x") ? 16 : prefix.equals("0b") ? 2 : prefix.isEmpty() ? 10 : 8;
        String digits = parts.group(3).replace("_", "");
        if (digits.isEmpty() || !fits(digits, base)) {
            throw new NumberFormatException("invalid syntax");
        }
        BigInteger value = new BigInteger(parts.group(1).equals("-") ? "-" + digits : digits, base);
        if (value.bitLength() > 63) {
            throw new NumberFormatException("value out of range");
        }
        return value.longValue();
    }

    private static boolean fits(String digits, int base) {
        return digits.length() <= 128 && digits.chars().allMatch(c -> Character.digit(c, base) >= 0);
    }
}
