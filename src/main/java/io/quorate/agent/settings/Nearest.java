package io.quorate.agent.settings;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToIntFunction;

/** The name that was probably meant by one that nobody knows. */
final class Nearest {
    static final Set<String> FLAGS =
            names(Arrays.stream(Setting.values()).map(Setting::flag).toList());
    static final Set<String> KEYS = names(Arrays.stream(Setting.values())
            .map(Setting::key)
            .filter(key -> !key.isEmpty())
            .toList());

    private static final int SLIPS = 2;
    private static final int LEAST_PART = 4;

    private Nearest() {}

    /** {@code . Did you mean -retry-join?}, or nothing where no known name comes near. */
    static String to(String unknown, Collection<String> known, String before) {
        // A slip of the finger first; then a name of which this is a part, as "expect" of "bootstrap-expect".
        String meant = nearest(known, name -> edits(unknown, name), SLIPS)
                .or(() -> nearest(known, name -> beyondPart(unknown, name), Integer.MAX_VALUE - 1))
                .or(() -> nearest(known, name -> edits(unknown, name), unknown.length() / 3))
                .orElse("");
        return meant.isEmpty() ? "" : ". Did you mean " + before + meant + "?";
    }

    private static Optional<String> nearest(Collection<String> known, ToIntFunction<String> distance, int most) {
        return known.stream().filter(name -> distance.applyAsInt(name) <= most).min(Comparator.comparingInt(distance));
    }

    private static int beyondPart(String one, String other) {
        boolean part =
                Math.min(one.length(), other.length()) >= LEAST_PART && (one.contains(other) || other.contains(one));
        return part ? Math.abs(one.length() - other.length()) : Integer.MAX_VALUE;
    }

    private static Set<String> names(List<String> names) {
        return new TreeSet<>(names);
    }

    /** Levenshtein's distance. */
    private static int edits(String one, String other) {
        int[] above = new int[other.length() + 1];
        for (int j = 0; j < above.length; j++) {
            above[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int[] row = new int[above.length];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int change = one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1;
                row[j] = Math.min(above[j - 1] + change, Math.min(above[j], row[j - 1]) + 1);
            }
            above = row;
        }
        return above[other.length()];
    }
}
