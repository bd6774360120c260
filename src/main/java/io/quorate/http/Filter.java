package io.quorate.http;

import io.quorate.answer.Answer;
import io.quorate.http.FilterExpression.Match;
import io.quorate.http.FilterExpression.Operator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Which rows an expression in Consul's filter language picks, as in {@code ?filter=Service.Port == 80 and "v1" in Service.Tags}. What
 * makes no sense for these fields is refused when the filter is made, before anybody is asked. Of a map's key that is not there a
 * negative statement is true, every other one false. Safe for any thread.
 *
 * @param <T> the row
 * @see <a href="https://developer.hashicorp.com/consul/api-docs/features/filtering">Consul's filters</a>
 */
public final class Filter<T> implements Predicate<T> {
    private static final String PREFIX = "Failed to create boolean expression evaluator: ";

    private final Predicate<T> test;
    private final boolean all;

    private Filter(Predicate<T> test, boolean all) {
        this.test = test;
        this.all = all;
    }

    /**
     * The filter that a request names, which takes every row where it names none.
     *
     * @throws RefusedException 500, as Consul 1.8 answers a filter that makes no sense
     */
    public static <T> Filter<T> of(Request request, Fields<T> fields) {
        String expression = request.query().first("filter");
        return expression.isEmpty() ? new Filter<>(row -> true, true) : of(expression, fields);
    }

    static <T> Filter<T> of(String expression, Fields<T> fields) {
        try {
            return new Filter<>(FilterText.read(expression).match(new Meaning<>(fields)), false);
        } catch (FilterText.Malformed e) {
            throw new RefusedException(PREFIX + e.getMessage());
        }
    }

    @Override
    public boolean test(T row) {
        return test.test(row);
    }

    /** The answer with those of its rows that the filter picks. */
    public Reply reply(Answer<List<T>> answer, JsonForm<List<T>> form, boolean pretty) {
        // What was rendered once is for all rows.
        return all ? Reply.of(answer, form, pretty) : Reply.narrowed(answer, of(answer.value()), form);
    }

    /** Those of the rows that it picks, in their order. */
    public List<T> of(List<T> rows) {
        return rows.stream().filter(test).toList();
    }

    /** What an expression means for rows with these fields. */
    private record Meaning<T>(Fields<T> fields) implements FilterExpression.Cases<Predicate<T>> {
        @Override
        public Predicate<T> or(FilterExpression.Or expression) {
            List<Predicate<T>> any = all(expression.any());
            return row -> any.stream().anyMatch(one -> one.test(row));
        }

        @Override
        public Predicate<T> and(FilterExpression.And expression) {
            List<Predicate<T>> all = all(expression.all());
            return row -> all.stream().allMatch(one -> one.test(row));
        }

        @Override
        public Predicate<T> not(FilterExpression.Not expression) {
            return expression.negated().match(this).negate();
        }

        @Override
        public Predicate<T> match(Match expression) {
            return field(expression, 0, fields);
        }

        private List<Predicate<T>> all(List<FilterExpression> expressions) {
            List<Predicate<T>> all = new ArrayList<>();
            expressions.forEach(expression -> all.add(expression.match(this)));
            return all;
        }
    }

    private static <T> Predicate<T> field(Match match, int at, Fields<T> fields) {
        Fields.Field<T> field =
                at < match.selector().size() ? fields.find(match.selector().get(at)) : null;
        if (field == null) {
            throw invalidSelector(match, at);
        }
        return field.test(match, at);
    }

    // One method for each kind of field; at is the step of the selector that names it.

    static <T> Predicate<T> text(Match match, int at, Function<T, @Nullable String> get) {
        last(match, at);
        Predicate<String> test = text(match);
        return row -> test.test(orEmpty(get.apply(row)));
    }

    static <T> Predicate<T> texts(Match match, int at, Function<T, @Nullable List<String>> get) {
        last(match, at);
        return collection(match, row -> Objects.requireNonNullElse(get.apply(row), List.of()));
    }

    static <T> Predicate<T> map(Match match, int at, Function<T, @Nullable Map<String, String>> get) {
        if (at + 1 == match.selector().size()) {
            return collection(
                    match,
                    row -> Objects.requireNonNullElse(get.apply(row), Map.<String, String>of())
                            .keySet());
        }
        last(match, at + 1);
        String key = match.selector().get(at + 1);
        Predicate<String> test = text(match);
        return row -> {
            Map<String, String> all = get.apply(row);
            String value = all == null ? null : all.get(key);
            return value == null ? match.operator().isNegative() : test.test(value);
        };
    }

    static <T, I> Predicate<T> object(Match match, int at, Function<T, @Nullable I> get, Fields<I> fields) {
        if (at + 1 == match.selector().size()) {
            throw invalidOperator(match);
        }
        Predicate<I> test = field(match, at + 1, fields);
        return row -> {
            I inner = get.apply(row);
            return inner == null ? match.operator().isNegative() : test.test(inner);
        };
    }

