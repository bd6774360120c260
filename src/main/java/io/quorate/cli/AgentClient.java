package io.quorate.cli;

import io.quorate.kernel.Plain;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;

/**
 * Asks one agent over HTTP; every wait and every answer has a bound. By the JDK's older client: the newer one starts threads and a
 * TLS context first, which is half of what a short command takes.
 */
final class AgentClient {
    private static final int MAX_BODY = 16 << 20;
    private static final Duration CONNECT = Duration.ofSeconds(5);

    private final AgentAddress address;
    private final Duration timeout;

    /** @param timeout for an answer, while nothing of it comes */
    AgentClient(AgentAddress address, Duration timeout) {
        this.address = address;
        this.timeout = timeout;
    }

    /**
     * What an agent answered.
     *
     * @param member what became of the member that was asked about: the header {@code X-Quorate-Member}, empty without one
     */
    record Answer(int status, String contentType, String body, String member) {
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
        return send("GET", path, "Accept", accept, "");
    }

    /** @param body JSON; empty sends none */
    Answer put(String path, String body) {
        return send("PUT", path, "Content-Type", "application/json", body);
    }

    Answer delete(String path) {
        return send("DELETE", path, "Accept", "application/json", "");
    }

    /** The answer, or an exception that says which agent refused and why. */
    Answer ok(Answer answer) {
        if (!answer.isOk()) {
            throw new CommandException(
                    "The agent at " + address + " answered " + answer.status() + ": " + answer.reason());
        }
        return answer;
    }

    private Answer send(String method, String path, String header, String value, String body) {
        try {
            HttpURLConnection connection =
                    (HttpURLConnection) address.resolve(path).toURL().openConnection(Proxy.NO_PROXY);
            connection.setRequestMethod(method);
            connection.setInstanceFollowRedirects(false);
            connection.setConnectTimeout((int) Math.min(CONNECT.toMillis(), timeout.toMillis()));
            connection.setReadTimeout((int) Math.min(Integer.MAX_VALUE, timeout.toMillis()));
            connection.setRequestProperty(header, value);
            if (!method.equals("GET")) {
                byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
                connection.setDoOutput(true);
                connection.setFixedLengthStreamingMode(bytes.length);
                try (OutputStream out = connection.getOutputStream()) {
                    out.write(bytes);
                }
            }
            int status = connection.getResponseCode();
            return new Answer(
                    status,
                    Objects.requireNonNullElse(connection.getContentType(), ""),
                    body(connection, status),
                    Objects.requireNonNullElse(connection.getHeaderField("X-Quorate-Member"), ""));
        } catch (ConnectException e) {
            throw nobody();
        } catch (SocketTimeoutException e) {
            if (String.valueOf(e.getMessage()).startsWith("Connect")) {
                throw nobody();
            }
            throw new CommandException("The agent at " + address + " did not answer in " + timeout.toSeconds() + " s");
        } catch (IOException e) {
            throw new CommandException("No answer from " + address + ": " + Plain.reason(e));
        }
    }

    private String body(HttpURLConnection connection, int status) throws IOException {
        // Null where an answer of an error has no body.
        try (InputStream in = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
            byte[] bytes = in == null ? new byte[0] : in.readNBytes(MAX_BODY + 1);
            if (bytes.length > MAX_BODY) {
                throw new CommandException("The agent at " + address + " answered more than " + MAX_BODY + " bytes");
            }
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    private CommandException nobody() {
        return new CommandException("No agent answers at " + address
                + ". Is one running there? Another address: -http-addr or QUORATE_HTTP_ADDR");
    }
}
