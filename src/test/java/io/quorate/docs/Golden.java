package io.quorate.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What a test makes and people read: compared, or with {@code -Dquorate.golden=write} written. */
public final class Golden {
    private static final boolean WRITE =
            System.getProperty("quorate.golden", "").equals("write");

    private Golden() {}

    /** The whole file is made. */
    public static void check(Path file, String made) {
        if (WRITE) {
            write(file, made);
        }
        compare(file.toString(), Files.exists(file) ? read(file) : "", made);
    }

    /**
     * The part between {@code <!-- generated: name -->} and {@code <!-- /generated -->} is made.
     *
     * @param made without the marks, ends with a newline
     */
    public static void checkPart(Path file, String name, String made) {
        String begin = "<!-- generated: " + name + " -->\n";
        String end = "<!-- /generated -->";
        String page = read(file);
        int from = page.indexOf(begin);
        int to = page.indexOf(end, Math.max(0, from));
        assertThat(from >= 0 && to >= 0)
                .as("%s has a part marked %s", file, begin.strip())
                .isTrue();
        if (WRITE) {
            write(file, page.substring(0, from + begin.length()) + made + page.substring(to));
            page = read(file);
            to = page.indexOf(end, from);
        }
        compare(file + ", part " + name, page.substring(from + begin.length(), to), made);
    }

    /** Tells the first line that differs, not both texts whole. */
    private static void compare(String what, String there, String made) {
        List<String> old = there.lines().toList();
        List<String> now = made.lines().toList();
        int line = 0;
        while (line < old.size() && line < now.size() && old.get(line).equals(now.get(line))) {
            line++;
        }
        if (!there.equals(made)) {
            throw new AssertionError(
                    what + " is not as it is made now; -Dquorate.golden=write writes it. Line " + (line + 1)
                            + ":\n  there: " + (line < old.size() ? old.get(line) : "(nothing more)") + "\n  made:  "
                            + (line < now.size() ? now.get(line) : "(nothing more)"));
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
