package io.quorate.http;

import io.quorate.answer.Operation;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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
    public Route at(String pattern) {
        Route route = new Route(pattern);
        Route before = pattern.endsWith("/") ? prefixes.putIfAbsent(pattern, route) : exact.putIfAbsent(pattern, route);
        if (before != null) {
            throw new IllegalStateException("two features serve " + pattern);
        }
        return route;
    }

    /** Whether a feature serves exactly this pattern. */
    boolean has(String pattern) {
        return exact.containsKey(pattern) || prefixes.containsKey(pattern);
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

    /** One path and what may be done there. */
    public static final class Route {
        private final String pattern;
        private final Map<String, Handler> handlers = new LinkedHashMap<>();
        private final Map<String, Operation<?, ?>> operations = new HashMap<>();
        private final Set<String> unread = new HashSet<>();
        private boolean indexed;

        private Route(String pattern) {
            this.pattern = pattern;
        }

        /** Adds a method that the agent itself answers; {@code Allow} lists them in the order in which they are added. */
        public Route on(String method, Handler handler) {
            handlers.put(method, handler);
            return this;
        }

        /** The same for a method that asks an operation of the cluster. */
        public Route asks(String method, Operation<?, ?> operation, Handler handler) {
            operations.put(method, operation);
            return on(method, handler);
        }

        /** Adds a method that is not served: 501 with this text, whatever body comes with it. */
        public Route refuses(String method, String why) {
            return refuses(method, 501, why);
        }

        Route refuses(String method, int status, String why) {
            unread.add(method);
            return on(method, request -> {
                throw new RefusedException(status, why);
            });
        }

        /** Its answers carry the index headers, errors too. */
        public Route indexed() {
            indexed = true;
            return this;
        }

        String pattern() {
            return pattern;
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

        /** Whether the method is answered without its body. */
        boolean isUnread(String method) {
            return unread.contains(method);
        }

        /** Absent where the agent itself answers. */
        @Nullable
        Operation<?, ?> operation(String method) {
            return operations.get(method);
        }

        String allow() {
            return "OPTIONS," + String.join(",", handlers.keySet());
        }

        String rest(String path) {
            return pattern.endsWith("/") ? path.substring(pattern.length()) : "";
        }
    }
}
