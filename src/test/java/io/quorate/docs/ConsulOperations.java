package io.quorate.docs;

import static io.quorate.docs.Described.JSON;
import static io.quorate.docs.Described.TEXT;
import static io.quorate.docs.Described.about;
import static io.quorate.docs.Described.bool;
import static io.quorate.docs.Described.integer;
import static io.quorate.docs.Described.list;
import static io.quorate.docs.Described.mapOf;
import static io.quorate.docs.Described.nothing;
import static io.quorate.docs.Described.object;
import static io.quorate.docs.Described.open;
import static io.quorate.docs.Described.optional;
import static io.quorate.docs.Described.reference;
import static io.quorate.docs.Described.string;
import static io.quorate.docs.Described.type;
import static io.quorate.docs.Described.words;

import io.swagger.v3.oas.models.media.JsonSchema;
import io.swagger.v3.oas.models.media.Schema;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Consul's dialect, in words. */
final class ConsulOperations {
    static final String CONSUL = "consul";

    private static final String SENSELESS = "Parameters that contradict each other, or cannot be read.";
    private static final String NO_CLUSTER =
            "`No cluster leader` after 7 s without one, `No known Consul servers` on a client that knows none, `No path to "
                    + "datacenter`; errors from another server begin with `rpc error making call: `.";

    private ConsulOperations() {}

    static List<Described> all() {
        return List.of(
                Described.of(CONSUL, "GET", "/", "root", "That this is an agent")
                        .answer(200, "`Consul Agent`.", TEXT, string()),
                get(
                        "/v1/agent/self",
                        "agentSelf",
                        "The agent's own configuration, member and figures",
                        reference("AgentSelf")),
                get("/v1/agent/members", "agentMembers", "Everybody whom gossip knows", membersOrNull())
                        .query("wan", "Any value: null, there is no pool between datacenters.", string())
                        .query("segment", "Empty or `_all`; others are refused.", string())
                        .answer(500, "A network segment was asked for.", TEXT, string()),
                put("/v1/agent/join/{address}", "agentJoin", "Introduce this agent to another")
                        .inPath("address", "host, host:port, [v6], [v6]:port or dns+srv:name.", string())
                        .query("wan", "Refused: there is no pool between datacenters.", string())
                        .answer(500, "Nobody could be joined; the text lists why.", TEXT, string()),
                put("/v1/agent/leave", "agentLeave", "Leave the datacenter gracefully; the process ends")
                        .text("A server is removed from the voters first.")
                        .answer(
                                500,
                                "The last voter may not leave, or there is no leader to take it out.",
                                TEXT,
                                string()),
                put("/v1/agent/reload", "agentReload", "Read the settings again, as SIGHUP does")
                        .text("`PUT /reload` also says what has changed.")
                        .answer(500, "The settings are refused, with the reason; nothing has changed.", TEXT, string()),
                put("/v1/agent/force-leave/{node}", "agentForceLeave", "Say that a failed member has left")
                        .text(
                                "A server that nobody hears any more is removed from the voters by the leader, also when another agent "
                                        + "bears its name by now. A living member stays: the answer is the same, as in Consul, but for the header "
                                        + "`X-Quorate-Member`, which is `alive`, else `left` or `removed` (from the voters).")
                        .inPath("node", "The member's name; of a server also its id.", string())
                        .flag("prune", "Forget it at once.")
                        .answer(
                                500,
                                "No member has that name, or most of the voters that stay would not answer.",
                                TEXT,
                                string()),
                server(get(
                        "/v1/status/leader",
                        "statusLeader",
                        "The leader's address, empty while there is none",
                        string())),
                server(get("/v1/status/peers", "statusPeers", "Addresses of the raft peers", list(string()))),
                server(get(
                        "/v1/catalog/datacenters", "catalogDatacenters", "The datacenter, in a list", list(string()))),
                nodes(),
                sessionCreate(),
                sessionChange(
                        "/v1/session/destroy/{session}",
                        "sessionDestroy",
                        "End a session, with all that hangs on it; an unknown one is no error",
                        bool()),
                sessionChange(
                                "/v1/session/renew/{session}",
                                "sessionRenew",
                                "Give a session its full time again",
                                list(reference("Session")))
                        .answer(404, "There is no such session.", TEXT, string()),
                sessions(get(
                                "/v1/session/info/{session}",
                                "sessionInfo",
                                "A session, in a list; an empty one when there is none of that id",
                                list(reference("Session"))))
                        .inPath("session", "Its id.", string()),
                sessions(get(
                                "/v1/session/node/{node}",
                                "sessionNode",
                                "The sessions of a node, by id",
                                list(reference("Session"))))
                        .inPath("node", "The node's name.", string()),
                sessions(get("/v1/session/list", "sessionList", "All sessions, by id", list(reference("Session")))),
                leader(get(
                        "/v1/operator/raft/configuration",
                        "raftConfiguration",
                        "Who is in raft, and who votes",
                        reference("RaftConfiguration"))),
                snapshot(),
                Described.of(CONSUL, "PUT", "/v1/snapshot", "snapshotRestore", "Not served")
                        .answer(501, "Whatever the body is: nothing was changed.", TEXT, string()),
                delete("/v1/operator/raft/peer", "raftRemovePeer", "Remove a server from the voters or learners")
                        .text("One of `id` and `address` is needed. Done by the leader.")
                        .query("id", "The server id.", string())
                        .query("address", "Of its server port, `ip:port`.", string())
                        .query("dc", "The datacenter: this one.", string())
                        .flag("force", "Ours: also where most of the voters that stay would not answer.")
                        .answer(
                                500,
                                "There is no such peer, it is the last voter, most of the voters that stay would not answer, or there is "
                                        + "no leader.",
                                TEXT,
                                string()));
    }

