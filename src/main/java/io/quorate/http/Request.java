package io.quorate.http;

import io.quorate.answer.Mode;
import io.quorate.answer.Terms;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** One request of the dialect, read but not judged: immutable. */
public final class Request {
    private final String path;
    private final String rest;
    private final Query query;
    private final UnaryOperator<@Nullable String> headers;
    private final byte[] body;
    private final UnaryOperator<Duration> longestWait;

    /**
     * @param headers by name; asked only while the request is translated
     * @param longestWait how long it may wait that asks for so much
     */
    Request(
            String path,
            String rest,
            Query query,
            UnaryOperator<@Nullable String> headers,
            byte[] body,
            UnaryOperator<Duration> longestWait) {
        this.longestWait = longestWait;
        this.path = path;
        this.rest = rest;
        this.query = query;
        this.headers = headers;
        this.body = body;
    }

    /** Decoded and clean. */
    public String path() {
        return path;
    }

    /** What stands behind the route's prefix, decoded; empty on a route that has none. */
    public String rest() {
        return rest;
    }

    public Query query() {
        return query;
    }

    /** Empty when absent. */
    public String header(String name) {
        String value = headers.apply(name);
        return value == null ? "" : value;
    }

    /** Not to be changed. */
    public byte[] body() {
        return body;
    }

    /** On which terms it asks. @throws BadRequestException when they make no sense */
    public Terms terms() {
        return TermsOf.of(query, longestWait);
    }

    /** The terms of what any server answers by itself: only the datacenter is of meaning. */
    public Terms ofAnyServer() {
        return new Terms(Mode.STALE, Duration.ZERO, 0, Duration.ZERO, query.first("dc"));
    }

    /**
     * The terms of what changes something: only the datacenter is of meaning.
     *
     * @throws BadRequestException when a namespace is named
     */
    public Terms ofWrite() {
        TermsOf.refuseNamespace(query);
        return new Terms(Mode.DEFAULT, Duration.ZERO, 0, Duration.ZERO, query.first("dc"));
    }

    public boolean isPretty() {
        return query.has("pretty");
    }
}
