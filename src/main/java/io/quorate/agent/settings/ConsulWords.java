package io.quorate.agent.settings;

import java.util.Set;

/**
 * Flags and keys that a Consul agent of release 1.8 knows and this agent does not serve ({@code tls} is newer). They are named in a
 * warning, so that a configuration that works there starts here, unless they ask for {@link Protection}; what is in neither table is
 * a slip of the pen and refuses the start.
 */
final class ConsulWords {
    static final Set<String> SWITCHES = Set.of(
            "disable-host-node-id",
            "disable-keyring-file",
            "enable-local-script-checks",
            "enable-script-checks",
            "non-voting-server",
            "syslog",
            "ui");

    static final Set<String> VALUE_FLAGS = Set.of(
            "advertise-wan",
            "allow-write-http-from",
            "alt-domain",
            "check_output_max_size",
            "config-format",
            "default-query-time",
            "domain",
            "grpc-port",
            "hcl",
            "https-port",
            "join-wan",
            "log-file",
            "log-rotate-bytes",
            "log-rotate-duration",
            "log-rotate-max-files",
            "max-query-time",
            "pid-file",
            "primary-gateway",
            "protocol",
            "raft-protocol",
            "recursor",
            "retry-interval-wan",
            "retry-join-wan",
            "retry-max-wan",
            "segment",
            "serf-lan-allowed-cidrs",
            "serf-lan-bind",
            "serf-wan-allowed-cidrs",
            "serf-wan-bind",
            "serf-wan-port",
            "ui-content-path",
            "ui-dir");

    static final Set<String> KEYS = Set.of(
            "acl",
            "acl_agent_master_token",
            "acl_agent_token",
            "acl_datacenter",
            "acl_default_policy",
            "acl_down_policy",
            "acl_enable_key_list_policy",
            "acl_master_token",
            "acl_replication_token",
            "acl_token",
            "acl_ttl",
            "addresses",
            "advertise_addr_ipv4",
            "advertise_addr_ipv6",
            "advertise_addr_wan",
            "advertise_addr_wan_ipv4",
            "advertise_addr_wan_ipv6",
            "advertise_reconnect_timeout",
            "alt_domain",
            "audit",
            "auto_config",
            "auto_encrypt",
            "autopilot",
            "ca_file",
            "ca_path",
            "cache",
            "cert_file",
            "check",
            "check_output_max_size",
            "check_update_interval",
            "checks",
            "config_entries",
            "connect",
            "default_query_time",
            "disable_anonymous_signature",
            "disable_coordinates",
            "disable_host_node_id",
            "disable_http_unprintable_char_filter",
            "disable_keyring_file",
            "disable_remote_exec",
            "disable_update_check",
            "discard_check_output",
            "discovery_max_stale",
            "dns_config",
            "domain",
            "enable_acl_replication",
            "enable_agent_tls_for_checks",
            "enable_central_service_config",
            "enable_debug",
            "enable_local_script_checks",
            "enable_script_checks",
            "enable_syslog",
            "gossip_wan",
            "http_config",
            "key_file",
            "limits",
            "log_file",
            "log_rotate_bytes",
            "log_rotate_duration",
            "log_rotate_max_files",
            "max_query_time",
            "non_voting_server",
            "performance.leave_drain_time",
            "performance.rpc_hold_timeout",
            "pid_file",
            "ports.expose_max_port",
            "ports.expose_min_port",
            "ports.grpc",
            "ports.https",
            "ports.serf_wan",
            "ports.sidecar_max_port",
            "ports.sidecar_min_port",
            "primary_datacenter",
            "primary_gateways",
            "primary_gateways_interval",
            "protocol",
            "raft_protocol",
            "raft_snapshot_interval",
            "raft_trailing_logs",
            "reconnect_timeout_wan",
            "recursors",
            "retry_interval_wan",
            "retry_join_wan",
            "retry_max_wan",
            "rpc",
            "segment",
            "segments",
            "serf_lan",
            "serf_lan_allowed_cidrs",
            "serf_wan",
            "serf_wan_allowed_cidrs",
            "server_name",
            "service",
            "services",
            "skip_leave_on_interrupt",
            "snapshot_agent",
            "start_join_wan",
            "syslog_facility",
            "tagged_addresses",
            "telemetry",
            "tls",
            "tls_cipher_suites",
            "tls_min_version",
            "tls_prefer_server_cipher_suites",
            "translate_wan_addrs",
            "ui",
            "ui_config",
            "ui_content_path",
            "ui_dir",
            "unix_sockets",
            "use_streaming_backend",
            "verify_incoming",
            "verify_incoming_https",
            "verify_incoming_rpc",
            "verify_outgoing",
            "verify_server_hostname",
            "watches");

    private ConsulWords() {}

    static boolean isSwitch(String flag) {
        return SWITCHES.contains(flag);
    }

    static boolean isFlag(String flag) {
        return SWITCHES.contains(flag) || VALUE_FLAGS.contains(flag);
    }

    static boolean isKey(String key) {
        return KEYS.contains(key);
    }

    /** @throws SettingsException when the flag hands over configuration in HCL */
    static void refuseHcl(String flag, String value) {
        if (flag.equals("hcl") || (flag.equals("config-format") && !value.equals("json"))) {
            throw new SettingsException(
                    "-" + flag + ": HCL is not supported, only JSON: write it to a file for -config-file");
        }
    }
}
