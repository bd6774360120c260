package io.quorate.http;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.function.Predicate;
import java.util.regex.Matcher;

/**
 * Regular expressions of strangers, as Go reads them (RE2): a match takes time in proportion to the text, whatever the expression.
 */
public final class GoPattern {
    /*
     * RE2 unfolds counted repetitions when it compiles, and each of them may stand inside of the others: ((a{1000}){1000}){1000} takes
     * twenty characters and gigabytes. So the size is reckoned before anything is compiled: as if all stood inside of each other,
     * around the whole expression.
     */
    private static final int MAX_UNFOLDED = 100_000;

    private static final java.util.regex.Pattern REPETITION =
            java.util.regex.Pattern.compile("\\{(\\d+)(?:,(\\d*))?\\}");

    private GoPattern() {}

    /**
     * True for a text that it is found in, anywhere.
     *
     * @throws IllegalArgumentException when it cannot be read or is too large, in Go's words
     */
    public static Predicate<String> found(String expression) {
        if (unfolded(expression) > MAX_UNFOLDED) {
            throw new IllegalArgumentException("error parsing regexp: expression too large");
        }
        try {
            Pattern pattern = Pattern.compile(expression);
            return text -> pattern.matcher(text).find();
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private static long unfolded(String expression) {
        long all = 1;
        boolean repeats = false;
        Matcher counted = REPETITION.matcher(expression);
        while (counted.find() && all <= MAX_UNFOLDED) {
            repeats = true;
            String most = counted.group(2) == null || counted.group(2).isEmpty() ? counted.group(1) : counted.group(2);
            all *= most.length() > 4 ? MAX_UNFOLDED + 1 : Math.max(1, Integer.parseInt(most));
        }
        return repeats ? all * expression.length() : 0;
    }
}
