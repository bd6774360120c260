package io.quorate.http;

import io.quorate.answer.Operation;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The table of routes as tests outside of this package may see it. */
public final class RouteTable {
    private RouteTable() {}

    /**
     * The operation that is asked, absent where the agent itself answers, by method and pattern such as {@code GET /v1/status/leader}; a pattern that ends in a slash takes what is
     * behind it.
     */
    public static SortedMap<String, Optional<Operation<?, ?>>> of(List<RouteSource> sources) {
        Routes routes = new Routes();
        sources.forEach(source -> source.addTo(routes));
        SortedMap<String, Optional<Operation<?, ?>>> all = new TreeMap<>();
        routes.all()
                .forEach(route -> route.methods()
                        .forEach(method ->
                                all.put(method + " " + route.pattern(), Optional.ofNullable(route.operation(method)))));
        return all;
    }
}
