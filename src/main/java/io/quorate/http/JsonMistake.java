package io.quorate.http;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.UnexpectedEndOfInputException;

/**
 * Where a text stops being JSON, in words for whoever wrote it: {@code line 3, column 5: a comma is missing before "b"}. What Jackson
 * says names its own features and tokens, and repeats what it was given.
 */
public final class JsonMistake {
    private static final int SHOWN = 24;
    private static final Pattern WORD = Pattern.compile("[\\w.+-]+");
    private static final Pattern DUPLICATE = Pattern.compile("^Duplicate .*?\"(.*)\"", Pattern.DOTALL);
    private static final Pattern NUMBER = Pattern.compile("^Non-standard token '([+\\w-]*)'");

    private JsonMistake() {}

    /**
     * @param text what was to be read
     * @param failure what reading it came to
     */
    public static String in(String text, JacksonException failure) {
        TokenStreamLocation location = failure.getLocation();
        String words = words(text, failure, location);
        return location == null || location.getLineNr() < 1
                ? words
                : "line " + location.getLineNr() + ", column " + location.getColumnNr() + ": " + words;
    }

    private static String words(String text, JacksonException failure, TokenStreamLocation location) {
        String said = String.valueOf(failure.getOriginalMessage());
        Matcher duplicate = DUPLICATE.matcher(said);
        Matcher number = NUMBER.matcher(said);
        if (failure instanceof UnexpectedEndOfInputException) {
            return "it ends too early: a quote, a bracket or a brace is not closed";
        } else if (failure instanceof StreamConstraintsException) {
            return constraint(said);
        } else if (duplicate.find()) {
            return "the key \"" + shortened(duplicate.group(1)) + "\" is given twice";
        } else if (number.find()) {
            return "unexpected " + number.group(1);
        } else if (said.startsWith("Trailing token")) {
            return "something follows the end of the object";
        } else if (said.contains("has to be escaped")) {
            return "a line break or another control character inside a string, write it as an escape such as \\n";
        } else if (said.contains("comment")) {
            return "JSON has no comments";
        } else if (said.contains("Leading zeroes")) {
            return "a number cannot begin with 0";
        } else if (said.startsWith("Unrecognized character escape")) {
            return "a backslash before a character that is not escaped so in JSON";
        }
        String found = found(text, location);
        return said.contains("was expecting comma") ? "a comma is missing before " + found : "unexpected " + found;
    }

    private static String constraint(String said) {
        if (said.contains("nesting depth")) {
            return "it is nested too deeply";
        }
        return said.contains("Number") ? "a number is too long" : "a key or a string is too long";
    }

    private static String found(String text, TokenStreamLocation location) {
        int at = location == null ? -1 : (int) location.getCharOffset();
        if (at < 0 || at >= text.length()) {
            return "text";
        }
        Matcher word = WORD.matcher(text).region(at, text.length());
        if (word.lookingAt()) {
            return shortened(word.group());
        }
        int character = text.codePointAt(at);
        return character > ' ' && character < 0x7f
                ? "'" + Character.toString(character) + "'"
                : String.format("character U+%04X", character);
    }

    private static String shortened(String text) {
        String shown = text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
        return shown.replaceAll("\\p{Cntrl}", "?");
    }
}
