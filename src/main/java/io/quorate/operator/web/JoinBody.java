package io.quorate.operator.web;

import io.quorate.http.JsonMistake;
import io.quorate.operator.NativeJson;
import io.quorate.runtime.Ticker;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** The body of a join: {@code {"addresses":["10.0.0.1"]}}. Whatever is wrong is named by its field. */
final class JoinBody {
    /** From the first look for a byte to the last byte: whoever reads holds a thread, of which there are few for this. */
    private static final Duration LONGEST = Duration.ofSeconds(10);

    private JoinBody() {}

    /** All of it. @throws ProblemException when it is larger than that, or not there after 10 s */
    static byte[] read(InputStream in, int max, Ticker ticker) throws IOException {
        long began = ticker.nanos();
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        byte[] piece = new byte[4096];
        int count = in.read(piece);
        while (count >= 0) {
            body.write(piece, 0, count);
            if (body.size() > max) {
                throw new ProblemException(
                        Problem.of(413, "too-large", "Request too large", "the body may have " + max + " bytes"));
            }
            if (ticker.nanos() - began > LONGEST.toNanos()) {
                throw new ProblemException(Problem.of(
                        408,
                        "timeout",
                        "Request too slow",
                        "the body was not there after " + LONGEST.toSeconds() + " s"));
            }
            count = in.read(piece);
        }
        return body.toByteArray();
    }

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
