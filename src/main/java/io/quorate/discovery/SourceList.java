package io.quorate.discovery;

import io.quorate.discovery.cloud.CloudSource;
import java.util.ArrayList;
import java.util.List;

/**
 * Several sources in one text, as in an environment variable. Addresses and names hold neither commas nor white space, but a
 * source with {@code provider=} holds both: it goes on until something follows a comma that can only be another source.
 */
final class SourceList {
    private final String text;
    private final List<String> sources = new ArrayList<>();
    private int at;

    private SourceList(String text) {
        this.text = text;
    }

    static List<String> split(String text) {
        SourceList list = new SourceList(text);
        list.read();
        return list.sources;
    }

    private void read() {
        while (true) {
            at = afterSeparators(at);
            if (at == text.length()) {
                return;
            }
            int end = CloudSource.looksLike(text.substring(at)) ? endOfCloud() : endOfWord(at);
            sources.add(text.substring(at, end).strip());
            at = end;
        }
    }

    private int endOfCloud() {
        boolean named = false;
        char quote = 0;
        for (int i = at; i < text.length(); i++) {
            char c = text.charAt(i);
            char before = i == at ? ' ' : text.charAt(i - 1);
            if (quote != 0) {
                if (c == '\\') {
                    i++;
                } else if (c == quote) {
                    quote = 0;
                }
            } else if ((c == '"' || c == '\'') && before == '=') {
                quote = c;
            } else if (Character.isWhitespace(before) && startsSource(i)) {
                if (named || !text.startsWith("provider=", i)) {
                    return i;
                }
                named = true;
            } else if (c == ',' && endsAt(i)) {
                return i;
            }
        }
        return text.length();
    }

    private boolean startsSource(int from) {
        return text.startsWith("provider=", from)
                || text.startsWith(JoinAddress.SRV, from)
                || text.startsWith(Source.FILE_PREFIX, from);
    }

    /** Whether this comma ends a source with a provider. Inside an unquoted value only selectors have them. */
    private boolean endsAt(int comma) {
        int from = afterSeparators(comma);
        String next = text.substring(from, endOfWord(from));
        if (next.isEmpty() || startsSource(from)) {
            return true;
        }
        if (!canBeHost(next)) {
            return false;
        }
        if (next.indexOf('.') < 0 && next.indexOf(':') < 0) {
            // Not quoted here: it may be the end of a secret.
            throw new IllegalArgumentException("what follows a comma after provider= may be part of a value or a name:"
                    + " put the value in quotes, or the name first");
        }
        return true;
    }

    private static boolean canBeHost(String word) {
        if (CloudSource.looksLike(word)) {
            return false;
        }
        try {
            return Source.of(word, 1) instanceof Source.Host;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private int afterSeparators(int from) {
        int i = from;
        while (i < text.length() && isSeparator(text.charAt(i))) {
            i++;
        }
        return i;
    }

    private int endOfWord(int from) {
        int i = from;
        while (i < text.length() && !isSeparator(text.charAt(i))) {
            i++;
        }
        return i;
    }

    private static boolean isSeparator(char c) {
        return c == ',' || Character.isWhitespace(c);
    }
}
