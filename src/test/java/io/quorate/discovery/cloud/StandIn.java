package io.quorate.discovery.cloud;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** A server on this machine that answers as a platform's documented API does, and keeps what it was asked. */
public final class StandIn implements AutoCloseable {
    /** @param query and {@code form}: decoded */
    public record Asked(
            String method,
            String path,
            Map<String, String> query,
            Map<String, String> headers,
            String body,
            Map<String, String> form) {}

    /** @param headers name, value, name, value */
    public record Answer(int status, String type, String body, List<String> headers) {
        public static Answer json(int status, String body) {
            return new Answer(status, "application/json", body, List.of());
        }

        static Answer xml(int status, String body) {
            return new Answer(status, "text/xml;charset=UTF-8", body, List.of());
        }

        static Answer text(String body, String... headers) {
            return new Answer(200, "text/plain", body, List.of(headers));
        }
    }

    private final HttpServer server;
    private final String scheme;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Asked> asked = new CopyOnWriteArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile Function<Asked, Answer> answers = a -> Answer.json(404, "{}");

    private StandIn(HttpServer server, String scheme) {
        this.server = server;
        this.scheme = scheme;
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    public static StandIn plain() {
        try {
            return new StandIn(HttpServer.create(loopback(), 0), "http");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static StandIn secure(SSLContext tls) {
        try {
            HttpsServer server = HttpsServer.create(loopback(), 0);
            server.setHttpsConfigurator(new HttpsConfigurator(tls));
            return new StandIn(server, "https");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    public String url() {
        return scheme + "://127.0.0.1:" + port();
    }

    public int port() {
        return server.getAddress().getPort();
    }

    public void answer(Function<Asked, Answer> now) {
        answers = now;
    }

    /** From now on it takes requests and says nothing. */
    void fallSilent() {
        answers = a -> {
            try {
                closed.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return Answer.json(500, "{}");
        };
    }

    public List<Asked> asked() {
        return List.copyOf(asked);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            Map<String, String> headers = new LinkedHashMap<>();
            exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, String.join(",", values)));
            Asked request = new Asked(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().getPath(),
                    fields(exchange.getRequestURI().getRawQuery()),
                    headers,
                    body,
                    fields(body));
            asked.add(request);
            Answer answer = answers.apply(request);
            exchange.getResponseHeaders().set("Content-Type", answer.type());
            for (int i = 0; i < answer.headers().size(); i += 2) {
                exchange.getResponseHeaders()
                        .set(answer.headers().get(i), answer.headers().get(i + 1));
            }
            byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private static Map<String, String> fields(@Nullable String form) {
        Map<String, String> fields = new LinkedHashMap<>();
        if (form != null && form.contains("=")) {
            for (String pair : form.split("&", -1)) {
                int equals = pair.indexOf('=');
                fields.put(
                        URLDecoder.decode(pair.substring(0, Math.max(0, equals)), StandardCharsets.UTF_8),
                        URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
            }
        }
        return fields;
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
