package io.quorate.http;

import tools.jackson.core.JsonGenerator;

/** Writes one JSON value. May be called once, on any thread, after the request is over. */
@FunctionalInterface
public interface JsonBody {
    void write(JsonGenerator json);
}
