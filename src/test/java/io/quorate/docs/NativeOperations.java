package io.quorate.docs;

import static io.quorate.docs.Described.JSON;
import static io.quorate.docs.Described.PROBLEM;
import static io.quorate.docs.Described.TEXT;
import static io.quorate.docs.Described.about;
import static io.quorate.docs.Described.bool;
import static io.quorate.docs.Described.integer;
import static io.quorate.docs.Described.list;
import static io.quorate.docs.Described.mapOf;
import static io.quorate.docs.Described.object;
import static io.quorate.docs.Described.open;
import static io.quorate.docs.Described.optional;
import static io.quorate.docs.Described.reference;
import static io.quorate.docs.Described.string;
import static io.quorate.docs.Described.type;
import static io.quorate.docs.Described.words;

import io.quorate.operator.AgentControl;
import io.quorate.operator.AgentReports;
import io.quorate.operator.Peers;
import io.swagger.v3.oas.models.media.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Our own endpoints and Spring Boot's, in words. */
final class NativeOperations {
    static final String NATIVE = "native";
    static final String ACTUATOR = "actuator";
    static final String HEALTH_TYPE = "application/vnd.spring-boot.actuator.v3+json";
    /** Types of problems, without their prefix. */
    static final List<String> PROBLEMS = List.of(
            "bad-request",
            "busy",
            "expectation-failed",
            "http-version",
            "internal",
            "join-failed",
            "method-not-allowed",
            "no-leader",
            "no-server",
            "no-such-peer",
            "not-acceptable",
            "not-implemented",
            "outcome-unknown",
            "peer-kept",
            "reload-refused",
            "timeout",
            "too-large",
            "unsupported-type");

    private NativeOperations() {}

