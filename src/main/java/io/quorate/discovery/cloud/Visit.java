package io.quorate.discovery.cloud;

import io.quorate.kernel.Plain;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One look at one platform: what it may know, what it found, and which secrets it met, so that none gets into a message. One
 * thread's.
 */
final class Visit {
    static final int MAX_ADDRESSES = 256;
    static final int MAX_PAGES = 50;

    private static final int MAX_FILE = 64 * 1024;
    private static final int MAX_MESSAGE = 400;
    private static final int LEAST_SECRET = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration PATIENCE_METADATA = Duration.ofSeconds(3);
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final CloudSource source;
    private final Map<String, String> environment;
    private final Web web;
    private final InstantSource wall;
    private final Findings findings;
    private final List<String> secrets = new ArrayList<>();
    private int addresses;

    Visit(CloudSource source, Map<String, String> environment, Web web, InstantSource wall, Findings findings) {
        this.source = source;
        this.environment = environment;
        this.web = web;
        this.wall = wall;
        this.findings = findings;
    }

    CloudSource source() {
        return source;
    }

    @Nullable
    String value(String key) {
        return source.value(key);
    }

    String value(String key, String otherwise) {
        String value = source.value(key);
        return value == null ? otherwise : value;
    }

    /** Absent when it is not set or blank. */
    @Nullable
    String environment(String name) {
        String value = environment.get(name);
        return value == null || value.isBlank() ? null : value.strip();
    }

    /** The key of the source, else the first of these variables that is set. */
    @Nullable
    String value(String key, List<String> variables) {
        String value = source.value(key);
        for (int i = 0; value == null && i < variables.size(); i++) {
            value = environment(variables.get(i));
        }
        return value;
    }

    Instant now() {
        return wall.instant();
    }

    /** From now on no message shows it. */
    String secret(String text) {
        if (text.length() >= LEAST_SECRET) {
            secrets.add(text);
        }
        return text;
    }

    // What was found.

    void note(String text) {
        findings.note(clean(text));
    }

    /** @param port 0: the platform names none */
    void found(String whose, String address, int port) {
        if (addresses < MAX_ADDRESSES) {
            addresses++;
            findings.note(clean(whose) + " " + clean(address) + (port == 0 ? "" : " port " + port));
            findings.address(address, port);
        }
    }

    boolean isFull() {
        return addresses >= MAX_ADDRESSES;
    }

    /** @throws CloudException with this sentence when nothing was found */
    void expectSome(String sentence) throws CloudException {
        if (addresses == 0) {
            throw wrong(sentence);
        }
    }

    // Files and answers.

    /** Without white space at its ends. Read anew each time, as platforms renew what they put there. */
    String file(Path path, String what) throws CloudException {
        try {
            if (Files.exists(path) && !Files.isRegularFile(path)) {
                throw wrong(what + " " + path + " is not a regular file");
            }
            if (Files.size(path) > MAX_FILE) {
                throw wrong(what + " " + path + " has more than " + MAX_FILE + " bytes");
            }
            return Files.readString(path, StandardCharsets.UTF_8).strip();
        } catch (NoSuchFileException e) {
            throw wrong("no " + what + ": " + path + " does not exist");
        } catch (CloudException e) {
            throw e;
        } catch (IOException e) {
            throw wrong(what + " " + path + " cannot be read: " + Plain.reason(e));
        }
    }

    Path path(String text, String what) throws CloudException {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw wrong(what + " is no path: " + e.getReason());
        }
    }

    /** A body that must be a JSON object. */
    JsonNode json(String what, String body) throws CloudException {
        try {
            JsonNode node = JSON.readTree(body);
            if (node != null && node.isObject()) {
                return node;
            }
        } catch (JacksonException e) {
            throw wrong(what + " answered what is not JSON");
        }
        throw wrong(what + " answered JSON that is not an object");
    }

    /** Empty for a body that is no JSON object: then the status alone must do. */
    static JsonNode jsonOrEmpty(String body) {
        try {
            JsonNode node = JSON.readTree(body);
            return node != null && node.isObject() ? node : JSON.createObjectNode();
        } catch (JacksonException e) {
            return JSON.createObjectNode();
        }
    }

    // Asking.

    Web.Reply get(String what, Web.Via via, URI uri, Map<String, String> headers) throws CloudException {
        return send(what, via, request(via, uri, headers).GET().build());
    }

    Web.Reply put(String what, Web.Via via, URI uri, Map<String, String> headers) throws CloudException {
        return send(
                what,
                via,
                request(via, uri, headers)
                        .PUT(HttpRequest.BodyPublishers.noBody())
                        .build());
    }

    Web.Reply post(String what, Web.Via via, URI uri, Map<String, String> headers, String form) throws CloudException {
        return send(
                what,
                via,
                request(via, uri, headers)
                        .POST(HttpRequest.BodyPublishers.ofString(form))
                        .build());
    }

    private HttpRequest.Builder request(Web.Via via, URI uri, Map<String, String> headers) throws CloudException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri).timeout(via instanceof Web.Via.Metadata ? PATIENCE_METADATA : PATIENCE);
        for (Map.Entry<String, String> header : headers.entrySet()) {
            try {
                request.header(header.getKey(), header.getValue());
            } catch (IllegalArgumentException e) {
                // Its message quotes the value.
                throw wrong("the credentials hold what can be no header " + header.getKey());
            }
        }
        return request;
    }

    private Web.Reply send(String what, Web.Via via, HttpRequest request) throws CloudException {
        try {
            Web.Reply reply = web.send(what, via, request);
            if (reply.status() / 100 == 3) {
                throw new CloudException(what + " answered " + reply.status() + ": redirects are not followed");
            }
            return reply;
        } catch (CloudException e) {
            throw new CloudException(clean(String.valueOf(e.getMessage())), e.getCause());
        }
    }

    // What went wrong.

    /** @param message what the platform says about it; may be empty */
    CloudException refused(String what, Web.Reply reply, String message) {
        return wrong(what + " answered " + reply.status() + (message.isBlank() ? "" : ": " + message));
    }

    CloudException wrong(String message) {
        return new CloudException(clean(message));
    }

    /** One line, of bounded length, without the secrets met so far. */
    private String clean(String text) {
        String clean = text;
        for (String secret : secrets) {
            clean = clean.replace(secret, "hidden");
        }
        clean = clean.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
        return clean.length() <= MAX_MESSAGE ? clean : clean.substring(0, MAX_MESSAGE) + "…";
    }
}
