package io.quorate.operator.web;

import io.quorate.http.JsonMistake;
import io.quorate.operator.NativeJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** The body of a join: {@code {"addresses":["10.0.0.1"]}}. Whatever is wrong is named by its field. */
final class JoinBody {
    private JoinBody() {}

    static List<String> addresses(byte[] body) {
        String text = new String(body, StandardCharsets.UTF_8);
        JsonNode root;
        try {
            root = NativeJson.strict().readTree(text);
        } catch (JacksonException e) {
            throw new ProblemException(Problem.badFields(
                    "the body is not JSON: " + JsonMistake.in(text, e), Map.of("body", "is not JSON")));
        }
        if (!root.isObject()) {
            throw new ProblemException(
                    Problem.badFields("the body is not an object with addresses", Map.of("body", "is not an object")));
        }
        Map<String, String> wrong = new LinkedHashMap<>();
        List<String> addresses = new ArrayList<>();
        root.properties().forEach(field -> {
            if (!field.getKey().equals("addresses")) {
                wrong.put(field.getKey(), "is not known");
            } else if (!field.getValue().isArray()) {
                wrong.put("addresses", "is not a list");
            } else {
                int at = 0;
                for (JsonNode address : field.getValue()) {
                    if (address.isString()) {
                        addresses.add(address.stringValue());
                    } else {
                        wrong.put("addresses[" + at + "]", "is not a string");
                    }
                    at++;
                }
            }
        });
        if (!wrong.isEmpty()) {
            throw new ProblemException(Problem.badFields(
                    wrong.entrySet().stream()
                            .map(field -> field.getKey() + " " + field.getValue())
                            .collect(Collectors.joining("; ")),
                    wrong));
        }
        return addresses;
    }
}
