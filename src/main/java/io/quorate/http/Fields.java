package io.quorate.http;

import io.quorate.http.FilterExpression.Match;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What of a kind of row a filter may look at, by the names of the answer's JSON. A constant of its route, built once:
 *
 * <pre>{@code
 * private static final Fields<NodeRow> FIELDS = new Fields<NodeRow>()
 *         .text("Node", row -> row.node().name())
 *         .map("Meta", row -> row.node().meta());
 * }</pre>
 *
 * <p>What a getter gives may be null, which is as good as empty. Indexes, raw configuration and what Consul does not let a filter look
 * at are not added. Safe for any thread once it is built.
 *
 * @param <T> the row
 */
public final class Fields<T> {
    private final Map<String, Field<T>> fields = new LinkedHashMap<>();

    /** One field: what a statement about it means. */
    @FunctionalInterface
    interface Field<T> {
        /** @param at which step of the selector names this field */
        Predicate<T> test(Match match, int at);
    }

    public Fields<T> text(String name, Function<T, @Nullable String> get) {
        return with(name, (match, at) -> Filter.text(match, at, get));
    }

    /** A whole number. */
    public Fields<T> number(String name, ToLongFunction<T> get) {
        return with(name, (match, at) -> Filter.whole(match, at, get));
    }

    public Fields<T> flag(String name, Predicate<T> get) {
        return with(name, (match, at) -> Filter.flag(match, at, get));
    }

    public Fields<T> texts(String name, Function<T, @Nullable List<String>> get) {
        return with(name, (match, at) -> Filter.texts(match, at, get));
    }

    public Fields<T> map(String name, Function<T, @Nullable Map<String, String>> get) {
        return with(name, (match, at) -> Filter.map(match, at, get));
    }

    /** An object with fields of its own; where it is null, they are all absent. */
    public <I> Fields<T> object(String name, Function<T, @Nullable I> get, Fields<I> inner) {
        return with(name, (match, at) -> Filter.object(match, at, get, inner));
    }

    /** A list of objects: what is said of a field inside is said of any of them. */
    public <I> Fields<T> objects(String name, Function<T, @Nullable List<I>> get, Fields<I> inner) {
        return with(name, (match, at) -> Filter.objects(match, at, get, inner));
    }

    public <I> Fields<T> objectMap(String name, Function<T, @Nullable Map<String, I>> get, Fields<I> inner) {
        return with(name, (match, at) -> Filter.objectMap(match, at, get, inner));
    }

    /** Absent when there is no such field. */
    @Nullable
    Field<T> find(String name) {
        return fields.get(name);
    }

    private Fields<T> with(String name, Field<T> field) {
        if (fields.putIfAbsent(name, field) != null) {
            throw new IllegalStateException("two fields " + name);
        }
        return this;
    }
}
