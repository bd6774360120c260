package io.quorate.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

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
        assertThat(Files.exists(file) ? read(file) : "")
                .as("%s as it is made; -Dquorate.golden=write writes it", file)
                .isEqualTo(made);
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
        assertThat(page.substring(from + begin.length(), to))
                .as("%s, part %s, as it is made; -Dquorate.golden=write writes it", file, name)
                .isEqualTo(made);
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
