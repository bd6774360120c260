package io.quorate.operator.web;

import io.quorate.operator.NativeJson;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** The body of a join: {@code {"addresses":["10.0.0.1"]}}. Whatever is wrong is named by its field. */
final class JoinBody {
    private JoinBody() {}

    static List<String> addresses(byte[] body) {
        JsonNode root;
        try {
            root = NativeJson.mapper().readTree(body);
        } catch (JacksonException e) {
            throw new ProblemException(Problem.badFields(
                    "the body is not JSON: " + e.getOriginalMessage(), Map.of("body", "is not JSON")));
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
                for (JsonNode address : field.getValue()) {
                    if (address.isString()) {
                        addresses.add(address.stringValue());
                    } else {
                        wrong.put("addresses[" + addresses.size() + "]", "is not a text");
                    }
                }
            }
        });
        if (!wrong.isEmpty()) {
            throw new ProblemException(Problem.badFields("wrong fields: " + wrong, wrong));
        }
        return addresses;
    }
}
