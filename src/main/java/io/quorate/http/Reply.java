package io.quorate.http;

import io.quorate.answer.Answer;
import io.quorate.answer.Body;
import io.quorate.answer.Mode;
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
    private final @Nullable Body stream;
    private final boolean failed;

    private Reply(
            int status,
            @Nullable String contentType,
            Map<String, String> headers,
            byte[] bytes,
            @Nullable JsonBody json,
            boolean failed) {
        this(status, contentType, headers, bytes, json, null, failed);
    }

    private Reply(
            int status,
            @Nullable String contentType,
            Map<String, String> headers,
            byte[] bytes,
            @Nullable JsonBody json,
            @Nullable Body stream,
            boolean failed) {
        this.status = status;
        this.contentType = contentType;
        this.headers = headers;
        this.bytes = bytes;
        this.json = json;
        this.stream = stream;
        this.failed = failed;
    }

    /** 200 with that value. */
    public static Reply json(JsonBody body) {
        return new Reply(200, JSON, Map.of(), NOTHING, body, false);
    }

    /** 200 with an operation's answer, and how far it may be trusted where it comes from the replicated state. */
    public static <A> Reply of(Answer<A> answer, JsonForm<A> form, boolean pretty) {
        Reply reply = indexed(answer, form, pretty);
        return answer.index() < 0 ? reply : reply.with("X-Consul-Effective-Consistency", word(answer.mode()));
    }

    /** The same without a word on the mode in which it was read: keys and sessions do not tell. */
    public static <A> Reply indexed(Answer<A> answer, JsonForm<A> form, boolean pretty) {
        Reply reply = valueOf(answer, form, pretty);
        return answer.index() < 0 ? reply : reply.withIndexOf(answer);
    }

    /** The same without a word on how far it may be trusted. */
    public static <A> Reply valueOf(Answer<A> answer, JsonForm<A> form, boolean pretty) {
        return pretty
                ? json(form.body(answer.value()))
                : new Reply(200, JSON, Map.of(), answer.rendered(form), null, false);
    }

    /** 200 with bytes as they are. */
    public static Reply bytes(String contentType, byte[] bytes) {
        return new Reply(200, contentType, Map.of(), bytes, null, false);
    }

    /** As {@link #of(Answer, JsonForm, boolean)} with less of the value than was answered: its index is that of all of it. */
    public static <A> Reply narrowed(Answer<?> answer, A value, JsonForm<A> form) {
        Reply reply = json(form.body(value));
        return answer.index() < 0
                ? reply
                : reply.withIndexOf(answer).with("X-Consul-Effective-Consistency", word(answer.mode()));
    }

    /** 200 with a body that is passed on piece by piece, as it is. It is closed when it was written, or cannot be. */
    public static Reply stream(String contentType, Body body) {
        return new Reply(200, contentType, Map.of(), NOTHING, null, body, false);
    }

    private static String word(Mode mode) {
        return switch (mode) {
            case DEFAULT -> "leader";
            case CONSISTENT -> "consistent";
            case STALE -> "stale";
        };
    }

    /** 200 without a word. */
    public static Reply empty() {
        return empty(200);
    }

    public static Reply empty(int status) {
        return new Reply(status, null, Map.of(), NOTHING, null, false);
    }

    public static Reply text(int status, String text) {
        return new Reply(status, TEXT, Map.of(), text.getBytes(StandardCharsets.UTF_8), null, false);
    }

    /** An error: index headers, where its route has them, say that there is no index. */
    static Reply failure(int status, String text) {
        return new Reply(status, TEXT, Map.of(), text.getBytes(StandardCharsets.UTF_8), null, true);
    }

    static Reply html(int status, String text) {
        return new Reply(status, HTML, Map.of(), text.getBytes(StandardCharsets.UTF_8), null, false);
    }

    /** The same with one more header. */
    public Reply with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Reply(status, contentType, more, bytes, json, stream, failed);
    }

    /** The same with how far the answer may be trusted, as everything that comes from the replicated state says it. */
    public Reply withIndexOf(Answer<?> answer) {
        return with("X-Consul-Index", Long.toString(answer.index()))
                .with("X-Consul-Knownleader", Boolean.toString(answer.knownLeader()))
                .with("X-Consul-Lastcontact", Long.toString(answer.lastContactMs()));
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

    /** Absent unless the body is passed on piece by piece. */
    @Nullable
    Body stream() {
        return stream;
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
