package io.quorate.contract;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The differences that are meant: {@code recordings/meant.txt}, where a line is {@code <exchanges> <reason>}. A line for a single
 * exchange names its id. What is not served yet may be named for many at once: {@code <group>/*}, {@code <first id>..<last id>} of a
 * group, or {@code <path>*}; its reason begins with "not served yet". The most exact line counts. {@code field:<name>} leaves a field out
 * of all answers.
 */
final class Meant {
    static final String NOT_SERVED = "not served yet";
    private static final String FIELD = "field:";

    private final List<Line> lines = new ArrayList<>();
    private final Set<Line> needed = ConcurrentHashMap.newKeySet();

    /** One line; {@code what} may stand for many exchanges. */
    record Line(String what, String reason) {
        boolean isWide() {
            return what.endsWith("*") || what.contains("..");
        }

        boolean isUnserved() {
            return reason.startsWith(NOT_SERVED);
        }

        boolean covers(Exchange exchange) {
            if (what.contains("..")) {
                String[] ends = what.split("\\.\\.", 2);
                return exchange.id().replaceFirst("\\d+$", "").equals(ends[0].replaceFirst("\\d+$", ""))
                        && number(exchange.id()) >= number(ends[0])
                        && number(exchange.id()) <= number(ends[1]);
            }
            String start = what.substring(0, Math.max(0, what.length() - 1));
            return what.equals(exchange.id())
                    || (what.startsWith("/")
                            && what.endsWith("*")
                            && exchange.path().startsWith(start))
                    || what.equals(exchange.group() + "/*");
        }

        private static int number(String id) {
            String digits = id.replaceFirst("^.*\\D", "");
            return digits.isEmpty() ? -1 : Integer.parseInt(digits);
        }

        @Override
        public String toString() {
            return what + "  " + reason;
        }
    }

    /** Those of the file. */
    Meant() {
        this(ofFile());
    }

    Meant(List<String> texts) {
        texts.stream().filter(line -> !line.isBlank() && !line.startsWith("#")).forEach(this::add);
    }

    private static List<String> ofFile() {
        try (InputStream in = Meant.class.getResourceAsStream("/recordings/meant.txt");
                BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            return reader.lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void add(String text) {
        String[] parts = text.strip().split("\\s+", 2);
        if (parts.length < 2) {
            throw new IllegalStateException("meant.txt: no reason for " + text);
        }
        Line line = new Line(parts[0], parts[1]);
        if (line.isWide() && !line.isUnserved()) {
            throw new IllegalStateException(
                    "meant.txt: only what is \"" + NOT_SERVED + "\" may be many at once: " + text);
        }
        lines.add(line);
    }

    /** The line that says why this exchange may differ. */
    @Nullable
    Line of(Exchange exchange) {
        Line wide = null;
        for (Line line : lines) {
            if (line.what().equals(exchange.id())) {
                return line;
            }
            if (line.covers(exchange) && (wide == null || line.what().contains(".."))) {
                wide = line;
            }
        }
        return wide;
    }

    /** Whether a field of any answer is not compared. */
    boolean leavesOut(String field) {
        for (Line line : lines) {
            if (line.what().equals(FIELD + field)) {
                needed.add(line);
                return true;
            }
        }
        return false;
    }

    /** Fields that no answer is compared by. */
    List<Line> fields() {
        return lines.stream().filter(line -> line.what().startsWith(FIELD)).toList();
    }

    /** Something that it covers does differ. */
    void isNeeded(Line line) {
        needed.add(line);
    }

    /** Lines that nothing needs any more, or that name nothing. */
    List<Line> unneeded() {
        return lines.stream().filter(line -> !needed.contains(line)).toList();
    }
}
