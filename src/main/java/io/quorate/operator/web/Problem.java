package io.quorate.operator.web;

import io.quorate.operator.NativeJson;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;

/**
 * An error of our own endpoints, as RFC 9457 has it.
 *
 * @param type stable word; the document says {@code urn:quorate:problem:<type>}
 * @param more further fields, e.g. which field of the request is wrong
 */
record Problem(int status, String type, String title, String detail, Map<String, Object> more) {
    static final String PREFIX = "urn:quorate:problem:";

    static Problem of(int status, String type, String title, String detail) {
        return new Problem(status, type, title, detail, Map.of());
    }

    /** @param errors field, and what is wrong with it */
    static Problem badFields(String detail, Map<String, String> errors) {
        return new Problem(400, "bad-request", "Bad request", detail, Map.of("errors", errors));
    }

    ResponseEntity<byte[]> response(boolean pretty) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("type", PREFIX + type);
        document.put("title", title);
        document.put("status", status);
        document.put("detail", detail);
        document.putAll(more);
        return ResponseEntity.status(status)
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(NativeJson.write(document, pretty));
    }
}
