package io.quorate.contract;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Whether an answer of ours says the same as the recorded one: status, headers, body, and for a blocking query whether it was held to
 * the end. Left out is what the recording calls volatile, and what it says has no order.
 */
final class Comparison {
    /** One is put in front for each agent that passed the question on: clients match by what stands behind. */
    private static final String HOP = "rpc error making call: ";

    /** How the body travels, what is of this connection only, and what is there or not by chance of timing. */
    private static final List<String> IGNORED =
            List.of("Date", "Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "Age");

    private static final Pattern WAIT = Pattern.compile("[?&]wait=(\\d+)s");
    private static final Pattern STEP = Pattern.compile("\\.(\\w+)|\\['([^']*)'\\]|(\\[\\*\\])");
    private static final Pattern SERVER = Pattern.compile("127\\.[0-9.]+:\\d+");

    private final Exchange exchange;
    private final Answered answered;
    private final Cast cast;
    private final Meant meant;
    private final List<String> differences = new ArrayList<>();

    private Comparison(Exchange exchange, Answered answered, Cast cast, Meant meant) {
        this.exchange = exchange;
        this.answered = answered;
        this.cast = cast;
        this.meant = meant;
    }

    /** Empty where they say the same, else each difference. */
    static List<String> differences(Exchange exchange, Answered answered, Cast cast, Meant meant) {
        Comparison comparison = new Comparison(exchange, answered, cast, meant);
        comparison.note("status", exchange.status(), answered.status());
        comparison.headers();
        if (!exchange.method().equals("HEAD")) {
            comparison.body();
        }
        comparison.held();
        return comparison.differences;
    }

    private void note(String what, Object recorded, Object ours) {
        if (!recorded.equals(ours)) {
            differences.add(what + ": recorded " + shortened(recorded) + ", ours " + shortened(ours));
        }
    }

    private void headers() {
        Map<String, String> recorded = comparable(exchange.answerHeaders());
        Map<String, String> ours = comparable(answered.headers());
        // What a value is may be a matter of chance; that there is one is not.
        for (String name : exchange.volatileHeaders()) {
            recorded.computeIfPresent(name, (key, value) -> "(there)");
            ours.computeIfPresent(name, (key, value) -> "(there)");
        }
        note("headers", recorded, ours);
    }

    private Map<String, String> comparable(Map<String, String> headers) {
        TreeMap<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.forEach((name, value) -> all.put(name.toLowerCase(Locale.ROOT), cast.toRecorded(value)));
        IGNORED.forEach(all::remove);
        all.computeIfPresent(
                "Content-Type", (name, type) -> type.replace(" ", "").toLowerCase(Locale.ROOT));
        return all;
    }

    private void body() {
        String ours = cast.toRecorded(answered.text());
        if (exchange.isJson()) {
            try {
                compare("$", canonical(exchange.answer()), canonical(Exchange.JSON.readTree(ours)));
            } catch (JacksonException e) {
                note("body", exchange.answer(), ours);
            }
        } else if (exchange.isText() && !exchange.volatilePaths().contains("$")) {
            note("text", withoutHops(exchange.answer().asString("")), withoutHops(ours));
        }
    }

    /** Notes the innermost values that differ: what engineers want to see of two long answers. */
    private void compare(String path, JsonNode recorded, JsonNode ours) {
        if (recorded.isObject() && ours.isObject()) {
            TreeSet<String> names = new TreeSet<>(recorded.propertyNames());
            names.addAll(ours.propertyNames());
            names.forEach(name -> compare(path + "." + name, recorded.path(name), ours.path(name)));
        } else if (recorded.isArray() && ours.isArray() && recorded.size() == ours.size()) {
            for (int i = 0; i < recorded.size(); i++) {
                compare(path + "[" + i + "]", recorded.path(i), ours.path(i));
            }
        } else {
            note(path, recorded.isMissingNode() ? "nothing" : recorded, ours.isMissingNode() ? "nothing" : ours);
        }
    }

    private static String withoutHops(String text) {
        return text.replace(HOP, "");
    }

    /** A wait is held to its end or it is not: how long exactly is not compared. */
    private void held() {
        Matcher wait = WAIT.matcher(exchange.path());
        if (exchange.elapsedMs() >= 0 && wait.find()) {
            int ms = 1000 * Integer.parseInt(wait.group(1));
            note("held to the end of its wait", exchange.elapsedMs() >= ms, answered.elapsedMs() >= ms);
        }
    }

    private JsonNode canonical(JsonNode body) {
        JsonNode copy = body.deepCopy();
        if (exchange.volatilePaths().contains("$")) {
            return Exchange.JSON.nullNode();
        }
        for (String path : exchange.volatilePaths()) {
            remove(copy, steps(path));
        }
        if (exchange.path().startsWith("/v1/status/leader")
                && SERVER.matcher(copy.asString("")).matches()) {
            return Exchange.JSON.stringNode("(the leader)");
        }
        return ordered(copy, false);
    }

    private static List<String> steps(String path) {
        List<String> steps = new ArrayList<>();
        Matcher step = STEP.matcher(path);
        while (step.find()) {
            steps.add(step.group(3) != null ? "*" : step.group(1) != null ? step.group(1) : step.group(2));
        }
        return steps;
    }

    private static void remove(JsonNode node, List<String> steps) {
        List<String> rest = steps.subList(1, steps.size());
        String step = steps.get(0);
        if (step.equals("*")) {
            node.forEach(inner -> remove(inner, rest));
        } else if (!rest.isEmpty()) {
            remove(node.path(step), rest);
        } else if (node instanceof ObjectNode object) {
            object.remove(step);
        }
    }

    private JsonNode ordered(JsonNode node, boolean servers) {
        if (node instanceof ArrayNode array) {
            List<JsonNode> elements = new ArrayList<>();
            array.forEach(inner -> elements.add(ordered(inner, false)));
            if (servers || isUnordered(array)) {
                elements.sort(Comparator.comparing(JsonNode::toString));
            }
            ArrayNode sorted = Exchange.JSON.createArrayNode();
            elements.forEach(sorted::add);
            return sorted;
        }
        if (node instanceof ObjectNode object) {
            Map<String, JsonNode> fields = new LinkedHashMap<>();
            object.properties().forEach(field -> fields.put(field.getKey(), ordered(field.getValue(), false)));
            fields.keySet().removeIf(meant::leavesOut);
            return withoutLeader(Exchange.JSON.createObjectNode().setAll(fields));
        }
        return node;
    }

    /** Which of three servers leads is chance. */
    private JsonNode withoutLeader(ObjectNode object) {
        if (object.path("Servers") instanceof ArrayNode servers) {
            int leaders = 0;
            for (JsonNode server : servers) {
                leaders += server.path("Leader").asBoolean(false) ? 1 : 0;
                ((ObjectNode) server).remove("Leader");
            }
            object.set("Servers", ordered(servers, true));
            object.put("(leaders)", leaders);
        }
        return object;
    }

    /** Members, servers, what is sorted by ids that a comparison leaves out, and what is put into a random or measured order. */
    private boolean isUnordered(ArrayNode array) {
        if (array.isEmpty()) {
            return false;
        }
        JsonNode first = array.get(0);
        return (first.has("Addr") && first.has("Name"))
                || SERVER.matcher(first.asString("")).matches()
                || (first.isObject() && exchange.volatilePaths().contains("$[*].ID"))
                || exchange.path().contains("near=")
                || exchange.path().contains("/execute");
    }

    private static String shortened(Object value) {
        String text = String.valueOf(value);
        return text.length() > 600 ? text.substring(0, 600) + "..." : text;
    }
}
