package io.quorate.http;

import io.quorate.http.FilterExpression.Operator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads a filter expression, and says where it stops making sense in the words of Consul's parser. */
final class FilterText {
    /*
     * What Consul says of a text that it cannot read is not where reading gave up, but the furthest place that any of its alternatives
     * reached, and all that any of them would have taken there. So this tries the alternatives in the same order, and each attempt to
     * take something notes itself if it is made at the furthest place so far. Lists of "and" and "or" are read in a loop where a grammar
     * would read the first operand once for each alternative: that takes time exponential in the depth of parentheses. Depth is bounded
     * because reading is recursive; the length is that of a request's address, which the container bounds.
     */
    private static final int MAX_DEPTH = 64;

    private static final String BLANKS = " \t\r\n";
    private static final String BLANK = "[ \\t\\r\\n]";

    private final String text;
    private int at;
    private int furthest;
    private final TreeSet<String> expected = new TreeSet<>();
    private boolean endExpected;

    private FilterText(String text) {
        this.text = text;
    }

    /** The expression makes no sense; the message tells where. */
    static final class Malformed extends RuntimeException {
        private static final long serialVersionUID = 1;

        Malformed(String message) {
            super(message);
        }
    }

    static FilterExpression read(String text) {
        FilterText reader = new FilterText(text);
        reader.blanks();
        FilterExpression expression = reader.or(0);
        if (expression != null) {
            reader.blanks();
            if (reader.isEnd()) {
                return expression;
            }
        }
        throw reader.noMatch();
    }

    // Of each rule: null and the place unchanged where the text is not that.

    private @Nullable FilterExpression or(int depth) {
        return list("or", () -> and(depth), FilterExpression.Or::new);
    }

    private @Nullable FilterExpression and(int depth) {
        return list("and", () -> not(depth), FilterExpression.And::new);
    }

    private @Nullable FilterExpression list(
            String word,
            Supplier<@Nullable FilterExpression> operand,
            java.util.function.Function<List<FilterExpression>, FilterExpression> together) {
        FilterExpression first = operand.get();
        if (first == null) {
            return null;
        }
        List<FilterExpression> all = new ArrayList<>(List.of(first));
        while (true) {
            int before = at;
            FilterExpression next = someBlanks() && word(word) && someBlanks() ? operand.get() : null;
            if (next == null) {
                at = before;
                return all.size() == 1 ? first : together.apply(all);
            }
            all.add(next);
        }
    }

    private @Nullable FilterExpression not(int depth) {
        if (depth > MAX_DEPTH) {
            throw failure("the expression is nested too deeply");
        }
        int start = at;
        if (word("not") && someBlanks()) {
            FilterExpression negated = not(depth + 1);
            if (negated != null) {
                return new FilterExpression.Not(negated);
            }
        }
        at = start;
        FilterExpression grouped = grouping(depth);
        return grouped == null ? match() : grouped;
    }

    private @Nullable FilterExpression grouping(int depth) {
        int start = at;
        if (word("(")) {
            blanks();
            FilterExpression inner = or(depth + 1);
            if (inner != null) {
                blanks();
                if (word(")")) {
                    return inner;
                }
                throw failure("rule \"grouping\": Unmatched parentheses");
            }
        }
        at = start;
        return null;
    }

    private @Nullable FilterExpression match() {
        int start = at;
        List<String> selector = selector();
        if (selector != null) {
            int behind = at;
            FilterExpression found = compared(selector);
            if (found != null) {
                return found;
            }
            at = behind;
            found = emptiness(selector);
            if (found != null) {
                return found;
            }
        }
        at = start;
        String value = value();
        FilterExpression found = value == null ? null : inside(value);
        if (found == null) {
            at = start;
        }
        return found;
    }

    private @Nullable FilterExpression compared(List<String> selector) {
        int behind = at;
        for (Operator operator : List.of(Operator.EQUAL, Operator.NOT_EQUAL)) {
            at = behind;
            blanks();
            if (word(operator == Operator.EQUAL ? "==" : "!=")) {
                blanks();
                return matching(selector, operator, value());
            }
        }
        at = behind;
        if (!someBlanks()) {
            return null;
        }
        int words = at;
        if (word("contains") && someBlanks()) {
            return matching(selector, Operator.IN, value());
        }
        at = words;
        if (word("matches") && someBlanks()) {
            return matching(selector, Operator.MATCHES, value());
        }
        at = words;
        if (!word("not") || !someBlanks()) {
            return null;
        }
        words = at;
        if (word("contains") && someBlanks()) {
            return matching(selector, Operator.NOT_IN, value());
        }
        at = words;
        return word("matches") && someBlanks() ? matching(selector, Operator.NOT_MATCHES, value()) : null;
    }

    private @Nullable FilterExpression emptiness(List<String> selector) {
        if (!someBlanks() || !word("is") || !someBlanks()) {
            return null;
        }
        int words = at;
        if (word("not") && someBlanks() && word("empty")) {
            return matching(selector, Operator.IS_NOT_EMPTY, "");
        }
        at = words;
        return word("empty") ? matching(selector, Operator.IS_EMPTY, "") : null;
    }

