package io.quorate.agent.settings;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;

/**
 * What differs between the settings that an agent runs with and those read anew.
 *
 * @param taken names of settings that can be changed while it runs
 * @param needRestart names of those that cannot
 */
public record SettingsChange(List<String> taken, List<String> needRestart) {
    private static final Set<Setting> RELOADABLE = EnumSet.of(
            Setting.LOG_LEVEL,
            Setting.LOG_JSON,
            Setting.RETRY_JOIN,
            Setting.RETRY_INTERVAL,
            Setting.RETRY_MAX,
            Setting.ENCRYPT,
            Setting.ENCRYPT_VERIFY_INCOMING,
            Setting.ENCRYPT_VERIFY_OUTGOING);

    private static final Map<Setting, Function<AgentSettings, Object>> VALUES = values();

    public SettingsChange {
        taken = List.copyOf(taken);
        needRestart = List.copyOf(needRestart);
    }

    /** @throws SettingsException when the running agents of a pool would lose each other by this change */
    public static SettingsChange between(AgentSettings running, AgentSettings read) {
        KeyRotation.problem(running.gossip(), read.gossip()).ifPresent(problem -> {
            throw new SettingsException(problem);
        });
        List<String> taken = new ArrayList<>();
        List<String> needRestart = new ArrayList<>();
        VALUES.forEach((setting, value) -> {
            if (!Objects.equals(value.apply(running), value.apply(read))) {
                (RELOADABLE.contains(setting) ? taken : needRestart).add(setting.label());
            }
        });
        return new SettingsChange(taken, needRestart);
    }

    static boolean isReloadable(Setting setting) {
        return RELOADABLE.contains(setting);
    }

    /** Settings that are compared; the rest only say where others are read, or cannot change without new flags. */
    static Set<Setting> compared() {
        return VALUES.keySet();
    }

    private static Map<Setting, Function<AgentSettings, Object>> values() {
        Map<Setting, Function<AgentSettings, Object>> values = new EnumMap<>(Setting.class);
        values.put(Setting.SERVER, AgentSettings::server);
        values.put(Setting.BOOTSTRAP_EXPECT, s -> s.founding().expect());
        values.put(Setting.FOUNDERS, s -> s.founding().founders());
        values.put(Setting.NODE, AgentSettings::node);
        values.put(Setting.NODE_ID, AgentSettings::givenNodeId);
        values.put(Setting.NODE_META, AgentSettings::nodeMeta);
        values.put(Setting.DATACENTER, AgentSettings::datacenter);
        values.put(Setting.DATA_DIR, s -> s.data().folder());
        values.put(Setting.BIND, s -> s.network().bind());
        values.put(Setting.ADVERTISE, s -> s.network().advertise());
        values.put(Setting.CLIENT, s -> s.network().client());
        values.put(Setting.HTTP_PORT, s -> s.network().httpPort());
        values.put(Setting.SERVER_PORT, s -> s.network().serverPort());
        values.put(Setting.SERF_LAN_PORT, s -> s.network().gossipPort());
        values.put(Setting.JOIN, s -> s.joining().join());
        values.put(Setting.RETRY_JOIN, s -> s.joining().retryJoin());
        values.put(Setting.RETRY_INTERVAL, s -> s.joining().retryInterval());
        values.put(Setting.RETRY_MAX, s -> s.joining().retryMax());
        values.put(Setting.REJOIN, s -> s.joining().rejoinAfterLeave());
        values.put(Setting.LEAVE_ON_TERMINATE, AgentSettings::leaveOnTerminate);
        values.put(Setting.FORGET_SERVER, AgentSettings::forgetServer);
        values.put(Setting.ENCRYPT, s -> s.gossip().keys());
        values.put(Setting.ENCRYPT_VERIFY_INCOMING, s -> s.gossip().verifyIncoming());
        values.put(Setting.ENCRYPT_VERIFY_OUTGOING, s -> s.gossip().verifyOutgoing());
        values.put(Setting.LOG_LEVEL, s -> s.logging().level());
        values.put(Setting.LOG_JSON, s -> s.logging().json());
        values.put(Setting.RECONNECT_TIMEOUT, s -> s.gossip().reconnectTimeout());
        values.put(Setting.RAFT_MULTIPLIER, s -> s.raft().multiplier());
        values.put(Setting.RAFT_SNAPSHOT_THRESHOLD, s -> s.raft().snapshotThreshold());
        values.put(Setting.SESSION_TTL_MIN, AgentSettings::sessionTtlMin);
        values.put(Setting.GOSSIP_INTERVAL, s -> s.gossip().gossipInterval());
        values.put(Setting.GOSSIP_NODES, s -> s.gossip().gossipNodes());
        values.put(Setting.PROBE_INTERVAL, s -> s.gossip().probeInterval());
        values.put(Setting.PROBE_TIMEOUT, s -> s.gossip().probeTimeout());
        values.put(Setting.SUSPICION_MULT, s -> s.gossip().suspicionMult());
        values.put(Setting.RETRANSMIT_MULT, s -> s.gossip().retransmitMult());
        values.put(Setting.RELEASE_TIMEOUT, s -> s.founding().releaseTimeout());
        values.put(Setting.STABLE_MARGIN, s -> s.founding().stableMargin());
        values.put(Setting.STABILIZATION, s -> s.raft().stabilization());
        return values;
    }
}
