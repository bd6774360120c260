package io.quorate.docs;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * One request as it goes over the wire, so that it may be wrong in any way. What it is made of would itself be no form of Java: an
 * answer may repeat it.
 */
record AnyRequest(String line, String headers, String body) {
    private static final List<String> IN_PATH =
            List.of("s1", "nobody", "a%20b", "%C3%A9", "%00", "%ff", "%2F..%2F", "%", ":x", "x".repeat(300));
    private static final List<String> VALUES =
            List.of("", "x", "-1", "99999999999999999999", "%ff", "%zz", "a:b", "10.0.0.1:8300", "x".repeat(300));
    private static final List<String> BODIES = List.of(
            "{",
            "[]",
            "7",
            "{}",
            "{\"addresses\":null}",
            "{\"addresses\":{}}",
            "{\"addresses\":[null,1,[],\"\"]}",
            "{\"addresses\":[\"[::1\",\"tcp://a\",\"*\"],\"addresses\":[]}",
            "{\"addresses\":[\"10.0.0.1\"]",
            "{\"addresses\":[\"\u0001\"]}",
            "[".repeat(600),
            "x".repeat(70_000));
    private static final List<String> HEADERS = List.of(
            "Accept: image/png",
            "Accept: nonsense",
            "Accept: ;;,/",
            "Accept: text/plain",
            "Accept-Encoding: gzip;q=x",
            "Accept-Language: ???",
            "Content-Type: nonsense",
            "Content-Type: application/json; charset=nope",
            "Range: bytes=9-1",
            "Expect: a-miracle",
            "Origin: nobody",
            "Host: [",
            "Content-Length: -1",
            "Transfer-Encoding: nonsense",
            "X-Long: " + "x".repeat(20_000));
    private static final List<String> METHODS =
            List.of("GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "BREW", "get");
    private static final List<String> LINES = List.of(
            "GET /info HTTP/9.9",
            "GET /info HTTP",
            "GET info HTTP/1.1",
            "GET /%zz HTTP/1.1",
            "GET /in fo HTTP/1.1",
            "GET /<script> HTTP/1.1",
            "GET /info?a={b} HTTP/1.1",
            "GET http://[ HTTP/1.1",
            "GET /../../etc HTTP/1.1",
            "GET /info;a=b HTTP/1.1",
            "GET /" + "x".repeat(9_000) + " HTTP/1.1",
            "nonsense");

    /** Each operation as it is meant, and with everything about it that can be wrong. */
    static List<AnyRequest> ofAll(List<Described> operations) {
        List<AnyRequest> all = new ArrayList<>(plain(operations));
        for (Described operation : operations) {
            String path = filled(operation.path(), "s1");
            for (String value : IN_PATH) {
                if (operation.path().contains("{")) {
                    all.add(of(operation.method(), filled(operation.path(), value), "", ""));
                }
            }
            for (String name : parametersOf(operation)) {
                for (String value : VALUES) {
                    all.add(of(operation.method(), path + "?" + name + "=" + value, "", ""));
                }
            }
            for (String method : METHODS) {
                all.add(of(method, path, "", ""));
            }
            for (String header : HEADERS) {
                all.add(of(operation.method(), path, header, ""));
            }
            if (!operation.method().equals("GET")) {
                for (String body : BODIES) {
                    all.add(of(operation.method(), path, "Content-Type: application/json", body));
                }
            }
        }
        LINES.forEach(line -> all.add(new AnyRequest(line, "", "")));
        return all;
    }

    /** Those that an agent answers by itself: a client asks a server for the others, and waits for one. */
    static List<Described> ofTheAgent(List<Described> operations) {
        return operations.stream()
                .filter(operation -> !operation.path().matches("/v1/(?!agent/).*"))
                .toList();
    }

    /** Each operation as it is meant. */
    static List<AnyRequest> plain(List<Described> operations) {
        return operations.stream()
                .map(operation -> of(operation.method(), filled(operation.path(), "s1"), "", ""))
                .toList();
    }

    private static AnyRequest of(String method, String path, String header, String body) {
        return new AnyRequest(method + " " + path + " HTTP/1.1", header, body);
    }

    private static String filled(String path, String value) {
        return path.replaceAll("\\{[^}]*}", value);
    }

    private static Set<String> parametersOf(Described operation) {
        Set<String> names = new LinkedHashSet<>(List.of("no-such-parameter"));
        if (operation.operation().getParameters() != null) {
            operation.operation().getParameters().stream()
                    .filter(parameter -> parameter.getIn().equals("query"))
                    .forEach(parameter -> names.add(parameter.getName()));
        }
        return names;
    }

    /** All that comes back until the agent closes; empty when it hangs up without a word. */
    String send(int port) {
        byte[] sent = body.getBytes(StandardCharsets.UTF_8);
        StringBuilder request = new StringBuilder(line).append("\r\nConnection: close\r\n");
        if (!headers.startsWith("Host:")) {
            request.append("Host: agent\r\n");
        }
        if (!headers.isEmpty()) {
            request.append(headers).append("\r\n");
        }
        if (!headers.startsWith("Content-Length") && !headers.startsWith("Transfer-Encoding")) {
            request.append("Content-Length: ").append(sent.length).append("\r\n");
        }
        request.append("\r\n");
        ByteArrayOutputStream came = new ByteArrayOutputStream();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(request.toString().getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().write(sent);
            socket.getOutputStream().flush();
            byte[] part = new byte[8192];
            for (int read = socket.getInputStream().read(part);
                    read >= 0;
                    read = socket.getInputStream().read(part)) {
                came.write(part, 0, read);
            }
        } catch (IOException e) {
            if (came.size() == 0) {
                throw new UncheckedIOException(this + ": nothing came back", e);
            }
            // The rest of a request that was refused at its head may reset the connection behind the answer.
        }
        return came.toString(StandardCharsets.UTF_8);
    }

    static String headersOf(String answer) {
        int end = answer.indexOf("\r\n\r\n");
        return end < 0 ? answer : answer.substring(0, end);
    }

    /** Without the lines of its chunks. */
    static String bodyOf(String answer) {
        int end = answer.indexOf("\r\n\r\n");
        String body = end < 0 ? "" : answer.substring(end + 4);
        return headersOf(answer).toLowerCase(java.util.Locale.ROOT).contains("transfer-encoding: chunked")
                ? body.replaceAll("(?m)(?:^|\\r\\n)[0-9a-fA-F]+\\r\\n", "").replaceAll("\\r\\n$", "")
                : body;
    }

    @Override
    public String toString() {
        return shown(line)
                + (headers.isEmpty() ? "" : " (" + shown(headers) + ")")
                + (body.isEmpty() ? "" : " " + shown(body));
    }

    private static String shown(String text) {
        return text.length() > 100 ? text.substring(0, 100) + "..." : text;
    }
}
