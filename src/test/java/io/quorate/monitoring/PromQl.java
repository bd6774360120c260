package io.quorate.monitoring;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Reads which series a PromQL expression asks for, and which labels it groups or joins by. Strings, numbers, ranges, functions,
 * aggregations and keywords are told apart as <a href="https://prometheus.io/docs/prometheus/latest/querying/basics/">the
 * language</a> does; whether the expression is correct is promtool's matter.
 *
 * @param grouping labels after by, without, on, ignoring, group_left, group_right
 */
public record PromQl(List<Selector> selectors, List<String> grouping) {
    private static final Set<String> LISTS = Set.of("by", "without", "on", "ignoring", "group_left", "group_right");
    private static final Set<String> WORDS =
            Set.of("and", "or", "unless", "bool", "offset", "atan2", "inf", "nan", "start", "end");

    public record Selector(String name, List<Matcher> matchers) {}

    /** @param operator {@code =}, {@code !=}, {@code =~} or {@code !~} */
    public record Matcher(String label, String operator, String value) {
        private static final Set<String> REGEX = Set.of("=~", "!~");

        /** The values that are meant one by one; empty for a pattern that is no list of words, and for a variable. */
        public List<String> wanted() {
            if (value.contains("$")) {
                return List.of();
            }
            if (!REGEX.contains(operator)) {
                return List.of(value);
            }
            return value.matches("[A-Za-z0-9_|-]+") ? List.of(value.split("\\|", -1)) : List.of();
        }
    }

    public static PromQl parse(String expression) {
        Reader reader = new Reader(expression);
        reader.read();
        return new PromQl(List.copyOf(reader.selectors), List.copyOf(reader.grouping));
    }

    private static final class Reader {
        private final String text;
        private final List<Selector> selectors = new ArrayList<>();
        private final List<String> grouping = new ArrayList<>();
        private int at;

        Reader(String text) {
            this.text = text;
        }

        void read() {
            for (skipBlank(); at < text.length(); skipBlank()) {
                char c = text.charAt(at);
                if (isNameStart(c)) {
                    name(word());
                } else if (c == '"' || c == '\'' || c == '`') {
                    string();
                } else if (c == '[') {
                    at = found(']') + 1;
                } else if (Character.isDigit(c) || c == '.') {
                    // 86400, 5e9, 0x1f, 1h30m: up to what cannot be part of it.
                    while (at < text.length() && (isNamePart(text.charAt(at)) || text.charAt(at) == '.')) {
                        at++;
                    }
                } else if (c == '{') {
                    throw new IllegalArgumentException("a selector without a name at " + at + " of " + text);
                } else {
                    at++;
                }
            }
        }

        private void name(String word) {
            String lower = word.toLowerCase(Locale.ROOT);
            skipBlank();
            char next = at < text.length() ? text.charAt(at) : ' ';
            if (LISTS.contains(lower)) {
                if (next == '(') {
                    labels();
                }
            } else if (WORDS.contains(lower)) {
                return;
            } else if (next == '{') {
                selectors.add(new Selector(word, matchers()));
            } else if (next != '(' && !isAggregation()) {
                selectors.add(new Selector(word, List.of()));
            }
        }

        /** {@code sum by (x) (...)}: the word before is no series. */
        private boolean isAggregation() {
            int before = at;
            String next = at < text.length() && isNameStart(text.charAt(at)) ? word() : "";
            at = before;
            return next.equalsIgnoreCase("by") || next.equalsIgnoreCase("without");
        }

        private void labels() {
            at++;
            for (skipBlank(); text.charAt(at) != ')'; skipBlank()) {
                if (text.charAt(at) == ',') {
                    at++;
                } else {
                    grouping.add(word());
                }
            }
            at++;
        }

        private List<Matcher> matchers() {
            List<Matcher> matchers = new ArrayList<>();
            at++;
            for (skipBlank(); text.charAt(at) != '}'; skipBlank()) {
                if (text.charAt(at) == ',') {
                    at++;
                    continue;
                }
                String label = word();
                skipBlank();
                int from = at;
                while ("=!~".indexOf(text.charAt(at)) >= 0) {
                    at++;
                }
                String operator = text.substring(from, at);
                skipBlank();
                matchers.add(new Matcher(label, operator, string()));
            }
            at++;
            return matchers;
        }

        private String string() {
            char quote = text.charAt(at);
            StringBuilder value = new StringBuilder();
            at++;
            while (text.charAt(at) != quote) {
                if (text.charAt(at) == '\\' && quote != '`') {
                    at++;
                }
                value.append(text.charAt(at));
                at++;
            }
            at++;
            return value.toString();
        }

        private String word() {
            int from = at;
            while (at < text.length() && isNamePart(text.charAt(at))) {
                at++;
            }
            if (at == from) {
                throw new IllegalArgumentException("a name is missing at " + at + " of " + text);
            }
            return text.substring(from, at);
        }

        private int found(char wanted) {
            int index = text.indexOf(wanted, at);
            if (index < 0) {
                throw new IllegalArgumentException(wanted + " is missing after " + at + " of " + text);
            }
            return index;
        }

        private void skipBlank() {
            while (at < text.length()) {
                if (text.charAt(at) == '#') {
                    int end = text.indexOf('\n', at);
                    at = end < 0 ? text.length() : end;
                } else if (Character.isWhitespace(text.charAt(at))) {
                    at++;
                } else {
                    return;
                }
            }
        }

        private static boolean isNameStart(char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':';
        }

        private static boolean isNamePart(char c) {
            return isNameStart(c) || (c >= '0' && c <= '9');
        }
    }
}
