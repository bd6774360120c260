package io.quorate.agent.settings;

import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Words of Consul that ask for a protection which this agent does not have yet: who may connect, read, write or listen in. Whoever
 * asks for one relies on it, so that the start is refused; a warning would leave the agent open. A value that asks for nothing,
 * {@code verify_incoming = false} or {@code acl.enabled = false}, is taken.
 */
final class Protection {
    private static final String TLS_GROUP = "tls";
    private static final Set<String> FALSE = Set.of("false", "f", "0");

    private static final String TLS = "TLS";
    private static final String HTTPS = "HTTPS";
    private static final String ACL = "ACLs";
    private static final String WRITES = "a limit on who may write over HTTP";
    private static final String GOSSIP = "a limit on who may gossip";
    private static final String PLACE =
            "an address of its own to listen at: gossip uses bind_addr, HTTP uses client_addr";

    /** What each asks for, and when. */
    private static final Map<String, Ask> ASKS = asks();

    private Protection() {}

    /** When a word asks for something. */
    enum When {
        TRUE("true"),
        DENY("anything but \"allow\""),
        PORT("a port"),
        GIVEN("any value");

        private final String words;

        When(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }
    }

    /** @param what for what it asks */
    record Ask(When when, String what) {}

    /** All of them, flags with their dash; {@code tls} stands for everything in it. */
    static Set<String> words() {
        return ASKS.keySet();
    }

    static Ask ask(String word) {
        Ask ask = ASKS.get(word);
        if (ask == null) {
            throw new IllegalArgumentException(word);
        }
        return ask;
    }

    /**
     * @param word a flag with its dash or a key with its dots; of others nothing is said
     * @throws SettingsException when the value asks for a protection, or is empty where one was meant to stand
     */
    static void refuse(String word, String value) {
        Ask ask = ASKS.get(word);
        if (ask == null) {
            return;
        }
        if (value.isBlank()) {
            throw new SettingsException(word + " cannot be empty");
        }
        if (asks(ask.when, value.strip().toLowerCase(Locale.ROOT))) {
            throw unserved(word, value, ask);
        }
    }

    /** The same for a value of a file, which may be a group of words. */
    static void refuse(String key, JsonNode value) {
        if (value.isObject()) {
            value.properties().forEach(entry -> refuse(key + "." + entry.getKey(), entry.getValue()));
        } else if (value.isArray()) {
            value.forEach(element -> refuse(key, element));
        } else if (!value.isNull()) {
            if (key.startsWith(TLS_GROUP + ".")) {
                refuseInTls(key, value.asString());
            } else {
                refuse(key, value.asString());
            }
        }
    }

    private static void refuseInTls(String key, String value) {
        if (!FALSE.contains(value.toLowerCase(Locale.ROOT))) {
            throw unserved(key, value, new Ask(When.GIVEN, TLS));
        }
    }

    private static boolean asks(When when, String value) {
        return switch (when) {
            case TRUE -> !FALSE.contains(value);
            case DENY -> !value.equals("allow");
            case PORT -> !value.equals("0") && !value.startsWith("-");
            case GIVEN -> true;
        };
    }

    private static SettingsException unserved(String word, @Nullable String value, Ask ask) {
        return new SettingsException(
                word + " = " + value + " asks for " + ask.what + ", which this agent does not serve yet."
                        + " It does not start without it; remove the setting to start unprotected");
    }

    private static Map<String, Ask> asks() {
        Map<String, Ask> asks = new TreeMap<>();
        for (String word : Set.of(
                "verify_incoming",
                "verify_incoming_rpc",
                "verify_incoming_https",
                "verify_outgoing",
                "verify_server_hostname",
                "auto_encrypt.tls",
                "auto_encrypt.allow_tls",
                "auto_config.enabled",
                "auto_config.authorization.enabled",
                "enable_agent_tls_for_checks",
                "tls_prefer_server_cipher_suites")) {
            asks.put(word, new Ask(When.TRUE, TLS));
        }
        for (String word :
                Set.of("ca_file", "ca_path", "cert_file", "key_file", "tls_min_version", "tls_cipher_suites")) {
            asks.put(word, new Ask(When.GIVEN, TLS));
        }
        asks.put(TLS_GROUP, new Ask(When.GIVEN, TLS));
        asks.put("ports.https", new Ask(When.PORT, HTTPS));
        asks.put("-https-port", new Ask(When.PORT, HTTPS));
        asks.put("acl.enabled", new Ask(When.TRUE, ACL));
        asks.put("acl.default_policy", new Ask(When.DENY, ACL));
        asks.put("acl.enable_key_list_policy", new Ask(When.TRUE, ACL));
        asks.put("acl_default_policy", new Ask(When.DENY, ACL));
        asks.put("acl_enable_key_list_policy", new Ask(When.TRUE, ACL));
        // In Consul it switches ACLs on.
        asks.put("acl_datacenter", new Ask(When.GIVEN, ACL));
        asks.put("http_config.allow_write_http_from", new Ask(When.GIVEN, WRITES));
        asks.put("-allow-write-http-from", new Ask(When.GIVEN, WRITES));
        asks.put("http_config.block_endpoints", new Ask(When.GIVEN, "endpoints that are blocked"));
        asks.put("serf_lan_allowed_cidrs", new Ask(When.GIVEN, GOSSIP));
        asks.put("-serf-lan-allowed-cidrs", new Ask(When.GIVEN, GOSSIP));
        asks.put("serf_lan", new Ask(When.GIVEN, PLACE));
        asks.put("-serf-lan-bind", new Ask(When.GIVEN, PLACE));
        asks.put("addresses.http", new Ask(When.GIVEN, PLACE));
        return Collections.unmodifiableMap(asks);
    }
}
