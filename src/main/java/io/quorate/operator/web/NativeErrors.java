package io.quorate.operator.web;

import io.quorate.http.Query;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.HttpMediaTypeNotAcceptableException;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.async.AsyncRequestTimeoutException;
import org.springframework.web.servlet.NoHandlerFoundException;
import org.springframework.web.servlet.resource.NoResourceFoundException;

/** The one place that turns errors of our own endpoints into answers. */
@RestControllerAdvice
public final class NativeErrors {
    private static final String ACTUATOR = "/actuator/";
    private static final Logger LOG = LoggerFactory.getLogger(NativeErrors.class);

    @ExceptionHandler
    ResponseEntity<byte[]> problem(ProblemException error, HttpServletRequest request) {
        return error.problem().response(isPretty(request));
    }

    /** As Consul answers where nothing is: without a word. */
    @ExceptionHandler({NoHandlerFoundException.class, NoResourceFoundException.class})
    ResponseEntity<byte[]> nothingHere() {
        return ResponseEntity.notFound().build();
    }

    @ExceptionHandler
    ResponseEntity<byte[]> method(HttpRequestMethodNotSupportedException error, HttpServletRequest request) {
        ResponseEntity<byte[]> answer = Problem.of(
                        405, "method-not-allowed", "Method not allowed", "method " + error.getMethod() + " not allowed")
                .response(isPretty(request));
        return ResponseEntity.status(answer.getStatusCode())
                .headers(headers -> {
                    headers.addAll(answer.getHeaders());
                    headers.setAllow(allowed(error.getSupportedHttpMethods()));
                })
                .body(answer.getBody());
    }

    /** As {@code OPTIONS} names them. */
    private static Set<HttpMethod> allowed(@Nullable Set<HttpMethod> served) {
        Set<HttpMethod> allowed = new LinkedHashSet<>(served == null ? Set.of() : served);
        if (allowed.contains(HttpMethod.GET)) {
            allowed.add(HttpMethod.HEAD);
        }
        allowed.add(HttpMethod.OPTIONS);
        return allowed;
    }

    @ExceptionHandler
    ResponseEntity<byte[]> accept(HttpMediaTypeNotAcceptableException error, HttpServletRequest request) {
        return new Problem(
                        406,
                        "not-acceptable",
                        "None of the accepted types is served",
                        "this is served as "
                                + error.getSupportedMediaTypes().stream()
                                        .map(MediaType::toString)
                                        .sorted()
                                        .collect(Collectors.joining(" or ")),
                        Map.of())
                .response(isPretty(request));
    }

    @ExceptionHandler
    ResponseEntity<byte[]> contentType(HttpMediaTypeNotSupportedException error, HttpServletRequest request) {
        return Problem.of(415, "unsupported-type", "Unsupported content type", String.valueOf(error.getMessage()))
                .response(isPretty(request));
    }

    @ExceptionHandler
    ResponseEntity<byte[]> late(AsyncRequestTimeoutException error, HttpServletRequest request) {
        return Problem.of(504, "timeout", "No answer in time", "the agent did not finish in time; ask /why")
                .response(isPretty(request));
    }

    /** The body ended before it was whole, or is none in chunks. */
    @ExceptionHandler
    ResponseEntity<byte[]> body(IOException error, HttpServletRequest request) {
        LOG.atDebug().setCause(error).log("a request's body did not come to its end");
        return broken().response(isPretty(request));
    }

    static Problem broken() {
        return Problem.badFields(
                "the body cannot be read: it did not arrive whole, or its chunks are not valid HTTP",
                Map.of("body", "cannot be read"));
    }

    /** Actuator's endpoints read the servlet's parameters, which Tomcat decodes only then. */
    @ExceptionHandler
    ResponseEntity<byte[]> parameter(InvalidParameterException error, HttpServletRequest request) {
        LOG.atDebug().setCause(error).log("parameter not decoded");
        return undecodable().response(isPretty(request));
    }

    private static Problem undecodable() {
        return Problem.of(
                400,
                "bad-request",
                "Bad request",
                "a parameter of the query cannot be decoded: it must be UTF-8 with percent signs escaped as %25");
    }

    /** How Actuator takes a path that none of its endpoints can have: there is nothing. Anywhere else it is a bug. */
    @ExceptionHandler
    ResponseEntity<byte[]> argument(IllegalArgumentException error, HttpServletRequest request) {
        return request.getRequestURI().startsWith(ACTUATOR) ? nothingHere() : bug(error, request);
    }

    @ExceptionHandler
    ResponseEntity<byte[]> bug(RuntimeException error, HttpServletRequest request) {
        LOG.atError()
                .addKeyValue("path", request.getRequestURI())
                .setCause(error)
                .log("request failed by a bug");
        return Problem.of(500, "internal", "Internal error", "the log of this agent says more")
                .response(isPretty(request));
    }

    /**
     * Never the servlet's parameters: they take the body with them when a client says that it is a form, as curl does.
     *
     * @throws ProblemException when it is broken
     */
    static Query query(HttpServletRequest request) {
        Query query = anyQuery(request);
        if (query.isBroken()) {
            throw new ProblemException(undecodable());
        }
        return query;
    }

    private static Query anyQuery(HttpServletRequest request) {
        String raw = request.getQueryString();
        return Query.of(raw == null ? "" : raw);
    }

    /** Also of a request that is refused for its query. */
    static boolean isPretty(HttpServletRequest request) {
        return anyQuery(request).has("pretty");
    }
}
