package io.quorate.http;

import io.quorate.http.GoJson.NumberText;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An object of a request's JSON body, read as Consul reads it: names match without regard to case, {@code null} is as good as absent, a
 * value of another type is refused, and so is a field that nobody asked for. A route takes what it knows, then calls {@link #end} on the
 * outermost object, which refuses the rest, of inner objects as well:
 *
 * <pre>{@code
 * JsonInput body = JsonInput.object(request.body(), "Request decode failed: ");
 * String name = body.text("Name");
 * Optional<Duration> ttl = body.duration("TTL");
 * Optional<JsonInput> check = body.object("Check");
 * body.end();
 * }</pre>
 *
 * <p>Every method that reads throws {@link BadRequestException} with Go's text behind the prefix. Aliases are other names of the same
 * field. Not for several threads.
 *
 * @see <a href="https://developer.hashicorp.com/consul/api-docs">Consul's HTTP API</a>
 */
public final class JsonInput {
    private static final BigInteger MAX_UNSIGNED = BigInteger.TWO.pow(64).subtract(BigInteger.ONE);
    private static final BigInteger MAX_SIGNED = BigInteger.valueOf(Long.MAX_VALUE);
    private static final BigInteger MIN_SIGNED = BigInteger.valueOf(Long.MIN_VALUE);

    private static final Set<String> NUMBERS = Set.of("int", "uint64", "float64", "time.Duration");

    private final String prefix;
    /** By name in lower case; what was taken is removed. */
    private final Map<String, Field> left = new LinkedHashMap<>();

    private final List<JsonInput> inner = new ArrayList<>();

    private record Field(String name, @Nullable Object value) {}

    private JsonInput(String prefix, Map<?, ?> fields) {
        this.prefix = prefix;
        fields.forEach((name, value) -> {
            String given = String.valueOf(name);
            left.put(given.toLowerCase(Locale.ROOT), new Field(given, value));
        });
    }

    /**
     * The whole body, which must be one object.
     *
     * @param prefix stands before each error, as {@code "Request decode failed: "}
     */
    public static JsonInput object(byte[] body, String prefix) {
        Object value = read(body, prefix);
        if (value == null) {
            return new JsonInput(prefix, Map.of());
        }
        if (value instanceof Map<?, ?> fields) {
            return new JsonInput(prefix, fields);
        }
        throw new BadRequestException(
                prefix + "json: cannot unmarshal " + kind(value) + " into Go value of type map[string]interface {}");
    }

    /**
     * The whole body, which must be a list of objects. Each is to be ended by itself.
     *
     * @param type what Consul calls this list when something else is given, as {@code "api.TxnOps"}
     */
    public static List<JsonInput> objects(byte[] body, String prefix, String type) {
        Object value = read(body, prefix);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof List<?> list)) {
            throw new BadRequestException(
                    prefix + "json: cannot unmarshal " + kind(value) + " into Go value of type " + type);
        }
        List<JsonInput> all = new ArrayList<>(list.size());
        for (Object element : list) {
            if (element != null && !(element instanceof Map<?, ?>)) {
                throw new BadRequestException(prefix + "json: cannot unmarshal " + kind(element)
                        + " into Go value of type " + type.replaceFirst("s$", ""));
            }
            all.add(new JsonInput(prefix, element == null ? Map.of() : (Map<?, ?>) element));
        }
        return all;
    }

    private static @Nullable Object read(byte[] body, String prefix) {
        try {
            return GoJson.read(body);
        } catch (GoJson.Malformed e) {
            throw new BadRequestException(prefix + e.getMessage());
        }
    }

    /** Whether it is there and not null. Does not count as asked for. */
    public boolean has(String name, String... aliases) {
        return names(name, aliases).stream().map(left::get).anyMatch(field -> field != null && field.value() != null);
    }

    /** Whether it is there and null, where that means something else than absent. Does not count as asked for. */
    public boolean isNull(String name, String... aliases) {
        return names(name, aliases).stream().map(left::get).anyMatch(field -> field != null && field.value() == null);
    }

    /** Empty when absent. */
    public String text(String name, String... aliases) {
        Object value = take(name, aliases);
        return value == null ? "" : asText(name, value);
    }

    /** False when absent. */
    public boolean flag(String name, String... aliases) {
        Object value = take(name, aliases);
        if (value == null) {
            return false;
        }
        if (value instanceof Boolean flag) {
            return flag;
        }
        throw wrongType(value, name, "bool");
    }

    /** A whole number, 0 when absent. */
    public long integer(String name, String... aliases) {
        Object value = take(name, aliases);
        return value == null ? 0 : whole(value, name, "int", MIN_SIGNED, MAX_SIGNED);
    }

    /** A whole number of 64 bits without a sign, as the long with the same bits; 0 when absent. */
    public long unsigned(String name, String... aliases) {
        Object value = take(name, aliases);
        return value == null ? 0 : whole(value, name, "uint64", BigInteger.ZERO, MAX_UNSIGNED);
    }

    /** 0 when absent. */
    public double number(String name, String... aliases) {
        Object value = take(name, aliases);
        if (value == null) {
            return 0;
        }
        double parsed = value instanceof NumberText number ? Double.parseDouble(number.digits()) : Double.NaN;
        if (Double.isFinite(parsed)) {
            return parsed;
        }
        throw wrongType(value, name, "float64");
    }

    /** Go's text, as {@code "10s"}, or a number of nanoseconds. */
    public Optional<Duration> duration(String name, String... aliases) {
        Object value = take(name, aliases);
        if (value == null) {
            return Optional.empty();
        }
        if (value instanceof String text) {
            // An empty text is how clients leave it out.
            return text.isEmpty()
                    ? Optional.empty()
                    : Optional.of(GoDuration.parse(text)
                            .orElseThrow(() ->
                                    new BadRequestException(prefix + "time: invalid duration " + GoText.quoted(text))));
        }
        return Optional.of(Duration.ofNanos(nanos(value, name)));
    }

    /** Bytes in base64. Absent when it is not there, which is not the same as empty. */
    public Optional<byte[]> bytes(String name, String... aliases) {
        Object value = take(name, aliases);
        return value == null ? Optional.empty() : Optional.of(decoded(asText(name, value)));
    }

    /** Empty when absent. */
    public List<String> texts(String name, String... aliases) {
        return list(take(name, aliases), name, "[]string", element -> element == null ? "" : asText(name, element));
    }

    /** Empty when absent. */
    public Map<String, String> textMap(String name, String... aliases) {
        return map(
                take(name, aliases),
                name,
                "map[string]string",
                element -> element == null ? "" : asText(name, element));
    }

    /** Empty when absent. */
    public Map<String, List<String>> textLists(String name, String... aliases) {
        return map(
                take(name, aliases),
                name,
                "map[string][]string",
                element -> list(element, name, "[]string", inside -> inside == null ? "" : asText(name, inside)));
    }

    public Optional<JsonInput> object(String name, String... aliases) {
        Object value = take(name, aliases);
        return value == null ? Optional.empty() : Optional.of(inside(value, name));
    }

    /** Empty when absent; an element that is null is left out. */
    public List<JsonInput> objects(String name, String... aliases) {
        List<Optional<JsonInput>> all = list(
                take(name, aliases),
                name,
                "[]struct",
                element -> element == null ? Optional.empty() : Optional.of(inside(element, name)));
        return all.stream().flatMap(Optional::stream).toList();
    }

    /** Empty when absent. */
    public Map<String, JsonInput> objectMap(String name, String... aliases) {
        return map(
                take(name, aliases),
                name,
                "map[string]struct",
                element -> inside(element == null ? Map.of() : element, name));
    }

    /** Fields that Consul knows and we do not use: any value is fine. */
    public JsonInput passOver(String... names) {
        for (String name : names) {
            take(name);
        }
        return this;
    }

    /** Whatever else is in it is fine, here and inside. */
    public void passOverRest() {
        left.clear();
        inner.clear();
    }

    /** @throws BadRequestException when there is a field, here or inside, that was not asked for */
    public void end() {
        for (Field field : left.values()) {
            throw new BadRequestException(prefix + "json: unknown field " + GoText.quoted(field.name()));
        }
        inner.forEach(JsonInput::end);
    }

    private @Nullable Object take(String name, String... aliases) {
        Object taken = null;
        for (String each : names(name, aliases)) {
            Field field = left.remove(each);
            // The first that says something counts: the name itself before its aliases.
            taken = taken == null && field != null ? field.value() : taken;
        }
        return taken;
    }

    private static List<String> names(String name, String... aliases) {
        List<String> names = new ArrayList<>(1 + aliases.length);
        names.add(name.toLowerCase(Locale.ROOT));
        Arrays.stream(aliases).map(alias -> alias.toLowerCase(Locale.ROOT)).forEach(names::add);
        return names;
    }

    private JsonInput inside(Object value, String name) {
        if (!(value instanceof Map<?, ?> fields)) {
            throw wrongType(value, name, "struct");
        }
        JsonInput input = new JsonInput(prefix, fields);
        inner.add(input);
        return input;
    }

    private String asText(String name, Object value) {
        if (value instanceof String text) {
            return text;
        }
        throw wrongType(value, name, "string");
    }

    private <A> List<A> list(@Nullable Object value, String name, String type, Function<@Nullable Object, A> element) {
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof List<?> list)) {
            throw wrongType(value, name, type);
        }
        List<A> all = new ArrayList<>(list.size());
        for (Object each : list) {
            all.add(element.apply(each));
        }
        return all;
    }

    private <A> Map<String, A> map(
            @Nullable Object value, String name, String type, Function<@Nullable Object, A> element) {
        if (value == null) {
            return Map.of();
        }
        if (!(value instanceof Map<?, ?> fields)) {
            throw wrongType(value, name, type);
        }
        Map<String, A> all = new LinkedHashMap<>();
        fields.forEach((key, each) -> all.put(String.valueOf(key), element.apply(each)));
        return all;
    }

    private long whole(Object value, String name, String type, BigInteger least, BigInteger most) {
        // Longer ones are out of every range, and the sum must stay cheap.
        if (value instanceof NumberText number
                && number.digits().length() <= 21
                && number.digits().matches("-?\\d+")) {
            BigInteger parsed = new BigInteger(number.digits());
            if (parsed.compareTo(least) >= 0 && parsed.compareTo(most) <= 0) {
                return parsed.longValue();
            }
        }
        throw wrongType(value, name, type);
    }

    /** Go converts any number to a whole one here. */
    private long nanos(Object value, String name) {
        if (value instanceof NumberText number) {
            if (number.digits().matches("-?\\d{1,18}")) {
                return Long.parseLong(number.digits());
            }
            double about = Double.parseDouble(number.digits());
            if (Math.abs(about) < Long.MAX_VALUE) {
                return (long) about;
            }
        }
        throw wrongType(value, name, "time.Duration");
    }

    private byte[] decoded(String text) {
        int wrong = firstWrongByte(text);
        if (wrong < 0) {
            try {
                return Base64.getMimeDecoder().decode(text);
            } catch (IllegalArgumentException e) {
                wrong = text.length();
            }
        }
        throw new BadRequestException(prefix + "illegal base64 data at input byte " + wrong);
    }

    /** Where it cannot go on as base64, or -1. Line breaks do not count. */
    private static int firstWrongByte(String text) {
        int count = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
            if (letter || c == '+' || c == '/') {
                count++;
            } else if (c == '=') {
                boolean whole = (count % 4 == 2 && text.startsWith("==", i) && text.length() == i + 2)
                        || (count % 4 == 3 && text.length() == i + 1);
                return whole ? -1 : i;
            } else if (c != '\r' && c != '\n') {
                return i;
            }
        }
        return count % 4 == 0 ? -1 : text.length();
    }

    private BadRequestException wrongType(Object value, String name, String type) {
        String kind = value instanceof NumberText number && NUMBERS.contains(type)
                ? "number " + number.digits()
                : kind(value);
        return new BadRequestException(
                prefix + "json: cannot unmarshal " + kind + " into Go struct field ." + name + " of type " + type);
    }

    private static String kind(Object value) {
        if (value instanceof Map<?, ?>) {
            return "object";
        }
        if (value instanceof List<?>) {
            return "array";
        }
        return value instanceof String ? "string" : value instanceof Boolean ? "bool" : "number";
    }
}
