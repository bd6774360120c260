package io.quorate.testing;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What only those can read who know what an agent is written in; no answer, message or log line of it has any. */
public final class JavaForms {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Map<String, Pattern> FORMS = forms();

    private JavaForms() {}

    private static Map<String, Pattern> forms() {
        Map<String, Pattern> forms = new LinkedHashMap<>();
        forms.put("a class's name", Pattern.compile("\\b[a-z]\\w*(?:\\.[a-z]\\w*)+\\.[A-Z]\\w*"));
        forms.put("an exception", Pattern.compile("\\b\\w*[a-z](?:Exception|Error)\\b|\\tat \\S+\\("));
        forms.put("a duration", Pattern.compile("\\bP(?:\\d+D)?T\\d"));
        forms.put("an Optional", Pattern.compile("\\bOptional(?:\\.empty|\\[)"));
        forms.put("a record", Pattern.compile("\\b[A-Z]\\w*\\[(?:\\w+=|])"));
        forms.put("an object's identity", Pattern.compile("\\w@[0-9a-f]{5,8}\\b"));
        forms.put("a lambda or an inner class", Pattern.compile("\\$\\$Lambda|\\b[A-Z]\\w+\\$\\w+"));
        forms.put("a map", Pattern.compile("\\{[\\w.\\[\\]-]+=(?!\")"));
        forms.put("an address", Pattern.compile("(?<![\\w:/.\\])-])/\\d{1,3}(?:\\.\\d{1,3}){3}:\\d"));
        forms.put("null", Pattern.compile("(?<![\\w\"-])null(?![\\w\"-])"));
        return forms;
    }

    /** Each that there is, with what stands around it; of a JSON document its names and texts are looked at. */
    public static List<String> in(String text) {
        List<String> found = new ArrayList<>();
        String start = text.stripLeading();
        if (start.strip().equals("null")) {
            return found;
        }
        if (start.startsWith("{") || start.startsWith("[")) {
            try {
                inside(JSON.readTree(text), found);
                return found;
            } catch (JacksonException e) {
                // A text that only begins like one.
            }
        }
        inText(text, found);
        return found;
    }

    private static void inside(JsonNode node, List<String> found) {
        if (node.isString()) {
            inText(node.stringValue(), found);
        }
        node.propertyNames().forEach(name -> inText(name, found));
        node.forEach(inner -> inside(inner, found));
    }

    private static void inText(String text, List<String> found) {
        FORMS.forEach((what, form) -> {
            Matcher matcher = form.matcher(text);
            if (matcher.find()) {
                found.add(what + ": "
                        + text.substring(
                                Math.max(0, matcher.start() - 60), Math.min(text.length(), matcher.end() + 60)));
            }
        });
    }
}