    private static Described snapshot() {
        Schema<?> archive = string();
        archive.setFormat("binary");
        return Described.of(CONSUL, "GET", "/v1/snapshot", "snapshotSave", "The replicated state as an archive")
                .text(
                        "A tar, compressed with gzip: `meta.json`, `state.bin`, `SHA256SUMS`. Streamed; when it breaks off, the connection is cut.")
                .query("dc", "The datacenter: this one.", string())
                .flag("stale", "Any server may answer, from what it has.")
                .answer(200, "The archive.", "application/x-gzip", archive)
                .header(200, "X-Consul-Index", "Index of the last entry that is in it.", integer())
                .header(200, "X-Consul-KnownLeader", "Whether the server that answered knows a leader.", bool())
                .header(200, "X-Consul-LastContact", "Milliseconds since that server heard of the leader.", integer())
                .answer(400, SENSELESS, TEXT, string())
                .answer(
                        500,
                        "`No cluster leader`, at once; `Raft error when taking snapshot: nothing new to snapshot`; or why the state could not be read.",
                        TEXT,
                        string())
                .answer(503, "Four archives are being read.", TEXT, string());
    }

    private static Described sessionCreate() {
        return server(Described.of(CONSUL, "PUT", "/v1/session/create", "sessionCreate", "Make a session"))
                .text(
                        "It ends when it is destroyed, when it was not renewed for twice its TTL, when its node leaves the catalog, and when one "
                                + "of its checks turns critical or is deregistered. Fields that are not known are passed over, an empty body means "
                                + "all defaults.")
                .query("ns", "Refused with 400: there are no namespaces.", string())
                .flag("pretty", "Indented JSON.")
                .body("What is to be made; may be left out.", reference("SessionWanted"))
                .answer(200, "Its id.", JSON, object("ID", string()))
                .answer(400, "A body that cannot be read, or is out of bounds.", TEXT, string())
                .answer(413, "The body has more than 1 MiB.", TEXT, string());
    }

    private static Described sessionChange(String path, String id, String summary, Schema<?> schema) {
        return server(Described.of(CONSUL, "PUT", path, id, summary))
                .inPath("session", "Its id.", string())
                .query("ns", "Refused with 400: there are no namespaces.", string())
                .flag("pretty", "Indented JSON.")
                .answer(200, "The answer.", JSON, schema)
                .answer(400, SENSELESS, TEXT, string())
                .answer(413, "The body has more than 1 MiB.", TEXT, string());
    }

    private static Described sessions(Described described) {
        return leader(described)
                .header(200, "X-Consul-Index", "Index of the last change to any session.", integer())
                .header(200, "X-Consul-KnownLeader", "Whether the server that answered knows a leader.", bool())
                .header(200, "X-Consul-LastContact", "Milliseconds since that server heard of the leader.", integer())
                .header(500, "X-Consul-Index", "1", integer());
    }

    private static Described nodes() {
        Described nodes = leader(get(
                        "/v1/catalog/nodes",
                        "catalogNodes",
                        "Every node that is in the catalog",
                        list(reference("CatalogNode"))))
                .repeatable("node-meta", "`key:value` that a node must have; repeated: all of them.")
                .query("near", "Leaves the order as it is: there are no coordinates.", string())
                .query(
                        "filter",
                        "An expression in Consul's filter language; one that makes no sense is answered with 500.",
                        string())
                .header(200, "X-Consul-Index", "Index of the last change to any node.", integer())
                .header(200, "X-Consul-KnownLeader", "Whether the server that answered knows a leader.", bool())
                .header(200, "X-Consul-LastContact", "Milliseconds since that server heard of the leader.", integer())
                .header(
                        200,
                        "X-Consul-Effective-Consistency",
                        "What the answer is.",
                        words("leader", "consistent", "stale"));
        return nodes.header(500, "X-Consul-Index", "1", integer());
    }

