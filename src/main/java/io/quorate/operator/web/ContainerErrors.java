package io.quorate.operator.web;

import java.io.IOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.core.StandardHost;
import org.apache.catalina.valves.ErrorReportValve;
import org.apache.tomcat.util.net.ApplicationBufferHandler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;

/**
 * What the container refuses before any route sees it: a request line, a header, an encoding or a body that is not HTTP. Tomcat would
 * send a page of HTML. Under {@code /v1} as Go's server does (seen on Consul 1.8.7), elsewhere as {@link NativeErrors} does.
 */
public final class ContainerErrors implements WebServerFactoryCustomizer<TomcatServletWebServerFactory> {
    private static final Logger LOG = LoggerFactory.getLogger(ContainerErrors.class);

    /** By status: the stable type, and what is wrong. */
    private static final Map<Integer, Refusal> REFUSALS = Map.of(
            400,
            new Refusal(
                    "bad-request",
                    "the request is not valid HTTP: its first line, its headers (8 KiB at most), the encoding of its path,"
                            + " or its body"),
            413,
            new Refusal("too-large", "the request is too large"),
            417,
            new Refusal("expectation-failed", "of Expect only 100-continue is supported"),
            501,
            new Refusal("not-implemented", "this method or transfer encoding is not supported"),
            503,
            new Refusal("busy", "too many requests with a body are being read, try again"),
            505,
            new Refusal("http-version", "only HTTP/1.0 and HTTP/1.1 are supported"));

    /** Enough to tell a dialect by. */
    private static final int LINE_START = 128;

    private record Refusal(String type, String detail) {}

    @Override
    public void customize(TomcatServletWebServerFactory factory) {
        factory.addContextCustomizers(context -> {
            if (context.getParent() instanceof StandardHost host) {
                // Tomcat adds one of its own unless there is one of this class.
                host.setErrorReportValveClass(Report.class.getName());
                host.getPipeline().addValve(new Report());
            }
        });
    }

    /** Called by the container, by one thread for each request. */
    private static final class Report extends ErrorReportValve {
        @Override
        protected void report(Request request, Response response, @Nullable Throwable failure) {
            int status = status(response.getStatus(), failure);
            if (status < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
                return;
            }
            if (failure != null && status == 500) {
                LOG.atError()
                        .addKeyValue("path", request.getRequestURI())
                        .setCause(failure)
                        .log("request failed by a bug");
            }
            response.setStatus(status);
            try {
                write(request, response, status);
            } catch (IOException | IllegalStateException e) {
                LOG.atDebug().setCause(e).log("the client went away before its answer");
            }
        }

        /** While a body is read only its sender can be at fault. */
        private static int status(int status, @Nullable Throwable failure) {
            return status == 500 && failure instanceof IOException ? 400 : status;
        }

        private static void write(Request request, Response response, int status) throws IOException {
            String path = path(request.getCoyoteRequest(), request.getRequestURI());
            boolean consul = path.startsWith("/v1/");
            String body = consul
                    ? consul(path, request.getMethod(), status)
                    : problem(request.getMethod(), status, NativeErrors.isPretty(request));
            response.setContentType(consul ? "text/plain" : MediaType.APPLICATION_PROBLEM_JSON_VALUE);
            if (consul) {
                response.setCharacterEncoding("utf-8");
            }
            response.setContentLength(body.getBytes(StandardCharsets.UTF_8).length);
            Writer writer = response.getReporter();
            if (writer != null) {
                writer.write(body);
            }
            // After a body that is no HTTP nothing but this reaches the client any more.
            response.flushBuffer();
            response.finishResponse();
        }

        /** Of a first line that the container gave up, because it is too long, only what it has read is there. */
        private static String path(org.apache.coyote.Request request, @Nullable String known) {
            if (known != null && !known.isEmpty()) {
                return known;
            }
            return request.getInputBuffer() instanceof ApplicationBufferHandler buffer
                    ? target(buffer.getByteBuffer().duplicate())
                    : "";
        }

        /** The beginning of the second word; empty when there is none. */
        private static String target(ByteBuffer read) {
            byte[] start = new byte[Math.min(LINE_START, read.limit())];
            read.position(0).get(start);
            String[] words = new String(start, StandardCharsets.ISO_8859_1)
                    .stripLeading()
                    .split(" ", 3);
            return words.length < 2 ? "" : words[1];
        }

        private static String consul(String path, String method, int status) {
            if (status == 405) {
                return "method " + method + " not allowed";
            }
            // A character that cannot be printed is refused without a word; this one Tomcat refuses itself.
            return status == 400 && path.contains("%00") ? "" : status + " " + title(status);
        }

        private static String problem(String method, int status, boolean pretty) {
            Refusal refusal = status == 405
                    ? new Refusal("method-not-allowed", "method " + method + " not allowed")
                    : REFUSALS.getOrDefault(
                            status,
                            status < 500
                                    ? new Refusal("bad-request", "the request is refused")
                                    : new Refusal("internal", "the log of this agent says more"));
            byte[] body = Problem.of(status, refusal.type(), sentence(title(status)), refusal.detail())
                    .response(pretty)
                    .getBody();
            return body == null ? "" : new String(body, StandardCharsets.UTF_8);
        }

        private static String title(int status) {
            HttpStatus known = HttpStatus.resolve(status);
            return known == null ? "Error" : known.getReasonPhrase();
        }

        /** {@code Bad request} of {@code Bad Request}. */
        private static String sentence(String title) {
            return title.startsWith("HTTP")
                    ? title
                    : title.charAt(0) + title.substring(1).toLowerCase(java.util.Locale.ROOT);
        }
    }
}
