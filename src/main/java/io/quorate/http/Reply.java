package io.quorate.http;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The answer to one request: status, headers, and a body that is written when the answer goes out. */
public final class Reply {
    static final String TEXT = "text/plain; charset=utf-8";
    private static final String HTML = "text/html; charset=utf-8";
    private static final String JSON = "application/json";
    private static final byte[] NOTHING = {};

    private final int status;
    private final @Nullable String contentType;
    private final Map<String, String> headers;
    private final byte[] bytes;
    private final @Nullable JsonBody json;
    private final boolean failed;
    private final long index;

    private Reply(
            int status,
            @Nullable String contentType,
            Map<String, String> headers,
            byte[] bytes,
            @Nullable JsonBody json,
            boolean failed,
            long index) {
        this.status = status;
        this.contentType = contentType;
        this.headers = headers;
        this.bytes = bytes;
        this.json = json;
        this.failed = failed;
        this.index = index;
    }

    /** 200 with that value. */
    public static Reply json(JsonBody body) {
        return new Reply(200, JSON, Map.of(), NOTHING, body, false, -1);
    }

    /** 200 with that value, true as of that index of the state; the index headers are made of it. */
    public static Reply json(long index, JsonBody body) {
        return new Reply(200, JSON, Map.of(), NOTHING, body, false, index);
    }

    /** 200 without a word. */
    public static Reply empty() {
        return empty(200);
    }

    public static Reply empty(int status) {
        return new Reply(status, null, Map.of(), NOTHING, null, false, -1);
    }

    public static Reply text(int status, String text) {
        return new Reply(status, TEXT, Map.of(), text.getBytes(StandardCharsets.UTF_8), null, false, -1);
    }

    /** An error: each server it passes on its way back puts its words in front. */
    static Reply failure(int status, String text) {
        return new Reply(status, TEXT, Map.of(), text.getBytes(StandardCharsets.UTF_8), null, true, -1);
    }

    static Reply html(int status, String text) {
        return new Reply(status, HTML, Map.of(), text.getBytes(StandardCharsets.UTF_8), null, false, -1);
    }

    /** As it came from another server. */
    static Reply rendered(
            int status, @Nullable String contentType, Map<String, String> headers, byte[] bytes, boolean failed) {
        return new Reply(status, contentType, headers, bytes, null, failed, -1);
    }

    /** The same with one more header. */
    public Reply with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Reply(status, contentType, more, bytes, json, failed, index);
    }

    public int status() {
        return status;
    }

    /** Absent when there is no body. */
    public @Nullable String contentType() {
        return contentType;
    }

    public Map<String, String> headers() {
        return headers;
    }

    boolean isFailure() {
        return failed;
    }

    long index() {
        return index;
    }

    boolean hasBody() {
        return json != null || bytes.length > 0;
    }

    void writeTo(java.io.OutputStream out, boolean pretty) throws java.io.IOException {
        if (json == null) {
            out.write(bytes);
        } else {
            Json.write(json, pretty, out);
        }
    }

    /** The body's bytes. */
    public byte[] render(boolean pretty) {
        if (json == null) {
            return bytes;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(512);
        Json.write(json, pretty, out);
        return out.toByteArray();
    }
}