    private @Nullable FilterExpression inside(String value) {
        if (!someBlanks()) {
            return null;
        }
        int words = at;
        if (word("in") && someBlanks()) {
            return matching(selector(), Operator.IN, value);
        }
        at = words;
        return word("not") && someBlanks() && word("in") && someBlanks()
                ? matching(selector(), Operator.NOT_IN, value)
                : null;
    }

    private static @Nullable FilterExpression matching(
            @Nullable List<String> selector, Operator operator, @Nullable String value) {
        return selector == null || value == null ? null : new FilterExpression.Match(selector, operator, value);
    }

    private @Nullable List<String> selector() {
        String first = name();
        if (first == null) {
            return null;
        }
        List<String> path = new ArrayList<>(List.of(first));
        while (true) {
            int before = at;
            String next = word(".") ? name() : null;
            if (next == null) {
                at = before;
                next = index();
            }
            if (next == null) {
                at = before;
                return path;
            }
            path.add(next);
        }
    }

    private @Nullable String index() {
        if (!word("[")) {
            return null;
        }
        blanks();
        String name = string();
        if (name == null) {
            throw failure("rule \"index\": Invalid index");
        }
        blanks();
        if (!word("]")) {
            throw failure("rule \"index\": Unclosed index expression");
        }
        return name;
    }

    private @Nullable String name() {
        int start = at;
        if (!one("[a-zA-Z]", FilterText::isLetter)) {
            return null;
        }
        while (one("[a-zA-Z0-9_]", c -> isLetter(c) || isDigit(c) || c == '_')) {
            // Taken.
        }
        return text.substring(start, at);
    }

    /** A word, a number or a string. */
    private @Nullable String value() {
        int start = at;
        if (selector() != null) {
            return text.substring(start, at);
        }
        String number = number();
        return number == null ? string() : number;
    }

    private @Nullable String number() {
        int start = at;
        word("-");
        if (!word("0") && !one("[1-9]", c -> c >= '1' && c <= '9')) {
            at = start;
            return null;
        }
        if (text.charAt(at - 1) != '0') {
            digits();
        }
        int whole = at;
        if (word(".") && one("[0-9]", FilterText::isDigit)) {
            digits();
        } else {
            at = whole;
        }
        boolean ends = at == text.length() || BLANKS.indexOf(text.charAt(at)) >= 0 || text.charAt(at) == ')';
        if (!ends) {
            throw failure("rule \"number\": Invalid number literal");
        }
        return text.substring(start, at);
    }

    private void digits() {
        while (one("[0-9]", FilterText::isDigit)) {
            // Taken.
        }
    }

    /** Without its quotes. A backslash does not keep the quote behind it from ending it. */
    private @Nullable String string() {
        int start = at;
        String quote = word("`") ? "`" : word("\"") ? "\"" : null;
        if (quote == null) {
            return null;
        }
        int end = text.indexOf(quote, at);
        if (end < 0) {
            at = text.length();
            throw failure("rule \"string\": Unterminated string literal");
        }
        String inner = text.substring(at, end);
        at = end + 1;
        String plain = quote.equals("`") ? inner.replace("\r", "") : GoText.unquoted(inner);
        if (plain == null) {
            at = start;
            throw failure("rule \"string\": invalid syntax");
        }
        return plain;
    }

    // What takes characters, and notes what it would have taken.

    private boolean word(String word) {
        if (text.startsWith(word, at)) {
            at += word.length();
            return true;
        }
        note(GoText.quoted(word));
        return false;
    }

    private boolean one(String shown, IntPredicate fits) {
        if (at < text.length() && fits.test(text.charAt(at))) {
            at++;
            return true;
        }
        note(shown);
        return false;
    }

    private void blanks() {
        while (one(BLANK, c -> BLANKS.indexOf(c) >= 0)) {
            // Taken.
        }
    }

    private boolean someBlanks() {
        int before = at;
        blanks();
        return at > before;
    }

    private boolean isEnd() {
        if (at == text.length()) {
            return true;
        }
        reached();
        endExpected |= at == furthest;
        return false;
    }

    private void note(String shown) {
        reached();
        if (at == furthest) {
            expected.add(shown);
        }
    }

    private void reached() {
        if (at > furthest) {
            furthest = at;
            expected.clear();
            endExpected = false;
        }
    }

    private static boolean isLetter(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    private Malformed noMatch() {
        List<String> all = new ArrayList<>(expected);
        if (endExpected) {
            all.add("EOF");
        }
        at = furthest;
        String last = all.remove(all.size() - 1);
        String list = all.isEmpty() ? last : String.join(", ", all) + " or " + last;
        return failure("no match found, expected: " + list);
    }

    /** Line, column in characters, and offset in bytes of where it is. */
    private Malformed failure(String what) {
        String before = text.substring(0, at);
        String line = before.substring(before.lastIndexOf('\n') + 1);
        long lines = before.chars().filter(c -> c == '\n').count() + 1;
        int column = line.codePointCount(0, line.length()) + 1;
        int offset = before.getBytes(StandardCharsets.UTF_8).length;
        return new Malformed(lines + ":" + column + " (" + offset + "): " + what);
    }
}
