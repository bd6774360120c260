package io.quorate.http;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Requests and answers between agents: the bytes of the RPC method {@code http}. Every length is checked against what is left
 * before memory is taken; anything unknown or left over is refused.
 */
final class ForwardCodec {
    private static final int VERSION = 1;
    private static final int MAX_HEADERS = 32;
    private static final int MAX_TEXT = 64 * 1024;
    private static final int FAILED = 1;
    private static final int TYPED = 2;

    private ForwardCodec() {}

    /** @param target path and query as they arrived, so that the receiver reads them by the same rules */
    record Forwarded(
            String method, String rawPath, String rawQuery, Map<String, String> headers, Body body, int hops) {}

    /** Bytes that are compared by nobody. */
    record Body(java.nio.ByteBuffer content) {
        byte[] bytes() {
            byte[] copy = new byte[content.remaining()];
            content.duplicate().get(copy);
            return copy;
        }
    }

    /** @throws UncheckedIOException when it has what the receiver would refuse */
    static byte[] encode(Request request) {
        return write(out -> {
            out.writeByte(VERSION);
            out.writeByte(request.hops() + 1);
            text(out, request.method());
            text(out, RequestPath.encode(request.path()));
            text(out, request.query().raw());
            headers(out, request.headers());
            bytes(out, request.body());
        });
    }

    /** @throws IOException when the bytes are not a request of this version */
    static Forwarded decodeRequest(byte[] message) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(message));
        version(in);
        int hops = in.readUnsignedByte();
        String method = text(in);
        String path = text(in);
        String query = text(in);
        Map<String, String> headers = headers(in);
        byte[] body = bytes(in);
        end(in);
        return new Forwarded(method, path, query, headers, new Body(java.nio.ByteBuffer.wrap(body)), hops);
    }

    /** @throws UncheckedIOException when it has what the receiver would refuse */
    static byte[] encode(Reply reply, boolean pretty) {
        String contentType = reply.contentType();
        return write(out -> {
            out.writeByte(VERSION);
            out.writeShort(reply.status());
            out.writeByte((reply.isFailure() ? FAILED : 0) | (contentType == null ? 0 : TYPED));
            if (contentType != null) {
                text(out, line(contentType));
            }
            headers(out, reply.headers());
            bytes(out, reply.render(pretty));
        });
    }

    /** @throws IOException when the bytes are not an answer of this version */
    static Reply decodeReply(byte[] message) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(message));
        version(in);
        int status = in.readUnsignedShort();
        if (status < 200 || status > 599) {
            throw new IOException("no final HTTP status: " + status);
        }
        int flags = in.readUnsignedByte();
        if ((flags & ~(FAILED | TYPED)) != 0) {
            throw new IOException("unknown flags: " + flags);
        }
        @Nullable String contentType = (flags & TYPED) == 0 ? null : line(text(in));
        Map<String, String> headers = headers(in);
        byte[] body = bytes(in);
        end(in);
        return Reply.rendered(status, contentType, headers, body, (flags & FAILED) != 0);
    }

    private interface Writing {
        void to(DataOutputStream out) throws IOException;
    }

    private static byte[] write(Writing writing) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            writing.to(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void version(DataInputStream in) throws IOException {
        int version = in.readUnsignedByte();
        if (version != VERSION) {
            throw new IOException("unknown version of a forwarded request: " + version);
        }
    }

    private static void headers(DataOutputStream out, Map<String, String> headers) throws IOException {
        if (headers.size() > MAX_HEADERS) {
            throw new IOException("too many headers: " + headers.size());
        }
        out.writeByte(headers.size());
        for (Map.Entry<String, String> header : headers.entrySet()) {
            text(out, line(header.getKey()));
            text(out, line(header.getValue()));
        }
    }

    private static Map<String, String> headers(DataInputStream in) throws IOException {
        int count = in.readUnsignedByte();
        if (count > MAX_HEADERS) {
            throw new IOException("too many headers: " + count);
        }
        Map<String, String> headers = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            headers.put(line(text(in)), line(text(in)));
        }
        return headers;
    }

    /** A header that holds a line break would begin another one. */
    private static String line(String text) throws IOException {
        if (text.chars().anyMatch(c -> (c < ' ' && c != '\t') || c == 0x7F)) {
            throw new IOException("control character in a header");
        }
        return text;
    }

    private static void text(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > MAX_TEXT) {
            throw new IOException("text of " + bytes.length + " bytes");
        }
        bytes(out, bytes);
    }

    private static String text(DataInputStream in) throws IOException {
        byte[] bytes = bytes(in);
        if (bytes.length > MAX_TEXT) {
            throw new IOException("text of " + bytes.length + " bytes");
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static void bytes(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static byte[] bytes(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > in.available()) {
            throw new IOException("length " + length + " with " + in.available() + " bytes left");
        }
        return in.readNBytes(length);
    }

    private static void end(DataInputStream in) throws IOException {
        if (in.available() > 0) {
            throw new IOException(in.available() + " bytes too many");
        }
    }
}