    static List<Described> all() {
        List<Described> all = new ArrayList<>();
        for (String method : List.of("PUT", "POST")) {
            String id = method.equals("PUT") ? "join" : "joinByPost";
            all.add(pretty(Described.of(NATIVE, method, "/join", id, "Introduce this agent to others"))
                    .text(
                            "Contacts every address that the body and the query name, 64 at most, and learns the members that they know. "
                                    + "Both methods do the same.")
                    .repeatable(
                            "address", "An address: host, host:port, [v6], [v6]:port or dns+srv:name; may be repeated.")
                    .body("May be left out when the query has addresses.", reference("JoinRequest"))
                    .answer(200, "At least one address answered.", JSON, reference("JoinAnswer"))
                    .answer(400, "Not JSON, an unknown field, no address, or what cannot be one.", PROBLEM, problem())
                    .answer(406, "The type that is accepted is not served.", PROBLEM, problem())
                    .answer(413, "The body has more than 64 KiB.", PROBLEM, problem())
                    .answer(502, "None of them answered: `join-failed`, with the reason of each.", PROBLEM, problem())
                    .answer(504, "No answer within 60 s.", PROBLEM, problem()));
        }
        for (String method : List.of("PUT", "POST")) {
            String id = method.equals("PUT") ? "reload" : "reloadByPost";
            all.add(pretty(Described.of(NATIVE, method, "/reload", id, "Read the settings again"))
                    .text(
                            "As SIGHUP does: log level, retry-join and gossip keys are in effect at once. Both methods do the same.")
                    .answer(
                            200,
                            "What has changed, by the keys of the settings, and what would need a restart.",
                            JSON,
                            reference("Reload"))
                    .answer(400, "A body: this request takes none.", PROBLEM, problem())
                    .answer(406, "The type that is accepted is not served.", PROBLEM, problem())
                    .answer(422, "The settings are refused: `reload-refused`; nothing has changed.", PROBLEM, problem())
                    .answer(503, "`busy`: too many reloads are waiting.", PROBLEM, problem())
                    .answer(504, "No answer within 60 s.", PROBLEM, problem()));
        }
        all.add(read("/peers", "peers", "The raft peers: who votes, who leads, how far each is", "Peers")
                .text(
                        "A server answers what it knows; what only the leader knows is null elsewhere. A client hands on what a "
                                + "server answers.")
                .answer(503, "A client that can ask no server: `no-server`, with the reason.", PROBLEM, problem()));
        all.add(pretty(Described.of(
                        NATIVE, "DELETE", "/peers/{peer}", "removePeer", "Remove a server from the voters or learners"))
                .text(
                        "Any agent brings it to the leader. A server that still runs stays out until it is started again; then it "
                                + "is added as a learner first.")
                .inPath("peer", "Node name or server id.", string())
                .flag(
                        "force",
                        "Also where most of the voters that stay would not answer: the cluster may then lose its leader and "
                                + "accept no writes until enough of them are back.")
                .answer(200, "It is removed.", JSON, reference("RemovedPeer"))
                .answer(
                        400,
                        "The name is empty, `force` is neither alone nor `true` or `false`, or there is a body: this request takes none.",
                        PROBLEM,
                        problem())
                .answer(404, "`no-such-peer`: no peer has that name or id.", PROBLEM, problem())
                .answer(
                        409,
                        "`peer-kept`: most of the voters that stay would not answer, it is the last voter, or the name is that of "
                                + "more than one peer. Nothing was changed.",
                        PROBLEM,
                        problem())
                .answer(
                        503,
                        "`no-leader`: there is none that could do it. `busy`: another removal is under way at this agent, or too "
                                + "many at the leader. Nothing was changed.",
                        PROBLEM,
                        problem())
                .answer(504, "`outcome-unknown`, or no answer within 60 s.", PROBLEM, problem()));
        all.add(read("/info", "info", "What this agent knows of itself, in groups", "Info")
                .answer(200, "", TEXT, about(string(), "Groups of `key = value` lines, each indented by a tab.")));
        all.add(read("/members", "members", "Everybody whom gossip knows", "MemberReport[]"));
        all.add(read("/why", "why", "Ready, or what this agent waits for and what to do about it", "WhyReport"));
        all.add(Described.of(ACTUATOR, "GET", "/actuator", "actuator", "Links to what is below")
                .answer(200, "The links.", HEALTH_TYPE, open("_links", type("object"))));
        all.add(Described.of(ACTUATOR, "GET", "/actuator/health", "health", "The process and its place in the cluster")
                .text("Component `bootstrap` everywhere, `raft` on servers.")
                .answer(200, "A leader is known and the state caught up.", HEALTH_TYPE, reference("Health"))
                .answer(503, "Not so; `bootstrap` says why.", HEALTH_TYPE, reference("Health")));
        all.add(Described.of(ACTUATOR, "GET", "/actuator/health/{group}", "healthGroup", "One group: the probes")
                .text(
                        "`liveness` is the process only, never the quorum. `readiness` is whether requests that need the cluster "
                                + "can be answered. A component's name is taken too.")
                .inPath("group", "The group.", words("liveness", "readiness", "bootstrap", "raft"))
                .answer(200, "Up.", HEALTH_TYPE, reference("Health"))
                .answer(404, "No such group or component.")
                .answer(503, "Not up.", HEALTH_TYPE, reference("Health")));
        all.add(Described.of(ACTUATOR, "GET", "/actuator/info", "build", "What was built")
                .answer(200, "The build.", HEALTH_TYPE, type("object")));
        all.add(Described.of(ACTUATOR, "GET", "/actuator/prometheus", "metrics", "Metrics")
                .repeatable("includedNames", "Only these metrics.")
                .answer(200, "In Prometheus' text format, version 0.0.4.", TEXT, string()));
        return all;
    }

