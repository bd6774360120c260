package io.quorate.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What an agent answered. */
record Reply(String asked, int status, String type, String body) {
    static final JsonMapper JSON = JsonMapper.builder().build();

    /** Longer than the 7 s for which a request waits for a leader. */
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(3))
            .build();

    /**
     * @param headers name, value, name, value
     * @throws UncheckedIOException when there was no answer
     */
    static Reply to(String method, String address, String path, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://" + address + path))
                .timeout(PATIENCE)
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            HttpResponse<String> answer = CLIENT.send(request.build(), BodyHandlers.ofString());
            return new Reply(
                    method + " http://" + address + path,
                    answer.statusCode(),
                    answer.headers().firstValue("Content-Type").orElse(""),
                    answer.body());
        } catch (IOException e) {
            throw new UncheckedIOException(method + " http://" + address + path + ": " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while asking " + address + path, e);
        }
    }

    JsonNode json() {
        return JSON.readTree(body);
    }

    /** This reply, if it has that status. */
    Reply expect(int wanted) {
        if (status != wanted) {
            throw new AssertionError(asked + " answered " + status + ", not " + wanted + ": " + shortBody());
        }
        return this;
    }

    @Override
    public String toString() {
        return asked + " -> " + status + " " + type + " " + shortBody();
    }

    private String shortBody() {
        return body.length() > 2000 ? body.substring(0, 2000) + "…" : body;
    }
}
