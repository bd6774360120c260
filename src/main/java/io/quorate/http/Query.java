package io.quorate.http;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The part of a request's address behind the question mark, as Go 1.14 reads it, with which Consul 1.8 is built: pairs stand between
 * {@code &} or {@code ;}, and one that cannot be decoded is left out and makes all of it {@link #isBroken broken}.
 */
public final class Query {
    /** More parameters than this are not read: no endpoint knows so many. */
    private static final int MAX_PAIRS = 1000;

    private final Map<String, List<String>> values;
    private final boolean broken;

    private Query(Map<String, List<String>> values, boolean broken) {
        this.values = Collections.unmodifiableMap(values);
        this.broken = broken;
    }

    public static Query of(String raw) {
        Map<String, List<String>> values = new LinkedHashMap<>();
        boolean broken = false;
        int pairs = 0;
        int start = 0;
        while (start < raw.length() && pairs++ < MAX_PAIRS) {
            int end = end(raw, start);
            String pair = raw.substring(start, end);
            start = end + 1;
            if (pair.isEmpty()) {
                continue;
            }
            int equals = pair.indexOf('=');
            String name = RequestPath.decodeQuery(equals < 0 ? pair : pair.substring(0, equals));
            String value = RequestPath.decodeQuery(equals < 0 ? "" : pair.substring(equals + 1));
            if (name != null && value != null) {
                values.computeIfAbsent(name, key -> new ArrayList<>(1)).add(value);
            } else {
                broken = true;
            }
        }
        return new Query(values, broken);
    }

    /** Of the pair that begins there. */
    private static int end(String raw, int start) {
        int end = start;
        while (end < raw.length() && raw.charAt(end) != '&' && raw.charAt(end) != ';') {
            end++;
        }
        return end;
    }

    /** Whether an escape in it is not two hexadecimal digits: what was meant by it is not known. */
    public boolean isBroken() {
        return broken;
    }

    /** Whether it is there at all: for most parameters that counts, not the value. */
    public boolean has(String name) {
        return values.containsKey(name);
    }

    /**
     * A parameter that must not be mistaken: given without a value or as true it says yes, as false no, as nothing at all it is no.
     *
     * @throws BadRequestException when it is anything else, or given twice with different meanings
     */
    public boolean saysYes(String name) {
        Boolean said = null;
        for (String value : all(name)) {
            boolean yes = value.isEmpty() || value.equals("true");
            if (!yes && !value.equals("false")) {
                throw new BadRequestException(name + " must be true or false, not \"" + value + "\"");
            }
            if (said != null && said != yes) {
                throw new BadRequestException(name + " is given twice, as true and as false");
            }
            said = yes;
        }
        return Boolean.TRUE.equals(said);
    }

    /** All of them as Go writes them: by name, escaped anew. */
    public String encoded() {
        StringBuilder out = new StringBuilder();
        new TreeMap<>(values)
                .forEach((name, all) -> all.forEach(value -> out.append(out.isEmpty() ? "" : "&")
                        .append(URLEncoder.encode(name, StandardCharsets.UTF_8))
                        .append('=')
                        .append(URLEncoder.encode(value, StandardCharsets.UTF_8))));
        return out.toString();
    }

    /** Its first value, or the empty text. */
    public String first(String name) {
        List<String> all = values.get(name);
        return all == null ? "" : all.get(0);
    }

    public List<String> all(String name) {
        return Collections.unmodifiableList(values.getOrDefault(name, List.of()));
    }
}
