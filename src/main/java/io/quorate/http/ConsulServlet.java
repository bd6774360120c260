package io.quorate.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quorate.answer.Body;
import io.quorate.runtime.Duty;
import io.quorate.runtime.Failures;
import io.quorate.runtime.Ticker;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
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

    /** Of all bodies that are not yet whole. */
    private static final long MAX_BODIES = 16L * 1024 * 1024;
    /** From the first byte of a body to its last. */
    private static final long BODY_MS = 30_000;
    /** Consul's longest wait of a blocking query is 10 minutes and a sixteenth; a server far away may add its own. */
    private static final long LONGEST_MS = 15L * 60 * 1000;

    private static final List<String> METHODS = List.of("GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH");

    private final transient Dispatcher dispatcher;
    private final transient MeterRegistry meters;
    private final transient Ticker ticker;
    private final transient AtomicLong bodies = new AtomicLong(MAX_BODIES);
    private final transient Map<String, Timer> timers = new ConcurrentHashMap<>();

    ConsulServlet(Dispatcher dispatcher, MeterRegistry meters, Ticker ticker) {
        this.dispatcher = dispatcher;
        this.meters = meters;
        this.ticker = ticker;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (request.getDispatcherType() == DispatcherType.ASYNC) {
            throw StreamWriter.brokenOff(request);
        }
        long began = ticker.nanos();
        if (dispatcher.isUnread(request.getMethod(), request.getRequestURI())) {
            dispatch(request, response, new byte[0], began, null);
            return;
        }
        if (request.getContentLengthLong() > MAX_BODY) {
            tooLarge(request, response, began);
            return;
        }
        if (BodyGate.hasBody(request)) {
            AsyncContext reading = request.startAsync();
            reading.setTimeout(BODY_MS);
            BodyReader reader = new BodyReader(
                    request.getInputStream(), MAX_BODY, bodies, new AfterBody(request, response, began, reading));
            reading.addListener(new LateBody(reader));
            request.getInputStream().setReadListener(reader);
        } else {
            dispatch(request, response, new byte[0], began, null);
        }
    }

    /** @param begun absent: the request is still on the container's first thread, and what is there at once is answered there */
    private void dispatch(
            HttpServletRequest request,
            HttpServletResponse response,
            byte[] body,
            long began,
            @Nullable AsyncContext begun)
            throws IOException {
        String query = request.getQueryString();
        CompletionStage<Dispatcher.Outcome> stage = dispatcher.dispatch(
                request.getMethod(), request.getRequestURI(), query == null ? "" : query, request::getHeader, body);
        CompletableFuture<Dispatcher.Outcome> outcome = stage.toCompletableFuture();
        if (begun == null && outcome.isDone() && outcome.join().reply().stream() == null) {
            answer(request, response, outcome.join(), began);
            return;
        }
        AsyncContext later = begun == null ? request.startAsync() : begun;
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

    /** What the body turns into; on a thread of the container. */
    private final class AfterBody implements BodyReader.Ends {
        private final HttpServletRequest request;
        private final HttpServletResponse response;
        private final long began;
        private final AsyncContext reading;

        AfterBody(HttpServletRequest request, HttpServletResponse response, long began, AsyncContext reading) {
            this.request = request;
            this.response = response;
            this.began = began;
            this.reading = reading;
        }

        @Override
        public void whole(byte[] body) {
            try {
                dispatch(request, response, body, began, reading);
            } catch (IOException e) {
                reading.complete();
                LOG.atDebug().setCause(e).log("the client went away before its answer");
            } catch (RuntimeException | Error e) {
                reading.complete();
                throw e;
            }
        }

        @Override
        public void tooLarge() {
            refused(ConsulServlet.tooLarge());
        }

        @Override
        public void noRoom() {
            refused(Reply.failure(503, "too many request bodies are being read, try again")
                    .with("Connection", "close"));
        }

        /** The container says so to a client that is still there: it lets nobody else write any more. */
        @Override
        public void broken(Throwable failure) {
            LOG.atDebug().setCause(failure).log("a request's body did not come to its end");
            reading.complete();
        }

        /** An end without a word would be a 200: a client must not take it for a success. */
        @Override
        public void late() {
            refused(Reply.text(408, "408 Request Timeout").with("Connection", "close"));
        }

        private void refused(Reply reply) {
            answerLater(request, response, new Dispatcher.Outcome("none", reply, false), began, reading);
        }
    }

    /** Ends the reading where the container's time is over; while the answer is awaited it has ended already. */
    private record LateBody(BodyReader reader) implements AsyncListener {
        @Override
        public void onTimeout(AsyncEvent event) {
            reader.end(BodyReader.Ends::late);
        }

        @Override
        public void onError(AsyncEvent event) {
            reader.onError(event.getThrowable());
        }

        @Override
        public void onComplete(AsyncEvent event) {
            reader.end(ends -> {});
        }

        @Override
        public void onStartAsync(AsyncEvent event) {
            // Only the one that this was added to counts.
        }
    }

    private void answerLater(
            HttpServletRequest request,
            HttpServletResponse response,
            Dispatcher.Outcome answer,
            long began,
            AsyncContext later) {
        Body stream = answer.reply().stream();
        if (stream != null) {
            head(response, answer.reply());
            new StreamWriter(request, response, stream, later, () -> count(request, answer, began)).start();
            return;
        }
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
            count(request, outcome, began);
        }
    }

    private void count(HttpServletRequest request, Dispatcher.Outcome outcome, long began) {
        timer(request.getMethod(), outcome.route(), outcome.reply().status())
                .record(ticker.nanos() - began, TimeUnit.NANOSECONDS);
    }

    private static void head(HttpServletResponse response, Reply reply) {
        response.setStatus(reply.status());
        reply.headers().forEach(response::setHeader);
        if (reply.contentType() != null) {
            response.setContentType(reply.contentType());
        }
    }

    private static void write(HttpServletRequest request, HttpServletResponse response, Dispatcher.Outcome outcome)
            throws IOException {
        Reply reply = outcome.reply();
        head(response, reply);
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
        answer(request, response, new Dispatcher.Outcome("none", tooLarge(), false), began);
    }

    private static Reply tooLarge() {
        return Reply.text(413, "Request body too large, max size: " + MAX_BODY + " bytes.")
                .with("Connection", "close");
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
