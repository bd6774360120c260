package io.quorate.contract;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One recorded exchange: what was asked, and what Consul answered. The form is that of the recorder's files, which are copied unchanged. */
record Exchange(String group, JsonNode recorded) {
    static final JsonMapper JSON = JsonMapper.builder().build();

    private static final Pattern REPEATED = Pattern.compile("\\((\\d+) bytes of 'x'\\)");
    /** The recorder wrote a description in place of the one large transaction. */
    private static final String LARGE_TRANSACTION = "base64 of 512 KiB + 1 bytes of 'x'";

    private static final int LARGE_VALUE = 512 * 1024 + 1;

    static List<Exchange> of(String group) {
        try (InputStream in = Exchange.class.getResourceAsStream("/recordings/" + group + ".json")) {
            List<Exchange> all = new ArrayList<>();
            JSON.readTree(in).forEach(node -> all.add(new Exchange(group, node)));
            return all;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String id() {
        return text("id");
    }

    /** Which agent was asked. */
    String to() {
        return text("to");
    }

    String method() {
        return text("method");
    }

    /** May hold {@code ${name}} for a value of an earlier answer. */
    String path() {
        return text("path");
    }

    Map<String, String> headers() {
        return texts("headers");
    }

    /** May hold {@code ${name}} as well, where it is text. */
    byte[] body() {
        Matcher repeated = REPEATED.matcher(text("body_base64"));
        if (repeated.matches()) {
            return "x".repeat(Integer.parseInt(repeated.group(1))).getBytes(StandardCharsets.UTF_8);
        }
        if (recorded.has("body_base64")) {
            return Base64.getDecoder().decode(text("body_base64"));
        }
        JsonNode body = recorded.path("body");
        String text = body.isString() ? body.stringValue() : body.isMissingNode() ? "" : body.toString();
        return (text.contains(LARGE_TRANSACTION) ? largeTransaction() : text).getBytes(StandardCharsets.UTF_8);
    }

    /** Name to the path of a value in the answer that later requests need. */
    Map<String, String> captures() {
        return texts("capture");
    }

    int status() {
        return recorded.path("status").intValue();
    }

    Map<String, String> answerHeaders() {
        return texts("response_headers");
    }

    boolean isJson() {
        return text("response_kind").equals("json");
    }

    boolean isText() {
        return text("response_kind").equals("text");
    }

    boolean isBinary() {
        return text("response_kind").equals("binary");
    }

    /** An answer without an end: what came within a moment was recorded. */
    boolean isStream() {
        return text("response_kind").equals("stream");
    }

    JsonNode answer() {
        return recorded.path("response_body");
    }

    List<String> volatileHeaders() {
        return list("headers");
    }

    List<String> volatilePaths() {
        return list("body");
    }

    /** Absent, which is below zero, where time did not matter. */
    int elapsedMs() {
        return recorded.path("elapsed_ms").asInt(-1);
    }

    @Override
    public String toString() {
        return id() + " " + to() + " " + method() + " " + path();
    }

    private String text(String field) {
        return recorded.path(field).asString("");
    }

    private Map<String, String> texts(String field) {
        Map<String, String> texts = new LinkedHashMap<>();
        recorded.path(field)
                .properties()
                .forEach(pair -> texts.put(pair.getKey(), pair.getValue().asString("")));
        return texts;
    }

    private List<String> list(String field) {
        List<String> list = new ArrayList<>();
        recorded.path("volatile").path(field).forEach(value -> list.add(value.stringValue()));
        return list;
    }

    private static String largeTransaction() {
        String value =
                Base64.getEncoder().encodeToString("x".repeat(LARGE_VALUE).getBytes(StandardCharsets.UTF_8));
        // With the blanks of the recorder's JSON: the refusal names the size.
        return "[{\"KV\": {\"Verb\": \"set\", \"Key\": \"t/big\", \"Value\": \"" + value + "\"}}]";
    }
}
