package io.quorate.catalog.web;

import io.quorate.catalog.Check;
import io.quorate.http.GoDuration;
import io.quorate.http.Json;
import io.quorate.http.JsonInput;
import io.quorate.http.RefusedException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A check as a registration names it, and how it is carried out.
 *
 * @param node empty: the one that is registered
 */
record CheckBody(String node, Check check) {
    /** As it was read, not judged yet. */
    static CheckBody of(JsonInput body) {
        body.passOver("ServiceName", "ServiceTags", "CreateIndex", "ModifyIndex");
        String name = body.text("Name");
        String id = body.text("CheckID");
        String status = body.text("Status");
        String type = body.text("Type");
        Map<String, Object> definition =
                body.object("Definition").map(CheckBody::definition).orElse(Map.of());
        return new CheckBody(
                body.text("Node"),
                new Check(
                        id.isEmpty() ? name : id,
                        name,
                        status.isEmpty() ? Check.CRITICAL : status,
                        body.text("Notes"),
                        body.text("Output"),
                        body.text("ServiceID"),
                        type.isEmpty() ? type(definition) : type,
                        json(definition)));
    }

    /** @param registered the node that the registration is about */
    Check of(String registered) {
        if (!node.isEmpty() && !node.equals(registered)) {
            throw new RefusedException("check node \"" + node + "\" does not match node \"" + registered + "\"");
        }
        if (check.id().isEmpty()) {
            throw new RefusedException(
                    "failed inserting check: failed inserting check: object missing primary index on node \""
                            + registered + "\"");
        }
        RegisterBody.bounded("check id", check.id());
        RegisterBody.bounded("service id", check.serviceId());
        return check;
    }

    /** Only what is set, in the order in which Consul shows it. What it does not know it leaves out. */
    private static Map<String, Object> definition(JsonInput body) {
        Map<String, Object> all = new LinkedHashMap<>();
        duration(all, body, "Interval");
        number(all, "OutputMaxSize", body.integer("OutputMaxSize"));
        duration(all, body, "Timeout");
        duration(all, body, "DeregisterCriticalServiceAfter");
        text(all, body, "HTTP");
        flag(all, body, "TLSSkipVerify");
        Map<String, List<String>> header = new TreeMap<>(body.textLists("Header"));
        if (!header.isEmpty()) {
            all.put("Header", header);
        }
        text(all, body, "Method");
        text(all, body, "Body");
        text(all, body, "TCP");
        List<String> args = body.texts("ScriptArgs");
        if (!args.isEmpty()) {
            all.put("ScriptArgs", args);
        }
        text(all, body, "DockerContainerID");
        text(all, body, "Shell");
        text(all, body, "GRPC");
        flag(all, body, "GRPCUseTLS");
        text(all, body, "AliasNode");
        text(all, body, "AliasService");
        number(all, "TTL", body.duration("TTL").orElse(Duration.ZERO).toNanos());
        body.passOverRest();
        return all;
    }

    private static void duration(Map<String, Object> all, JsonInput body, String name) {
        body.duration(name)
                .filter(duration -> !duration.isZero())
                .ifPresent(duration -> all.put(name, GoDuration.text(duration)));
    }

    private static void number(Map<String, Object> all, String name, long number) {
        if (number != 0) {
            all.put(name, number);
        }
    }

    private static void text(Map<String, Object> all, JsonInput body, String name) {
        String text = body.text(name);
        if (!text.isEmpty()) {
            all.put(name, text);
        }
    }

    private static void flag(Map<String, Object> all, JsonInput body, String name) {
        if (body.flag(name)) {
            all.put(name, true);
        }
    }

    /** What kind of check it is, as Consul tells it from its definition. */
    private static String type(Map<String, Object> definition) {
        boolean repeated = definition.containsKey("Interval");
        if (definition.containsKey("TTL")) {
            return "ttl";
        } else if (definition.containsKey("AliasNode") || definition.containsKey("AliasService")) {
            return "alias";
        } else if (definition.containsKey("DockerContainerID") && repeated && definition.containsKey("ScriptArgs")) {
            return "docker";
        } else if (definition.containsKey("ScriptArgs")) {
            return "script";
        } else if (repeated && definition.containsKey("HTTP")) {
            return "http";
        } else if (repeated && definition.containsKey("GRPC")) {
            return "grpc";
        }
        return repeated && definition.containsKey("TCP") ? "tcp" : "";
    }

    private static String json(Map<String, Object> definition) {
        if (definition.isEmpty()) {
            return Check.NO_DEFINITION;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Json.write(json -> Json.value(json, definition), false, out);
        return out.toString(StandardCharsets.UTF_8);
    }
}
