package io.quorate.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Asks one agent over HTTP; every wait and every answer has a bound. */
final class AgentClient {
    private static final int MAX_BODY = 16 << 20;

    private final AgentAddress address;
    private final HttpClient http;
    private final Duration timeout;

    /** @param timeout for one request from its first byte to its answer's head */
    AgentClient(AgentAddress address, Duration timeout) {
        this.address = address;
        this.timeout = timeout;
        http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(timeout.compareTo(Duration.ofSeconds(5)) < 0 ? timeout : Duration.ofSeconds(5))
                .build();
    }

    /** What an agent answered. */
    record Answer(int status, String contentType, String body) {
        boolean isOk() {
            return status >= 200 && status < 300;
        }

        /** @throws CommandException when the body is no JSON */
        Json json() {
            return Json.parse(body);
        }

        /** Why it was refused: what a problem document says, else the text. */
        String reason() {
            if (contentType.contains("json")) {
                Json problem = json();
                for (String field : new String[] {"detail", "message", "title"}) {
                    String text = problem.text(field);
                    if (!text.isEmpty()) {
                        return text;
                    }
                }
            }
            return body.isBlank() ? "no reason given" : body.strip();
        }
    }

    Answer get(String path, String accept) {
        return send(HttpRequest.newBuilder(address.resolve(path)).GET().header("Accept", accept));
    }

    /** @param body JSON; empty sends none */
    Answer put(String path, String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(address.resolve(path))
                .PUT(body.isEmpty() ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        return send(body.isEmpty() ? request : request.header("Content-Type", "application/json"));
    }

    /** The answer, or an exception that says which agent refused and why. */
    Answer ok(Answer answer) {
        if (!answer.isOk()) {
            throw new CommandException(
                    "The agent at " + address + " answered " + answer.status() + ": " + answer.reason());
        }
        return answer;
    }

    private Answer send(HttpRequest.Builder request) {
        try {
            HttpResponse<InputStream> response =
                    http.send(request.timeout(timeout).build(), HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream in = response.body()) {
                byte[] body = in.readNBytes(MAX_BODY + 1);
                if (body.length > MAX_BODY) {
                    throw new CommandException(
                            "The agent at " + address + " answered more than " + MAX_BODY + " bytes");
                }
                return new Answer(
                        response.statusCode(),
                        response.headers().firstValue("Content-Type").orElse(""),
                        new String(body, StandardCharsets.UTF_8));
            }
        } catch (HttpConnectTimeoutException | ConnectException e) {
            throw new CommandException("No agent answers at " + address
                    + ". Is one running there? Another address: -http-addr or QUORATE_HTTP_ADDR");
        } catch (HttpTimeoutException e) {
            throw new CommandException("The agent at " + address + " did not answer in " + timeout.toSeconds() + " s");
        } catch (IOException e) {
            throw new CommandException("No answer from " + address + ": " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException("Interrupted");
        }
    }
}
