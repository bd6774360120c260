package io.quorate.http;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The table of routes as tests outside of this package may see it. */
public final class RouteTable {
    private RouteTable() {}

    /**
     * Who answers, by method and pattern such as {@code GET /v1/status/leader}; a pattern that ends in a slash takes what is
     * behind it.
     */
    public static SortedMap<String, Routes.Place> of(List<RouteSource> sources) {
        Routes routes = new Routes();
        sources.forEach(source -> source.addTo(routes));
        SortedMap<String, Routes.Place> all = new TreeMap<>();
        routes.all()
                .forEach(route ->
                        route.methods().forEach(method -> all.put(method + " " + route.pattern(), route.place())));
        return all;
    }
}