    static Map<String, Schema<?>> schemas() {
        Map<String, Schema<?>> schemas = new TreeMap<>(RecordSchemas.of(List.of(
                named("io.quorate.operator.web.NativeController$JoinAnswer"),
                named("io.quorate.operator.web.PeersController$RemovedPeer"),
                AgentControl.Reload.class,
                Peers.class,
                AgentReports.WhyReport.class,
                AgentReports.MemberReport.class)));
        Schema<?> addresses = list(string());
        addresses.setMaxItems(64);
        schemas.put("JoinRequest", object("addresses", addresses));
        String[] types =
                PROBLEMS.stream().map(type -> "urn:quorate:problem:" + type).toArray(String[]::new);
        schemas.put(
                "Problem",
                about(
                        optional(
                                open(
                                        "type", words(types),
                                        "title", string(),
                                        "status", integer(),
                                        "detail", string()),
                                "errors",
                                about(mapOf(string()), "`bad-request`: field, and what is wrong with it."),
                                "contacted",
                                integer(),
                                "message",
                                string(),
                                "failures",
                                list(reference("Failure")),
                                "code",
                                string(),
                                "next_step",
                                string()),
                        "An error as RFC 9457 has it. `join-failed` adds contacted, message, failures; `no-server` adds code, "
                                + "message, next_step."));
        schemas.put("Health", health());
        schemas.put("Info", info());
        return schemas;
    }

    private static Schema<?> health() {
        return optional(
                open("status", words("UP", "DOWN", "OUT_OF_SERVICE", "UNKNOWN")),
                "groups",
                list(string()),
                "components",
                mapOf(optional(open("status", string()), "details", type("object"))),
                "details",
                type("object"));
    }

    private static Schema<?> info() {
        Schema<?> textOrNull = type("string", "null");
        Schema<?> agent = optional(
                object(
                        "name", string(),
                        "id", string(),
                        "role", words("server", "client"),
                        "datacenter", string(),
                        "http", list(string()),
                        "gossip", string(),
                        "started_at", string()),
                "server_id",
                about(string(), "Servers only."),
                "rpc",
                about(string(), "Servers only."));
        Schema<?> cluster = optional(
                object("cluster_id", textOrNull, "known_servers", integer(), "ready", bool(), "why", string()),
                "servers",
                about(list(string()), "Clients only: name and address."),
                "incarnation",
                textOrNull,
                "state",
                string(),
                "expect",
                integer(),
                "founders",
                list(string()),
                "missing_servers",
                integer(),
                "leader",
                about(bool(), "Whether this server leads."),
                "leader_id",
                textOrNull,
                "leader_node",
                textOrNull,
                "leader_addr",
                string());
        Schema<?> raft = optional(
                object(
                        "state", string(),
                        "term", integer(),
                        "num_peers", about(integer(), "Voters other than itself."),
                        "voters", integer(),
                        "learners", integer(),
                        "quorum_size", integer(),
                        "last_log_index", integer(),
                        "last_log_term", integer(),
                        "commit_index", integer(),
                        "applied_index", integer(),
                        "fsm_pending", integer(),
                        "last_snapshot_index", integer(),
                        "last_snapshot_term", integer(),
                        "last_contact", about(string(), "`never`, or how long ago, as `26ms`.")),
                "error",
                string());
        Schema<?> gossip = open(
                "members", integer(), "alive", integer(), "leaving", integer(), "failed", integer(), "left", integer());
        gossip.setAdditionalProperties(type("integer", "boolean", "string"));
        Schema<?> runtime = object(
                "java", string(),
                "os", string(),
                "arch", string(),
                "cpu_count", integer(),
                "threads", integer(),
                "heap_used_bytes", integer(),
                "heap_max_bytes", integer(),
                "uptime_ms", integer(),
                "pid", integer());
        return optional(
                object(
                        "agent", agent,
                        "build", object("version", string(), "revision", string()),
                        "cluster", cluster,
                        "gossip", gossip,
                        "runtime", runtime),
                "raft",
                about(raft, "Servers only."));
    }

    private static Described read(String path, String id, String summary, String schema) {
        Schema<?> answered =
                schema.endsWith("[]") ? list(reference(schema.substring(0, schema.length() - 2))) : reference(schema);
        return pretty(Described.of(NATIVE, "GET", path, id, summary))
                .answer(200, "As this agent sees it.", JSON, answered)
                .answer(400, "A body: this request takes none.", PROBLEM, problem())
                .answer(406, "The type that is accepted is not served.", PROBLEM, problem());
    }

    private static Described pretty(Described described) {
        return described.flag("pretty", "Indented JSON.");
    }

    private static Schema<?> problem() {
        return reference("Problem");
    }

    private static Class<?> named(String name) {
        try {
            return Class.forName(name);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }
}
