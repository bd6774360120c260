package io.quorate.docs;

import static io.quorate.docs.Described.JSON;
import static io.quorate.docs.Described.TEXT;
import static io.quorate.docs.Described.bool;
import static io.quorate.docs.Described.integer;
import static io.quorate.docs.Described.list;
import static io.quorate.docs.Described.object;
import static io.quorate.docs.Described.reference;
import static io.quorate.docs.Described.string;
import static io.quorate.docs.Described.type;

import io.swagger.v3.oas.models.media.Schema;
import java.util.List;
import java.util.Map;

/** Keys and values in Consul's dialect, in words. */
final class KvOperationsDescribed {
    private static final String PATH = "/v1/kv/{key}";
    private static final String KEY = "The key: may hold slashes, 4096 characters at most.";
    private static final String SENSELESS =
            "There is no key, or it is too long, or parameters contradict each other or cannot be read.";
    private static final String NO_NUMBER =
            "A number that cannot be read (`strconv.ParseUint: ...`), `No cluster leader` after 7 s without one, `No known Consul servers` on "
                    + "a client that knows none, `No path to datacenter`; errors from another server begin with `rpc error making call: `.";

    private KvOperationsDescribed() {}

    static List<Described> all() {
        return List.of(get(), put(), delete());
    }

    static Map<String, Schema<?>> schemas() {
        return Map.of(
                "KvEntry",
                object(
                        "LockIndex", integer(),
                        "Key", string(),
                        "Flags", integer(),
                        "Value", type("string", "null"),
                        "Session", string(),
                        "CreateIndex", integer(),
                        "ModifyIndex", integer(),
                        "ModifyTime", string()),
                "KvChanges",
                object("Changed", list(reference("KvEntry")), "Deleted", list(string())));
    }

    private static Described common(Described described) {
        return described
                .inPath("key", KEY, string())
                .query("dc", "The datacenter: this one.", string())
                .flag("pretty", "Indented JSON.")
                .answer(400, SENSELESS, TEXT, string())
                .answer(500, NO_NUMBER, TEXT, string());
    }

    private static Described get() {
        return common(Described.of(ConsulOperations.CONSUL, "GET", PATH, "kvGet", "A key, or all that begins so"))
                .text("`after`, `limit`, `depth`, `count`, `changed-since` and `times` are ours.")
                .flag("recurse", "All entries whose keys begin so, by the bytes of their keys.")
                .flag("keys", "The same, their keys alone.")
                .query("separator", "With `keys`: they are cut behind it, each name once.", string())
                .query("depth", "Behind which separator they are cut: 1 unless said.", string())
                .query("after", "With `keys` or `recurse`: only what stands behind this one.", string())
                .query("limit", "With `keys` or `recurse`: as many at most.", string())
                .flag("count", "With `keys`: their number.")
                .query("changed-since", "What was changed or deleted under that prefix after this index.", string())
                .flag("times", "Entries have the time of their last change.")
                .flag("raw", "The value's bytes and nothing else.")
                .query("index", "Waits until the index of the answer is above this one.", string())
                .query("wait", "How long at most: 5 minutes unless said, 10 at most.", string())
                .flag("stale", "Any server may answer, from what it has.")
                .flag("consistent", "Only after a majority has confirmed the leader.")
                .query("max_stale", "The same as `stale`, of a server that heard of the leader so lately.", string())
                .answer(
                        200,
                        "A list with the entry, the entries, the keys, their number, or what has changed.",
                        JSON,
                        new io.swagger.v3.oas.models.media.JsonSchema())
                .answer(200, "", TEXT, string())
                .header(200, "X-Consul-Index", "Index of the last change to what was asked for.", integer())
                .header(200, "X-Consul-KnownLeader", "Whether the server that answered knows a leader.", bool())
                .header(200, "X-Consul-LastContact", "Milliseconds since that server heard of the leader.", integer())
                .answer(404, "There is none.")
                .header(404, "X-Consul-Index", "Index of the last change to any key.", integer())
                .answer(410, "Deletions are not known so far back: all must be read again.", TEXT, string())
                .answer(
                        413,
                        "The answer has more than 32 MiB, or more than 8 MiB through another agent.",
                        TEXT,
                        string());
    }

    private static Described put() {
        return common(Described.of(ConsulOperations.CONSUL, "PUT", PATH, "kvPut", "Write a key"))
                .text("The body is the value: any bytes.")
                .query("flags", "A number of 64 bits without a sign, stored with it.", string())
                .query("cas", "Only if the key was last changed at this index; 0: only if it is absent.", string())
                .query("acquire", "The session that locks the key.", string())
                .query("release", "The session that gives the lock back.", string())
                .answer(200, "Whether it was written.", JSON, bool())
                .answer(413, "The value has more than 512 KiB.", TEXT, string());
    }

    private static Described delete() {
        return common(Described.of(ConsulOperations.CONSUL, "DELETE", PATH, "kvDelete", "Delete a key"))
                .flag("recurse", "All that begins so.")
                .query("cas", "Only if the key was last changed at this index.", string())
                .answer(200, "Whether it is absent now.", JSON, bool());
    }
}
