package io.quorate.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quorate.runtime.Duty;
import io.quorate.runtime.Failures;
import io.quorate.runtime.Ticker;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Consul's dialect on the servlet API. A request whose answer is not there yet holds no thread; the answer is always written by
 * a thread of the container, because a slow client must not stop a loop of ours.
 */
final class ConsulServlet extends HttpServlet {
    private static final Logger LOG = LoggerFactory.getLogger(ConsulServlet.class);
    /** The largest value of a key is 512 KiB; a transaction wraps it in base64 and JSON. */
    private static final int MAX_BODY = 1024 * 1024;

    /** Consul's longest wait of a blocking query is 10 minutes and a sixteenth; a server far away may add its own. */
    private static final long LONGEST_MS = 15L * 60 * 1000;

    private static final List<String> FORWARDED_HEADERS = List.of("x-consul-token", "authorization", "cache-control");
    private static final List<String> METHODS = List.of("GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH");

    private final transient Dispatcher dispatcher;
    private final transient MeterRegistry meters;
    private final transient Ticker ticker;
    private final transient Map<String, Timer> timers = new ConcurrentHashMap<>();

    ConsulServlet(Dispatcher dispatcher, MeterRegistry meters, Ticker ticker) {
        this.dispatcher = dispatcher;
        this.meters = meters;
        this.ticker = ticker;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        long began = ticker.nanos();
        if (request.getContentLengthLong() > MAX_BODY) {
            tooLarge(request, response, began);
            return;
        }
        byte[] body = request.getInputStream().readNBytes(MAX_BODY + 1);
        if (body.length > MAX_BODY) {
            tooLarge(request, response, began);
            return;
        }
        String query = request.getQueryString();
        CompletionStage<Dispatcher.Outcome> stage = dispatcher.dispatch(
                request.getMethod(), request.getRequestURI(), query == null ? "" : query, headers(request), body);
        CompletableFuture<Dispatcher.Outcome> outcome = stage.toCompletableFuture();
        if (outcome.isDone()) {
            answer(request, response, outcome.join(), began);
            return;
        }
        AsyncContext later = request.startAsync();
        // Every way to an answer is bounded in time by its own rules, which are shorter: this is for an answer that got
        // lost.
        later.setTimeout(LONGEST_MS);
        Failures.whenDone(stage, Duty.HELPFUL, "answer over HTTP", (answer, bug) -> {
            try {
                if (bug != null) {
                    throw new IllegalStateException("request without an answer", bug);
                }
                later.start(() -> answerLater(request, response, answer, began, later));
            } catch (RuntimeException | Error e) {
                later.complete();
                throw e;
            }
        });
    }

    private void answerLater(
            HttpServletRequest request,
            HttpServletResponse response,
            Dispatcher.Outcome answer,
            long began,
            AsyncContext later) {
        try {
            answer(request, response, answer, began);
        } catch (IOException e) {
            LOG.atDebug().setCause(e).log("the client went away before its answer");
        } finally {
            later.complete();
        }
    }

    private void answer(
            HttpServletRequest request, HttpServletResponse response, Dispatcher.Outcome outcome, long began)
            throws IOException {
        try {
            write(request, response, outcome);
        } finally {
            timer(request.getMethod(), outcome.route(), outcome.reply().status())
                    .record(ticker.nanos() - began, TimeUnit.NANOSECONDS);
        }
    }

    private static void write(HttpServletRequest request, HttpServletResponse response, Dispatcher.Outcome outcome)
            throws IOException {
        Reply reply = outcome.reply();
        response.setStatus(reply.status());
        reply.headers().forEach(response::setHeader);
        if (reply.contentType() != null) {
            response.setContentType(reply.contentType());
        }
        if (!reply.hasBody()) {
            response.setContentLength(0);
        } else if (acceptsGzip(request)) {
            response.setHeader("Content-Encoding", "gzip");
            try (OutputStream out = new GZIPOutputStream(response.getOutputStream())) {
                reply.writeTo(out, outcome.pretty());
            }
        } else {
            reply.writeTo(response.getOutputStream(), outcome.pretty());
        }
    }

    private void tooLarge(HttpServletRequest request, HttpServletResponse response, long began) throws IOException {
        Reply reply = Reply.text(413, "Request body too large, max size: " + MAX_BODY + " bytes.")
                .with("Connection", "close");
        answer(request, response, new Dispatcher.Outcome("none", reply, false), began);
    }

    private Timer timer(String method, String route, int status) {
        // A name that a client made up must not become a time series.
        String known = METHODS.contains(method) ? method : "other";
        return timers.computeIfAbsent(
                known + ' ' + route + ' ' + status,
                key -> Timer.builder("quorate.http.requests")
                        .description("Requests of Consul's dialect, from their body read to their answer written")
                        .tag("method", known)
                        .tag("route", route)
                        .tag("status", Integer.toString(status))
                        .register(meters));
    }

    private static Map<String, String> headers(HttpServletRequest request) {
        Map<String, String> headers = new HashMap<>();
        for (String name : FORWARDED_HEADERS) {
            String value = request.getHeader(name);
            if (value != null) {
                headers.put(name, value);
            }
        }
        return headers;
    }

    private static boolean acceptsGzip(HttpServletRequest request) {
        String accepted = request.getHeader("Accept-Encoding");
        if (accepted == null) {
            return false;
        }
        for (String coding : accepted.toLowerCase(Locale.ROOT).split(",", -1)) {
            String[] words = coding.trim().split("\\s*;\\s*", -1);
            if (words[0].equals("gzip")) {
                return words.length == 1 || !words[1].matches("q=0(\\.0*)?");
            }
        }
        return false;
    }
}
