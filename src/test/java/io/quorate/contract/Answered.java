package io.quorate.contract;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;

/** What an agent of ours answered, and how long that took. */
final class Answered {
    /** Longer than the longest wait that was recorded. */
    private static final Duration PATIENCE = Duration.ofSeconds(25);

    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(Duration.ofSeconds(3))
            .build();

    private final int status;
    private final Map<String, String> headers;
    private final byte[] body;
    private final long elapsedMs;

    Answered(int status, Map<String, String> headers, byte[] body, long elapsedMs) {
        this.status = status;
        this.headers = headers;
        this.body = body;
        this.elapsedMs = elapsedMs;
    }

    /** @param endless only the head of the answer is taken */
    static Answered to(
            String method, String address, String path, Map<String, String> headers, byte[] body, boolean endless) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://" + address + path))
                .timeout(PATIENCE)
                .method(method, body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
        headers.forEach(request::header);
        long began = System.nanoTime();
        try {
            HttpResponse<InputStream> answer = CLIENT.send(request.build(), BodyHandlers.ofInputStream());
            TreeMap<String, String> got = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            answer.headers().map().forEach((name, values) -> got.put(name, String.join(", ", values)));
            try (InputStream in = answer.body()) {
                byte[] bytes = endless ? new byte[0] : plain(in.readAllBytes(), got);
                return new Answered(answer.statusCode(), got, bytes, (System.nanoTime() - began) / 1_000_000);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(method + " http://" + address + path + ": " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while asking " + address + path, e);
        }
    }

    int status() {
        return status;
    }

    /** By name, whatever its case. */
    Map<String, String> headers() {
        return headers;
    }

    byte[] body() {
        return body;
    }

    long elapsedMs() {
        return elapsedMs;
    }

    String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    private static byte[] plain(byte[] bytes, Map<String, String> headers) throws IOException {
        if (!"gzip".equals(headers.get("Content-Encoding"))) {
            return bytes;
        }
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            return in.readAllBytes();
        }
    }
}
