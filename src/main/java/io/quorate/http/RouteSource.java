package io.quorate.http;

/** A feature's part of the table of routes. */
@FunctionalInterface
public interface RouteSource {
    void addTo(Routes routes);
}
