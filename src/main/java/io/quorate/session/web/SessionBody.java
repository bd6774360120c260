package io.quorate.session.web;

import io.quorate.http.BadRequestException;
import io.quorate.http.GoDuration;
import io.quorate.http.JsonMistake;
import io.quorate.http.RefusedException;
import io.quorate.session.Session;
import io.quorate.session.SessionOperations;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The body of a session to be made, as Consul 1.8.7 reads it: names of fields in either case, what is not known left out, what follows
 * the first value not looked at. Where Consul stores nonsense (a lock delay that is negative, or no number) it is refused here.
 */
final class SessionBody {
    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final Duration USUAL_LOCK_DELAY = Duration.ofSeconds(15);
    /** Of nanoseconds: what is below was meant as seconds. */
    private static final int SECONDS_BELOW = 1000;

    private static final String SERF_HEALTH = "serfHealth";

    private static final int MAX_CHECKS = 128;
    private static final int MAX_NAME = 1024;
    private static final int MAX_TEXT = 16 * 1024;
    private static final int MAX_TTL = 128;

    private String node;
    private String name = "";
    private Duration lockDelay = USUAL_LOCK_DELAY;
    private String behavior = "";
    private String ttl = "";
    private @Nullable List<String> nodeChecks = List.of(SERF_HEALTH);
    private @Nullable List<Session.ServiceCheck> serviceChecks;
    /** The old form of the node's. */
    private @Nullable List<String> checks;

    private SessionBody(String node) {
        this.node = node;
    }

    /**
     * @param self whose session it is when none is named
     * @throws BadRequestException when it cannot be read
     * @throws RefusedException when its values make no sense
     */
    static SessionOperations.Wanted read(byte[] body, String self) {
        SessionBody read = new SessionBody(self);
        if (body.length > 0) {
            parse(body).properties().forEach(field -> read.take(field.getKey(), field.getValue()));
        }
        return read.wanted();
    }

    private static JsonNode parse(byte[] body) {
        String text = new String(body, StandardCharsets.UTF_8);
        JsonNode root;
        try {
            root = JSON.readTree(text);
        } catch (JacksonException e) {
            throw undecoded(JsonMistake.in(text, e));
        }
        if (root.isMissingNode()) {
            throw undecoded("EOF");
        }
        if (!root.isObject() && !root.isNull()) {
            throw undecoded("json: cannot unmarshal " + kind(root) + " into Go value of type structs.Session");
        }
        return root;
    }

    private void take(String field, JsonNode value) {
        // As Go does, but for what it says of two spellings of one field: the later one counts.
        switch (field.toLowerCase(Locale.ROOT)) {
            case "node" -> node = text("Node", value, node);
            case "name" -> name = text("Name", value, name);
            case "behavior" -> behavior = text("Behavior", value, behavior);
            case "ttl" -> ttl = text("TTL", value, ttl);
            case "lockdelay" -> lockDelay = value.isNull() ? lockDelay : lockDelay(value);
            case "nodechecks" -> nodeChecks = value.isNull() ? null : texts("NodeChecks", value);
            case "checks" -> checks = value.isNull() ? List.of() : texts("Checks", value);
            case "servicechecks" -> serviceChecks = value.isNull() ? null : serviceChecks(value);
            default -> {}
        }
    }

    private SessionOperations.Wanted wanted() {
        settleChecks();
        if (node.isEmpty()) {
            throw new RefusedException("Must provide Node");
        }
        Session.Behavior meant = meant();
        Duration life = life();
        bound("Node", node, MAX_NAME);
        bound("Name", name, MAX_TEXT);
        return new SessionOperations.Wanted(name, node, lockDelay, meant, ttl, life, nodeChecks, serviceChecks);
    }

    /** The old form counts where the new one says nothing of its own. */
    private void settleChecks() {
        if (checks != null && List.of(SERF_HEALTH).equals(nodeChecks)) {
            nodeChecks = checks;
        }
    }

