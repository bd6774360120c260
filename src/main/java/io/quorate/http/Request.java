package io.quorate.http;

import java.util.Map;

/** One request of the dialect, read but not judged: immutable. */
public final class Request {
    private final String method;
    private final String path;
    private final String rest;
    private final Query query;
    private final Map<String, String> headers;
    private final byte[] body;
    private final Consistency consistency;
    private final int hops;

    Request(
            String method,
            String path,
            String rest,
            Query query,
            Map<String, String> headers,
            byte[] body,
            Consistency consistency,
            int hops) {
        this.method = method;
        this.path = path;
        this.rest = rest;
        this.query = query;
        this.headers = Map.copyOf(headers);
        this.body = body;
        this.consistency = consistency;
        this.hops = hops;
    }

    public String method() {
        return method;
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

    /** A header that is forwarded, by its name in lower case; empty when absent. */
    public String header(String name) {
        return headers.getOrDefault(name, "");
    }

    Map<String, String> headers() {
        return headers;
    }

    /** Not to be changed. */
    public byte[] body() {
        return body;
    }

    public Consistency consistency() {
        return consistency;
    }

    /** How often it was forwarded; 0 where it arrived by HTTP. */
    public int hops() {
        return hops;
    }

    public boolean isPretty() {
        return query.has("pretty");
    }

    Request with(Consistency other) {
        return new Request(method, path, rest, query, headers, body, other, hops);
    }
}
