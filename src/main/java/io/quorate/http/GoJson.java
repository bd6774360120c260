package io.quorate.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads one JSON value as Go's decoder does, and says what is wrong in its words. Objects become maps, arrays lists; a name that is
 * given twice counts once, the last time.
 *
 * @see <a href="https://pkg.go.dev/encoding/json#Decoder.Decode">Go's encoding/json</a>
 */
final class GoJson {
    /*
     * Not Jackson with its messages translated: clients show these texts to their users, tests of theirs look for them, and a message that
     * is guessed from another parser's state is wrong in the cases that nobody tried. What follows is bounded by the body's size and by the
     * two numbers below: depth, because reading is recursive, and values, because an empty list takes twenty times its two bytes.
     */
    private static final int MAX_DEPTH = 64;
    private static final int MAX_VALUES = 100_000;

    private static final String KEY = "looking for beginning of object key string";
    private static final String VALUE = "looking for beginning of value";

    private final String text;
    private int at;
    private int values;

    private GoJson(String text) {
        this.text = text;
    }

    /** A number as it was written. */
    record NumberText(String digits) {}

    /** The text is no JSON; the message is Go's. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1;

        Malformed(String message) {
            super(message);
        }
    }

    /**
     * The first value of the body; what follows it is not looked at, as Go does.
     *
     * @return a map, list, text, {@link NumberText}, boolean, or null
     */
    static @Nullable Object read(byte[] body) throws Malformed {
        GoJson reader = new GoJson(new String(body, StandardCharsets.UTF_8));
        reader.skipBlanks();
        if (reader.at == reader.text.length()) {
            throw new Malformed("EOF");
        }
        return reader.value(0);
    }

    private @Nullable Object value(int depth) throws Malformed {
        if (depth > MAX_DEPTH) {
            throw new Malformed("exceeded max depth");
        }
        if (++values > MAX_VALUES) {
            throw new Malformed("more than " + MAX_VALUES + " values");
        }
        char first = next();
        return switch (first) {
            case '{' -> object(depth);
            case '[' -> array(depth);
            case '"' -> string();
            case 't' -> {
                literal("true");
                yield true;
            }
            case 'f' -> {
                literal("false");
                yield false;
            }
            case 'n' -> {
                literal("null");
                yield null;
            }
            default -> {
                if (first == '-' || isDigit(first)) {
                    at--;
                    yield number();
                }
                throw unexpected(first, VALUE);
            }
        };
    }

    private Map<String, @Nullable Object> object(int depth) throws Malformed {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        skipBlanks();
        char c = next();
        if (c == '}') {
            return object;
        }
        while (true) {
            if (c != '"') {
                throw unexpected(c, KEY);
            }
            String name = string();
            skipBlanks();
            c = next();
            if (c != ':') {
                throw unexpected(c, "after object key");
            }
            skipBlanks();
            object.put(name, value(depth + 1));
            skipBlanks();
            c = next();
            if (c == '}') {
                return object;
            }
            if (c != ',') {
                throw unexpected(c, "after object key:value pair");
            }
            skipBlanks();
            c = next();
        }
    }

    private List<@Nullable Object> array(int depth) throws Malformed {
        List<@Nullable Object> array = new ArrayList<>();
        skipBlanks();
        if (at < text.length() && text.charAt(at) == ']') {
            at++;
            return array;
        }
        while (true) {
            skipBlanks();
            array.add(value(depth + 1));
            skipBlanks();
            char c = next();
            if (c == ']') {
                return array;
            }
            if (c != ',') {
                throw unexpected(c, "after array element");
            }
        }
    }

    /** Behind the opening quote. */
    private String string() throws Malformed {
        StringBuilder out = new StringBuilder();
        while (true) {
            char c = next();
            if (c == '"') {
                return out.toString();
            }
            if (c < ' ') {
                throw unexpected(c, "in string literal");
            }
            out.append(c == '\\' ? escaped() : c);
        }
    }

    private char escaped() throws Malformed {
        char c = next();
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> {
                int code = 0;
                for (int i = 0; i < 4; i++) {
                    char digit = next();
                    int hex = digit < 128 ? Character.digit(digit, 16) : -1;
                    if (hex < 0) {
                        throw unexpected(digit, "in \\u hexadecimal character escape");
                    }
                    code = code << 4 | hex;
                }
                yield (char) code;
            }
            default -> throw unexpected(c, "in string escape code");
        };
    }

    private void literal(String word) throws Malformed {
        for (int i = 1; i < word.length(); i++) {
            char c = next();
            if (c != word.charAt(i)) {
                throw unexpected(c, "in literal " + word + " (expecting '" + word.charAt(i) + "')");
            }
        }
    }

    private NumberText number() throws Malformed {
        int start = at;
        if (text.charAt(at) == '-') {
            at++;
            char c = next();
            if (!isDigit(c)) {
                throw unexpected(c, "in numeric literal");
            }
            at--;
        }
        if (text.charAt(at) == '0') {
            at++;
        } else {
            digits();
        }
        if (at < text.length() && text.charAt(at) == '.') {
            at++;
            char c = next();
            if (!isDigit(c)) {
                throw unexpected(c, "after decimal point in numeric literal");
            }
            digits();
        }
        if (at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
            at++;
            char c = next();
            if (c == '+' || c == '-') {
                c = next();
            }
            if (!isDigit(c)) {
                throw unexpected(c, "in exponent of numeric literal");
            }
            digits();
        }
        return new NumberText(text.substring(start, at));
    }

    private void digits() {
        while (at < text.length() && isDigit(text.charAt(at))) {
            at++;
        }
    }

    private void skipBlanks() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private char next() throws Malformed {
        if (at >= text.length()) {
            throw new Malformed("unexpected EOF");
        }
        return text.charAt(at++);
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static Malformed unexpected(char c, String where) {
        return new Malformed("invalid character " + quoted(c) + " " + where);
    }

    /** One character as Go quotes it; of a character beyond ASCII Go sees its first byte. */
    private static String quoted(char c) {
        if (c == '\'') {
            return "'\\''";
        }
        if (c == '"') {
            return "'\"'";
        }
        String known = GoText.quoted(Character.toString(c < 128 ? c : firstByte(c)));
        return "'" + known.substring(1, known.length() - 1) + "'";
    }

    private static int firstByte(char c) {
        return Character.isSurrogate(c) ? 0xf0 : Character.toString(c).getBytes(StandardCharsets.UTF_8)[0] & 0xff;
    }
}