    private Session.Behavior meant() {
        if (behavior.isEmpty()) {
            return Session.Behavior.RELEASE;
        }
        for (Session.Behavior each : Session.Behavior.values()) {
            if (each.word().equals(behavior)) {
                return each;
            }
        }
        throw new RefusedException("Invalid Behavior setting '" + behavior + "'");
    }

    private Duration life() {
        bound("TTL", ttl, MAX_TTL);
        if (ttl.isEmpty()) {
            return Duration.ZERO;
        }
        // Whether it is in bounds is the leader's to say, whose setting it is.
        return GoDuration.parse(ttl)
                .orElseThrow(() -> new RefusedException(
                        "Session TTL '" + ttl + "' invalid: time: invalid duration \"" + ttl + '"'));
    }

    private static Duration lockDelay(JsonNode value) {
        Duration given;
        if (value.isString()) {
            String text = value.stringValue();
            given = GoDuration.parse(text).orElseThrow(() -> undecoded("time: invalid duration \"" + text + '"'));
        } else if (value.isNumber() && Math.abs(value.asDouble()) < Long.MAX_VALUE) {
            given = Duration.ofNanos((long) value.asDouble());
        } else {
            throw wrong("LockDelay", value, "time.Duration");
        }
        if (given.isNegative()) {
            throw undecoded("LockDelay cannot be negative");
        }
        return given.toNanos() < SECONDS_BELOW ? Duration.ofSeconds(given.toNanos()) : given;
    }

    private static String text(String field, JsonNode value, String before) {
        if (value.isNull()) {
            return before;
        }
        if (!value.isString()) {
            throw wrong(field, value, "string");
        }
        return value.stringValue();
    }

    private static List<String> texts(String field, JsonNode value) {
        if (!value.isArray()) {
            throw wrong(field, value, "[]string");
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode each : value) {
            String text = text(field, each, "");
            bound(field, text, MAX_NAME);
            texts.add(text);
        }
        bound(field, texts);
        return texts;
    }

    private static List<Session.ServiceCheck> serviceChecks(JsonNode value) {
        if (!value.isArray()) {
            throw wrong("ServiceChecks", value, "[]structs.ServiceCheck");
        }
        List<Session.ServiceCheck> read = new ArrayList<>();
        for (JsonNode each : value) {
            if (!each.isObject() && !each.isNull()) {
                throw wrong("ServiceChecks", each, "structs.ServiceCheck");
            }
            String id = "";
            String namespace = "";
            for (var field : each.properties()) {
                switch (field.getKey().toLowerCase(Locale.ROOT)) {
                    case "id" -> id = text("ServiceChecks.ID", field.getValue(), id);
                    case "namespace" -> namespace = text("ServiceChecks.Namespace", field.getValue(), namespace);
                    default -> {}
                }
            }
            bound("ServiceChecks", id, MAX_NAME);
            bound("ServiceChecks", namespace, MAX_NAME);
            read.add(new Session.ServiceCheck(id, namespace));
        }
        bound("ServiceChecks", read);
        return read;
    }

    private static void bound(String field, List<?> list) {
        if (list.size() > MAX_CHECKS) {
            throw new BadRequestException(field + " has " + list.size() + " entries, at most " + MAX_CHECKS + " fit");
        }
    }

    private static void bound(String field, String text, int most) {
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > most) {
            throw new BadRequestException(field + " has " + bytes + " bytes, at most " + most + " fit");
        }
    }

    private static BadRequestException wrong(String field, JsonNode value, String type) {
        return undecoded(
                "json: cannot unmarshal " + kind(value) + " into Go struct field ." + field + " of type " + type);
    }

    private static String kind(JsonNode value) {
        if (value.isArray()) {
            return "array";
        }
        if (value.isObject()) {
            return "object";
        }
        return value.isString() ? "string" : value.isBoolean() ? "bool" : "number";
    }

    private static BadRequestException undecoded(String why) {
        return new BadRequestException("Request decode failed: " + why);
    }
}