    static <T, I> Predicate<T> objects(Match match, int at, Function<T, @Nullable List<I>> get, Fields<I> fields) {
        Function<T, List<I>> all = row -> Objects.requireNonNullElse(get.apply(row), List.of());
        if (at + 1 == match.selector().size()) {
            return emptiness(match, row -> all.apply(row).isEmpty());
        }
        Predicate<I> test = field(match, at + 1, fields);
        return row -> all.apply(row).stream().anyMatch(test);
    }

    static <T, I> Predicate<T> objectMap(
            Match match, int at, Function<T, @Nullable Map<String, I>> get, Fields<I> fields) {
        if (at + 1 == match.selector().size()) {
            return collection(
                    match,
                    row -> Objects.requireNonNullElse(get.apply(row), Map.<String, I>of())
                            .keySet());
        }
        if (at + 2 == match.selector().size()) {
            throw invalidOperator(match);
        }
        String key = match.selector().get(at + 1);
        Predicate<I> test = field(match, at + 2, fields);
        return row -> {
            Map<String, I> all = get.apply(row);
            I inner = all == null ? null : all.get(key);
            return inner == null ? match.operator().isNegative() : test.test(inner);
        };
    }

    private static <T> Predicate<T> collection(Match match, Function<T, java.util.Collection<String>> get) {
        Operator operator = match.operator();
        if (operator == Operator.IN || operator == Operator.NOT_IN) {
            return row -> get.apply(row).contains(match.value()) == (operator == Operator.IN);
        }
        return emptiness(match, row -> get.apply(row).isEmpty());
    }

    private static <T> Predicate<T> emptiness(Match match, Predicate<T> isEmpty) {
        return switch (match.operator()) {
            case IS_EMPTY -> isEmpty;
            case IS_NOT_EMPTY -> isEmpty.negate();
            default -> throw invalidOperator(match);
        };
    }

    private static Predicate<String> text(Match match) {
        String value = match.value();
        Predicate<String> test = switch (match.operator()) {
            case EQUAL, NOT_EQUAL -> value::equals;
            case IN, NOT_IN -> text -> text.contains(value);
            case MATCHES, NOT_MATCHES -> expression(value);
            default -> throw invalidOperator(match);
        };
        return match.operator().isNegative() ? test.negate() : test;
    }

    static <T> Predicate<T> whole(Match match, int at, ToLongFunction<T> get) {
        last(match, at);
        boolean equal = equality(match);
        long value;
        try {
            value = GoText.whole(match.value());
        } catch (NumberFormatException e) {
            throw notCoerced(match, "strconv.ParseInt", e.getMessage());
        }
        return row -> (get.applyAsLong(row) == value) == equal;
    }

    static <T> Predicate<T> flag(Match match, int at, Predicate<T> get) {
        last(match, at);
        boolean equal = equality(match);
        boolean value = switch (match.value()) {
            case "1", "t", "T", "true", "TRUE", "True" -> true;
            case "0", "f", "F", "false", "FALSE", "False" -> false;
            default -> throw notCoerced(match, "strconv.ParseBool", "invalid syntax");
        };
        return row -> (get.test(row) == value) == equal;
    }

    private static boolean equality(Match match) {
        return switch (match.operator()) {
            case EQUAL -> true;
            case NOT_EQUAL -> false;
            default -> throw invalidOperator(match);
        };
    }

    /** Somewhere in the text. Takes time in proportion to it, whatever the expression. */
    private static Predicate<String> expression(String value) {
        try {
            return GoPattern.found(value);
        } catch (IllegalArgumentException e) {
            throw new FilterText.Malformed(
                    "Failed to compile regular expression " + GoText.quoted(value) + ": " + e.getMessage());
        }
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    /** Nothing may stand behind this step. */
    private static void last(Match match, int at) {
        if (at + 1 < match.selector().size()) {
            throw invalidSelector(match, at + 1);
        }
    }

    private static FilterText.Malformed invalidSelector(Match match, int at) {
        int end = Math.min(at + 1, match.selector().size());
        return new FilterText.Malformed(
                "Selector \"" + String.join(".", match.selector().subList(0, end)) + "\" is not valid");
    }

    private static FilterText.Malformed invalidOperator(Match match) {
        return new FilterText.Malformed(
                "Invalid match operator \"" + match.operator() + "\" for selector \"" + match.name() + '"');
    }

    private static FilterText.Malformed notCoerced(Match match, String function, @Nullable String why) {
        String value = GoText.quoted(match.value());
        return new FilterText.Malformed("Failed to coerce value " + value + " for selector \"" + match.name() + "\": "
                + function + ": parsing " + value + ": " + why);
    }
}