    static Map<String, Schema<?>> schemas() {
        Map<String, Schema<?>> schemas = new TreeMap<>();
        schemas.put(
                "AgentMember",
                object(
                        "Name", string(),
                        "Addr", string(),
                        "Port", integer(),
                        "Tags", mapOf(string()),
                        "Status", about(numbers(1, 2, 3, 4), "1 alive, 2 leaving, 3 left, 4 failed."),
                        "ProtocolMin", integer(),
                        "ProtocolMax", integer(),
                        "ProtocolCur", integer(),
                        "DelegateMin", integer(),
                        "DelegateMax", integer(),
                        "DelegateCur", integer()));
        schemas.put(
                "AgentSelf",
                object(
                        "Config",
                                object(
                                        "Datacenter", string(),
                                        "NodeName", string(),
                                        "NodeID", string(),
                                        "Revision", string(),
                                        "Server", bool(),
                                        "Version", string()),
                        "DebugConfig", type("object"),
                        "Coord", about(nothing(), "As with coordinates switched off."),
                        "Member", reference("AgentMember"),
                        "Stats", about(mapOf(mapOf(string())), "What `consul info` prints: every value is a text."),
                        "Meta", mapOf(string())));
        schemas.put(
                "CatalogNode",
                object(
                        "ID", string(),
                        "Node", string(),
                        "Address", string(),
                        "Datacenter", string(),
                        "TaggedAddresses", textsOrNull(),
                        "Meta", textsOrNull(),
                        "CreateIndex", integer(),
                        "ModifyIndex", integer()));
        schemas.put(
                "Session",
                object(
                        "ID", string(),
                        "Name", string(),
                        "Node", string(),
                        "LockDelay", about(integer(), "Nanoseconds."),
                        "Behavior", words("release", "delete"),
                        "TTL", about(string(), "As it was given; empty: none."),
                        "NodeChecks", listOrNull(string()),
                        "ServiceChecks", listOrNull(object("ID", string(), "Namespace", string())),
                        "CreateIndex", integer(),
                        "ModifyIndex", integer()));
        schemas.put("SessionWanted", sessionWanted());
        schemas.put(
                "RaftConfiguration",
                object(
                        "Servers",
                        list(object(
                                "ID", about(string(), "The server id, which raft goes by."),
                                "Node", string(),
                                "Address", string(),
                                "Leader", bool(),
                                "ProtocolVersion", string(),
                                "Voter", bool())),
                        "Index",
                        integer()));
        return schemas;
    }

    private static Schema<?> sessionWanted() {
        return optional(
                open(),
                "Node",
                about(string(), "Whose session it is; the asked agent's node when absent."),
                "Name",
                string(),
                "LockDelay",
                about(
                        type("string", "integer"),
                        "For how long what it held cannot be locked after its end: `15s`; or a number of nanoseconds, below 1000 of seconds. "
                                + "A minute at most is applied. 15 s when absent."),
                "Behavior",
                words("release", "delete"),
                "TTL",
                about(string(), "From `session_ttl_min` to `24h`; none when absent."),
                "NodeChecks",
                about(list(string()), "Ids of checks of the node; `serfHealth` when absent, none when empty."),
                "Checks",
                about(list(string()), "The old form of `NodeChecks`."),
                "ServiceChecks",
                list(object("ID", string())));
    }

    private static Schema<?> listOrNull(Schema<?> of) {
        Schema<?> schema = list(of);
        schema.addType("null");
        return schema;
    }

    static Schema<?> textsOrNull() {
        Schema<?> schema = mapOf(string());
        schema.addType("null");
        return schema;
    }

    private static Schema<?> membersOrNull() {
        Schema<?> schema = list(reference("AgentMember"));
        schema.addType("null");
        return schema;
    }

    private static Schema<?> numbers(Object... numbers) {
        JsonSchema schema = new JsonSchema();
        schema.setTypes(Set.of("integer"));
        schema.setEnum(List.of(numbers));
        return schema;
    }

    static Described get(String path, String id, String summary, Schema<?> schema) {
        return Described.of(CONSUL, "GET", path, id, summary)
                .flag("pretty", "Indented JSON.")
                .answer(200, "The answer.", JSON, schema)
                .answer(400, SENSELESS, TEXT, string());
    }

    private static Described put(String path, String id, String summary) {
        return Described.of(CONSUL, "PUT", path, id, summary)
                .answer(200, "Done; no body.")
                .answer(400, SENSELESS, TEXT, string())
                .answer(413, "The body has more than 1 MiB.", TEXT, string());
    }

    private static Described delete(String path, String id, String summary) {
        return Described.of(CONSUL, "DELETE", path, id, summary)
                .answer(200, "Done; no body.")
                .answer(400, SENSELESS, TEXT, string())
                .answer(413, "The body has more than 1 MiB.", TEXT, string());
    }

    private static Described server(Described described) {
        return described.query("dc", "The datacenter: this one.", string()).answer(500, NO_CLUSTER, TEXT, string());
    }

    static Described leader(Described described) {
        return server(described)
                .flag("stale", "Any server may answer, from what it has.")
                .flag("consistent", "The leader answers after it asked a majority.")
                .query(
                        "max_stale",
                        "As `stale`, from a server that heard of the leader at most so long ago: `10s`.",
                        string())
                .query("index", "Where the answer has an index: waits until it is greater than this one.", string())
                .query(
                        "wait",
                        "How long at most: 5 minutes unless said, 10 at most, less while most connections wait.",
                        string())
                .query("ns", "Refused with 400: there are no namespaces.", string());
    }
}
