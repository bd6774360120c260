package io.quorate.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the source says of a record, so that it is said once.
 *
 * @param text of the record itself; may be empty
 * @param components name and text
 */
record Javadoc(String text, Map<String, String> components) {
    private static final Pattern CODE = Pattern.compile("\\{@(?:code|link) ([^}]*)}");

    static Javadoc of(Class<?> type) {
        Class<?> outer = type;
        while (outer.getEnclosingClass() != null) {
            outer = outer.getEnclosingClass();
        }
        String source;
        try {
            source = Files.readString(Path.of("src/main/java", outer.getName().replace('.', '/') + ".java"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Matcher comment = Pattern.compile(
                        "/\\*\\*((?:(?!\\*/).)*)\\*/\\s*(?:(?:public|private|static|final) )*record "
                                + type.getSimpleName() + "\\(",
                        Pattern.DOTALL)
                .matcher(source);
        Map<String, String> components = new LinkedHashMap<>();
        if (!comment.find()) {
            return new Javadoc("", components);
        }
        String[] parts = comment.group(1).replaceAll("\\n\\h*\\*\\h?", "\n").split("\n@param ", -1);
        for (int i = 1; i < parts.length; i++) {
            String[] words = plain(parts[i]).split(" ", 2);
            components.put(words[0], words.length > 1 ? words[1] : "");
        }
        // Of one line, or without a sentence of its own.
        String first = plain(parts[0]);
        if (first.startsWith("@param ")) {
            String[] words = first.split(" ", 3);
            components.put(words[1], words[2]);
            first = "";
        }
        return new Javadoc(first, components);
    }

    private static String plain(String text) {
        return CODE.matcher(text)
                .replaceAll(code -> Matcher.quoteReplacement("`" + code.group(1) + "`"))
                .replaceAll("\\s+", " ")
                .strip();
    }
}
