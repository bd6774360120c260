package io.quorate.http;

import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The table of routes: filled once at start, then only read. */
public final class Routes {
    private final Map<String, Route> exact = new HashMap<>();
    private final TreeMap<String, Route> prefixes = new TreeMap<>();

    /**
     * @param pattern an exact path, or one that ends in a slash and takes everything behind it
     * @throws IllegalStateException when another feature has it already
     */
    public Route at(String pattern, Place place) {
        Route route = new Route(pattern, place);
        Route before = pattern.endsWith("/") ? prefixes.putIfAbsent(pattern, route) : exact.putIfAbsent(pattern, route);
        if (before != null) {
            throw new IllegalStateException("two features serve " + pattern);
        }
        return route;
    }

    @Nullable
    Route find(String path) {
        Route found = exact.get(path);
        if (found != null) {
            return found;
        }
        // The longest prefix wins: every prefix of the path sorts at or below it.
        Map.Entry<String, Route> candidate = prefixes.floorEntry(path);
        while (candidate != null) {
            if (path.startsWith(candidate.getKey())) {
                return candidate.getValue();
            }
            candidate = prefixes.lowerEntry(candidate.getKey());
        }
        return null;
    }

    /** All of them, by pattern: the HTTP reference is held against this. */
    List<Route> all() {
        return Stream.concat(exact.values().stream(), prefixes.values().stream())
                .sorted(Comparator.comparing(Route::pattern))
                .toList();
    }

    /** Whether only the slash at the end is missing. */
    boolean lacksSlash(String path) {
        return prefixes.containsKey(path + "/");
    }

    /** Who answers. */
    public enum Place {
        /** The agent that was asked. */
        AGENT,
        /** Any server, with or without a leader. */
        SERVER,
        /** The leader; a read that allows it, any server. */
        LEADER
    }

    /** One path and what may be done there. */
    public static final class Route {
        private final String pattern;
        private final Place place;
        private final Map<String, Handler> handlers = new LinkedHashMap<>();
        private Consumer<Query> check = query -> {};
        private boolean indexed;

        private Route(String pattern, Place place) {
            this.pattern = pattern;
            this.place = place;
        }

        /** Adds a method; {@code Allow} lists them in the order in which they are added. */
        public Route on(String method, Handler handler) {
            handlers.put(method, handler);
            return this;
        }

        /** What is asked is looked at by the agent that was asked, before anybody else is: it throws what makes no sense. */
        public Route checked(Consumer<Query> check) {
            this.check = check;
            return this;
        }

        /** Its answers carry the index headers, errors too. */
        public Route indexed() {
            indexed = true;
            return this;
        }

        String pattern() {
            return pattern;
        }

        Place place() {
            return place;
        }

        void check(Query query) {
            check.accept(query);
        }

        boolean isIndexed() {
            return indexed;
        }

        Set<String> methods() {
            return Collections.unmodifiableSet(handlers.keySet());
        }

        @Nullable
        Handler handler(String method) {
            return handlers.get(method);
        }

        String allow() {
            return "OPTIONS," + String.join(",", handlers.keySet());
        }

        String rest(String path) {
            return pattern.endsWith("/") ? path.substring(pattern.length()) : "";
        }
    }
}
