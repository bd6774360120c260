package io.quorate.agent.settings;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Every setting an agent serves: its flag, its key in a file (Consul's words), its kind. The property and the environment
 * variable are named after the flag; a variable named after the key is the same one. The one table behind reading flags, reading files, naming what is wrong, and help.
 */
enum Setting {
    SERVER("server", "server", Kind.SWITCH, "false", "run as a server instead of a client"),
    BOOTSTRAP(
            "bootstrap",
            "bootstrap",
            Kind.SWITCH,
            "false",
            "bootstrap a cluster of this one server, as -bootstrap-expect=1 does"),
    BOOTSTRAP_EXPECT(
            "bootstrap-expect",
            "bootstrap_expect",
            Kind.NUMBER,
            "0",
            "how many servers bootstrap the cluster, the same on all of them; 0: join a cluster, never bootstrap one"),
    FOUNDERS(
            "founders",
            "founders",
            Kind.LIST,
            "none",
            "node names of the only servers that may bootstrap the cluster, as many as expected"),
    NODE("node", "node_name", Kind.TEXT, "host name", "name of this agent, unique in its datacenter"),
    NODE_ID(
            "node-id",
            "node_id",
            Kind.TEXT,
            "generated at first start",
            "UUID of the node in the catalog; raft has server ids of its own"),
    NODE_META(
            "node-meta",
            "node_meta",
            Kind.PAIRS,
            "none",
            "key:value metadata of the node in the catalog; may be repeated"),
    DATACENTER("datacenter", "datacenter", Kind.TEXT, "dc1", "name of the datacenter"),
    DATA_DIR("data-dir", "data_dir", Kind.TEXT, "none, required", "directory that holds this agent's state"),
    BIND("bind", "bind_addr", Kind.TEXT, "0.0.0.0", "address on which gossip and server RPC listen"),
    ADVERTISE(
            "advertise",
            "advertise_addr",
            Kind.TEXT,
            "the bind address, or the one private IPv4 address",
            "address that is advertised to other agents"),
    CLIENT(
            "client",
            "client_addr",
            Kind.LIST,
            "127.0.0.1",
            "addresses on which HTTP listens, separated by spaces or commas"),
    HTTP_PORT("http-port", "ports.http", Kind.NUMBER, "8500", "port of the HTTP API"),
    SERVER_PORT("server-port", "ports.server", Kind.NUMBER, "8300", "port of server RPC; servers only"),
    SERF_LAN_PORT("serf-lan-port", "ports.serf_lan", Kind.NUMBER, "8301", "port of gossip, UDP and TCP"),
    DNS_PORT(
            "dns-port", "ports.dns", Kind.NUMBER, "-1", "DNS is not served yet: any other value only causes a warning"),
    JOIN(
            "join",
            "start_join",
            Kind.LIST,
            "none",
            "address to join once at start; the agent exits if that fails; may be repeated"),
    RETRY_JOIN(
            "retry-join",
            "retry_join",
            Kind.LIST,
            "none",
            "where to look for members until one answers: address, host:port, name, dns+srv:name, file:path, provider=…"),
    RETRY_INTERVAL("retry-interval", "retry_interval", Kind.DURATION, "30s", "time between attempts of -retry-join"),
    RETRY_MAX(
            "retry-max",
            "retry_max",
            Kind.NUMBER,
            "0",
            "attempts after the first before the agent gives up and exits; 0: unlimited"),
    REJOIN("rejoin", "rejoin_after_leave", Kind.SWITCH, "false", "rejoin the known members after a graceful leave"),
    LEAVE_ON_TERMINATE(
            "leave-on-terminate",
            "leave_on_terminate",
            Kind.SWITCH,
            "true on a client, false on a server",
            "leave the datacenter when a signal stops the agent"),
    FORGET_SERVER(
            "forget-server",
            "forget_server",
            Kind.SWITCH,
            "false",
            "as a client on a server's data directory: move its data aside; its voter is then replaced, or removed with remove-peer"),
    ENCRYPT("encrypt", "encrypt", Kind.LIST, "none", "base64 key that encrypts gossip; further keys only decrypt"),
    ENCRYPT_VERIFY_INCOMING(
            "encrypt-verify-incoming",
            "encrypt_verify_incoming",
            Kind.SWITCH,
            "true",
            "reject gossip that is not encrypted; false while a key is rolled out"),
    ENCRYPT_VERIFY_OUTGOING(
            "encrypt-verify-outgoing",
            "encrypt_verify_outgoing",
            Kind.SWITCH,
            "true",
            "encrypt outgoing gossip; false while a key is rolled out"),
    LOG_LEVEL("log-level", "log_level", Kind.TEXT, "INFO", "TRACE, DEBUG, INFO, WARN or ERROR"),
    LOG_JSON("log-json", "log_json", Kind.SWITCH, "false", "log one JSON object per line"),
    DEV("dev", "", Kind.SWITCH, "false", "one server that bootstraps alone on 127.0.0.1, in a temporary directory"),
    CONFIG_FILE(
            "config-file",
            "",
            Kind.LIST,
            "none",
            "JSON file with Consul's keys; may be repeated: the later value wins, lists are joined"),
    CONFIG_DIR("config-dir", "", Kind.LIST, "none", "directory of such files, *.json in alphabetical order"),
    RECONNECT_TIMEOUT(
            "reconnect-timeout",
            "reconnect_timeout",
            Kind.DURATION,
            "72h",
            "how long a failed member is remembered, at least 8h"),
    RAFT_MULTIPLIER(
            "performance.raft-multiplier",
            "performance.raft_multiplier",
            Kind.NUMBER,
            "1",
            "1 to 10: election timeout in seconds"),
    RAFT_SNAPSHOT_THRESHOLD(
            "raft-snapshot-threshold",
            "raft_snapshot_threshold",
            Kind.NUMBER,
            "16384",
            "entries of raft's log after which a server saves a snapshot and cuts its log; also after 64 MiB; 0: the default"),
    SESSION_TTL_MIN(
            "session-ttl-min",
            "session_ttl_min",
            Kind.DURATION,
            "10s",
            "the shortest TTL that a session may have, the same on all servers; at most 24h"),
    GOSSIP_INTERVAL(
            "gossip-lan.gossip-interval",
            "gossip_lan.gossip_interval",
            Kind.DURATION,
            "200ms",
            "time between rounds of gossip"),
    GOSSIP_NODES(
            "gossip-lan.gossip-nodes", "gossip_lan.gossip_nodes", Kind.NUMBER, "3", "members contacted in each round"),
    PROBE_INTERVAL(
            "gossip-lan.probe-interval", "gossip_lan.probe_interval", Kind.DURATION, "1s", "time between probes"),
    PROBE_TIMEOUT(
            "gossip-lan.probe-timeout",
            "gossip_lan.probe_timeout",
            Kind.DURATION,
            "500ms",
            "how long to wait for the answer to a probe"),
    SUSPICION_MULT(
            "gossip-lan.suspicion-mult",
            "gossip_lan.suspicion_mult",
            Kind.NUMBER,
            "4",
            "how long a suspect may refute, in probe intervals times the logarithm of the pool"),
    RETRANSMIT_MULT(
            "gossip-lan.retransmit-mult",
            "gossip_lan.retransmit_mult",
            Kind.NUMBER,
            "4",
            "how often news is passed on, times the logarithm of the pool"),
    RELEASE_TIMEOUT(
            "founding.release-timeout",
            "",
            Kind.DURATION,
            "30s",
            "for tests: how long a pledge waits before it is withdrawn"),
    STABLE_MARGIN(
            "founding.stable-margin", "", Kind.DURATION, "1s", "for tests: how long candidates must stay the same"),
    STABILIZATION(
            "adoption.stabilization",
            "",
            Kind.DURATION,
            "10s",
            "for tests: how long a new server is healthy before it votes"),
    STOP_WITH_STDIN("stop-with-stdin", "", Kind.SWITCH, "false", "stop when standard input closes; set by dev");

    /** How a value is written. */
    enum Kind {
        SWITCH("true or false"),
        NUMBER("a number"),
        DURATION("a duration such as 30s, 1m30s or 200ms"),
        TEXT("a text"),
        LIST("a list of texts"),
        PAIRS("a list of key:value");

        private final String expected;

        Kind(String expected) {
            this.expected = expected;
        }

        String expected() {
            return expected;
        }
    }

    private final String flag;
    private final String key;
    private final Kind kind;
    private final String fallback;
    private final String help;

    Setting(String flag, String key, Kind kind, String fallback, String help) {
        this.flag = flag;
        this.key = key;
        this.kind = kind;
        this.fallback = fallback;
        this.help = help;
    }

    /** Without its dash. */
    String flag() {
        return flag;
    }

    /** In a file, with a dot where it is nested; empty when a file cannot give it. */
    String key() {
        return key;
    }

    Kind kind() {
        return kind;
    }

    /** The default in words. */
    String fallback() {
        return fallback;
    }

    String help() {
        return help;
    }

    String property() {
        return "quorate." + flag;
    }

    /** The variable named after the flag. */
    String environmentVariable() {
        return Variables.nameOf(flag);
    }

    /** All variables that set it: named after the flag, and after the key. */
    Set<String> environmentVariables() {
        return key.isEmpty()
                ? Set.of(environmentVariable())
                : new TreeSet<>(List.of(environmentVariable(), Variables.nameOf(key)));
    }

    /**
     * Whether leaving it out, by an empty value that was meant to hold one, leaves something open: who may talk to this agent,
     * where it listens, or who may found a cluster.
     */
    boolean isProtective() {
        return switch (this) {
            case ENCRYPT, ENCRYPT_VERIFY_INCOMING, ENCRYPT_VERIFY_OUTGOING, BIND, CLIENT, FOUNDERS -> true;
            default -> false;
        };
    }

    /** Whether a text holds no value at all: it is blank, or the list in it has nothing but commas. */
    boolean isNothing(String text) {
        return kind == Kind.LIST ? Lists.split(text).findAny().isEmpty() : text.isBlank();
    }

    /** How a message says that it was given without a value. */
    String emptyMessage() {
        return emptyMessage(label(), "");
    }

    /** @param text in which there is {@linkplain #isNothing no value} */
    String emptyMessage(String text) {
        return emptyMessage(label(), text);
    }

    /** @param name the setting, or which element of it */
    static String emptyMessage(String name, String text) {
        return name + (text.isBlank() ? " cannot be empty" : " cannot be \"" + text.strip() + "\": it holds no value");
    }

    /** Whether several values may be given; they are joined. */
    boolean isMany() {
        return kind == Kind.LIST || kind == Kind.PAIRS;
    }

    /** As a message names it: the key that Consul's own messages would name, else the flag. */
    String label() {
        return key.isEmpty() ? "-" + flag : key;
    }

    static Optional<Setting> ofFlag(String flag) {
        return Arrays.stream(values()).filter(s -> s.flag.equals(flag)).findFirst();
    }

    static Optional<Setting> ofKey(String key) {
        return key.isEmpty()
                ? Optional.empty()
                : Arrays.stream(values()).filter(s -> s.key.equals(key)).findFirst();
    }

    /** @param name as Spring names it, perhaps with an index */
    static Optional<Setting> ofProperty(String name) {
        int bracket = name.indexOf('[');
        String plain = bracket < 0 ? name : name.substring(0, bracket);
        return Arrays.stream(values()).filter(s -> s.property().equals(plain)).findFirst();
    }
}
