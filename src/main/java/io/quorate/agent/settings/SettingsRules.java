package io.quorate.agent.settings;

import io.quorate.consensus.ConsensusSettings;
import io.quorate.discovery.Discovery;
import io.quorate.kernel.Datacenter;
import io.quorate.kernel.Expect;
import io.quorate.kernel.IpText;
import io.quorate.kernel.NodeId;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.Plain;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What makes sense together. The texts of the first checks are Consul's own ({@code CONTRACT} 19.2), the others follow their
 * manner: the key, the value, what would be right.
 */
final class SettingsRules {
    private static final Duration LONGEST_SESSION_TTL = Duration.ofHours(24);
    private static final Duration LEAST_RECONNECT = Duration.ofHours(8);
    private static final int MAX_META = 64;
    private static final Pattern META_KEY = Pattern.compile("[A-Za-z0-9_-]{1,128}");
    private static final int MAX_META_VALUE = 512;
    private static final int MAX_KEYS = 8;

    private final AgentProperties given;
    private final Machine machine;
    private final List<String> warnings;

    SettingsRules(AgentProperties given, Machine machine, List<String> warnings) {
        this.given = given;
        this.machine = machine;
        this.warnings = warnings;
    }

    AgentSettings apply(AgentSettings.@Nullable Data kept) {
        boolean server = isServer();
        Expect expect = expect(server);
        Datacenter datacenter = domain(() -> new Datacenter(given.datacenter()), Setting.DATACENTER);
        NodeName node =
                domain(() -> new NodeName(given.node() == null ? machine.hostName() : given.node()), Setting.NODE);
        String givenId = given.nodeId();
        NodeId nodeId =
                givenId == null ? null : domain(() -> NodeId.of(givenId.toLowerCase(Locale.ROOT)), Setting.NODE_ID);
        AgentSettings.Founding founding = founding(server, expect, node);
        AgentSettings.Network network = network(server);
        AgentSettings.Joining joining = joining();
        AgentSettings.Gossip gossip = gossip();
        AgentSettings.Raft raft = raft();
        AgentSettings.Level level = level(given.logLevel());
        if (given.dnsPort() != -1) {
            warnings.add("not served yet, ignored: ports.dns = " + given.dnsPort());
        }
        return new AgentSettings(
                server,
                node,
                nodeId,
                nodeMeta(),
                datacenter,
                data(kept),
                founding,
                network,
                joining,
                gossip,
                raft,
                sessionTtlMin(),
                new AgentSettings.Logging(level, given.logJson()),
                given.leaveOnTerminate() == null ? !server : given.leaveOnTerminate(),
                forgetServer(server),
                given.dev(),
                given.stopWithStdin(),
                warnings);
    }

    private boolean isServer() {
        if (given.dev()) {
            if (Boolean.FALSE.equals(given.server())) {
                throw new SettingsException(
                        List.of(Setting.SERVER, Setting.DEV), "'server = false' not allowed in dev mode");
            }
            return true;
        }
        return Boolean.TRUE.equals(given.server());
    }

    private Expect expect(boolean server) {
        int expect = given.bootstrapExpect();
        if (expect < 0) {
            throw new SettingsException(
                    Setting.BOOTSTRAP_EXPECT,
                    "bootstrap_expect cannot be " + expect + ". Must be greater than or equal to zero");
        }
        if (expect > 0 && given.dev()) {
            throw new SettingsException(
                    List.of(Setting.BOOTSTRAP_EXPECT, Setting.DEV), "'bootstrap_expect > 0' not allowed in dev mode");
        }
        if (expect > 0 && given.bootstrap()) {
            throw new SettingsException(
                    List.of(Setting.BOOTSTRAP_EXPECT, Setting.BOOTSTRAP),
                    "'bootstrap_expect > 0' and 'bootstrap = true' are mutually exclusive");
        }
        if (expect > 0 && !server) {
            throw new SettingsException(
                    List.of(Setting.BOOTSTRAP_EXPECT, Setting.SERVER),
                    "'bootstrap_expect > 0' requires 'server = true'");
        }
        if (given.bootstrap() && !server) {
            throw new SettingsException(
                    List.of(Setting.BOOTSTRAP, Setting.SERVER), "'bootstrap = true' requires 'server = true'");
        }
        return given.bootstrap() || given.dev() ? new Expect(1) : new Expect(expect);
    }

    private AgentSettings.Founding founding(boolean server, Expect expect, NodeName self) {
        List<NodeName> founders = given.founders().stream()
                .map(name -> domain(() -> new NodeName(name), Setting.FOUNDERS))
                .toList();
        List<String> hints = new ArrayList<>();
        if (!founders.isEmpty()) {
            if (!server) {
                throw new SettingsException(
                        List.of(Setting.FOUNDERS, Setting.SERVER), "'founders' requires 'server = true'");
            }
            if (Set.copyOf(founders).size() != founders.size()) {
                throw new SettingsException(Setting.FOUNDERS, "founders names a server twice: " + founders);
            }
            if (founders.size() != expect.servers()) {
                throw new SettingsException(
                        List.of(Setting.FOUNDERS, Setting.BOOTSTRAP_EXPECT),
                        "founders names " + founders.size() + " servers " + founders + ", but bootstrap_expect is "
                                + expect + ". Both must be the same number");
            }
            if (!founders.contains(self)) {
                hints.add("this node, " + self + ", is not among the founders " + founders
                        + ": it bootstraps nothing and waits to be added by the leader");
            }
        }
        if (expect.isSet() && !given.dev()) {
            survival(expect.servers(), hints);
        }
        return new AgentSettings.Founding(
                expect,
                founders,
                notNegative(Setting.STABLE_MARGIN, given.founding().stableMargin()),
                positive(Setting.RELEASE_TIMEOUT, given.founding().releaseTimeout()),
                hints);
    }

    /** How many failures so many servers survive, where it is less than somebody may think. */
    private static void survival(int servers, List<String> hints) {
        int survived = (servers - 1) / 2;
        if (servers == 1) {
            hints.add("bootstrap_expect = 1: a cluster of 1 server survives no failure; 3 or 5 are advised");
        } else if (servers == 2) {
            hints.add("bootstrap_expect = 2: a cluster of 2 servers survives no failure, and either of them can fail;"
                    + " 3 or 5 are advised");
        } else if (servers % 2 == 0) {
            hints.add("bootstrap_expect = " + servers + ": a cluster of " + servers + " servers survives " + survived
                    + (survived == 1 ? " failure" : " failures") + ", no more than one of " + (servers - 1));
        }
    }

    private boolean forgetServer(boolean server) {
        if (server && given.forgetServer()) {
            throw new SettingsException(
                    List.of(Setting.FORGET_SERVER, Setting.SERVER),
                    "'forget_server = true' requires 'server = false': it is for an agent that becomes a client on"
                            + " the data directory of a server");
        }
        return given.forgetServer();
    }

    private AgentSettings.Network network(boolean server) {
        String bindText = given.bind() == null ? (given.dev() ? "127.0.0.1" : "0.0.0.0") : given.bind();
        InetAddress bind = Addresses.here(Setting.BIND, bindText, machine);
        InetAddress advertise = advertise(bind);
        List<InetAddress> client = given.client().stream()
                .flatMap(Lists::split)
                .map(text -> Addresses.here(Setting.CLIENT, text, machine))
                .distinct()
                .toList();
        if (client.isEmpty()) {
            throw new SettingsException(Setting.CLIENT, "client_addr cannot be empty");
        }
        client.stream()
                .filter(InetAddress::isAnyLocalAddress)
                .filter(all -> client.size() > 1)
                .findFirst()
                .ifPresent(all -> {
                    throw new SettingsException(
                            Setting.CLIENT,
                            "client_addr: " + IpText.of(all)
                                    + " is every address of this machine already: give it alone");
                });
        AgentSettings.Network network = new AgentSettings.Network(
                bind,
                advertise,
                client,
                port(Setting.HTTP_PORT, given.httpPort()),
                port(Setting.SERVER_PORT, given.serverPort()),
                port(Setting.SERF_LAN_PORT, given.serfLanPort()));
        boolean httpBeside = client.stream().anyMatch(each -> Addresses.overlap(each, bind));
        if (server && network.serverPort() == network.gossipPort()) {
            throw twice(Setting.SERVER_PORT, Setting.SERF_LAN_PORT, network.serverPort());
        }
        if (server && httpBeside && network.httpPort() == network.serverPort()) {
            throw twice(Setting.HTTP_PORT, Setting.SERVER_PORT, network.httpPort());
        }
        if (httpBeside && network.httpPort() == network.gossipPort()) {
            throw twice(Setting.HTTP_PORT, Setting.SERF_LAN_PORT, network.httpPort());
        }
        return network;
    }

    private static SettingsException twice(Setting one, Setting other, int port) {
        return new SettingsException(
                List.of(one, other), one.label() + " and " + other.label() + " cannot both be " + port);
    }

    private InetAddress advertise(InetAddress bind) {
        String text = given.advertise();
        if (text != null) {
            return Addresses.reachable(Setting.ADVERTISE, Addresses.literal(Setting.ADVERTISE, text), bind, machine);
        }
        return bind.isAnyLocalAddress()
                ? Addresses.onePrivate(machine)
                : Addresses.reachable(Setting.BIND, bind, bind, machine);
    }

    private static int port(Setting setting, int port) {
        if (port < 1 || port > 65535) {
            throw new SettingsException(setting, setting.label() + " cannot be " + port + ". Must be 1 to 65535");
        }
        return port;
    }

    private AgentSettings.Joining joining() {
        if (given.retryMax() < 0) {
            throw new SettingsException(
                    Setting.RETRY_MAX,
                    "retry_max cannot be " + given.retryMax() + ". Must be greater than or equal to zero");
        }
        return new AgentSettings.Joining(
                sources(Setting.JOIN, given.join()),
                sources(Setting.RETRY_JOIN, given.retryJoin()),
                positive(Setting.RETRY_INTERVAL, given.retryInterval()),
                given.retryMax(),
                given.rejoin());
    }

    private static List<String> sources(Setting setting, List<String> given) {
        Set<String> sources = new LinkedHashSet<>();
        for (String text : given) {
            for (String source : domain(() -> Discovery.split(text), setting)) {
                sources.add(domain(() -> checked(source), setting));
            }
        }
        return List.copyOf(sources);
    }

    private static String checked(String source) {
        Discovery.check(source);
        return source;
    }

    private AgentSettings.Gossip gossip() {
        List<SharedKey> keys = new ArrayList<>();
        for (String text : given.encrypt()) {
            try {
                SharedKey key = SharedKey.ofBase64(text.strip());
                if (!keys.contains(key)) {
                    keys.add(key);
                }
            } catch (IllegalArgumentException e) {
                throw new SettingsException(Setting.ENCRYPT, "encrypt has invalid key: " + e.getMessage());
            }
        }
        if (keys.size() > MAX_KEYS) {
            throw new SettingsException(
                    Setting.ENCRYPT, "encrypt has " + keys.size() + " keys. Must be at most " + MAX_KEYS);
        }
        if (given.reconnectTimeout().compareTo(LEAST_RECONNECT) < 0) {
            throw new SettingsException(
                    Setting.RECONNECT_TIMEOUT,
                    "reconnect_timeout cannot be " + text(given.reconnectTimeout()) + ". Must be at least 8h");
        }
        AgentProperties.GossipLan lan = given.gossipLan();
        Duration interval = positive(Setting.PROBE_INTERVAL, lan.probeInterval());
        Duration timeout = positive(Setting.PROBE_TIMEOUT, lan.probeTimeout());
        if (timeout.compareTo(interval) >= 0) {
            throw new SettingsException(
                    List.of(Setting.PROBE_TIMEOUT, Setting.PROBE_INTERVAL),
                    "gossip_lan.probe_timeout cannot be " + text(timeout)
                            + ". Must be shorter than gossip_lan.probe_interval, " + text(interval));
        }
        return new AgentSettings.Gossip(
                keys,
                given.encryptVerifyIncoming(),
                given.encryptVerifyOutgoing(),
                positive(Setting.GOSSIP_INTERVAL, lan.gossipInterval()),
                atLeastOne(Setting.GOSSIP_NODES, lan.gossipNodes()),
                interval,
                timeout,
                atLeastOne(Setting.SUSPICION_MULT, lan.suspicionMult()),
                atLeastOne(Setting.RETRANSMIT_MULT, lan.retransmitMult()),
                given.reconnectTimeout());
    }

    private AgentSettings.Raft raft() {
        int multiplier = given.performance().raftMultiplier();
        if (multiplier < 1 || multiplier > 10) {
            throw new SettingsException(
                    Setting.RAFT_MULTIPLIER,
                    "performance.raft_multiplier cannot be " + multiplier + ". Must be between 1 and 10");
        }
        return new AgentSettings.Raft(
                multiplier,
                snapshotThreshold(),
                notNegative(Setting.STABILIZATION, given.adoption().stabilization()));
    }

    private int snapshotThreshold() {
        int entries = given.raftSnapshotThreshold();
        if (entries < 0) {
            throw new SettingsException(
                    Setting.RAFT_SNAPSHOT_THRESHOLD,
                    "raft_snapshot_threshold cannot be " + entries
                            + ". Must be 0, for the default, or the number of entries between snapshots");
        }
        return entries == 0 ? ConsensusSettings.Snapshots.ENTRIES : entries;
    }

    private Duration sessionTtlMin() {
        Duration shortest = positive(Setting.SESSION_TTL_MIN, given.sessionTtlMin());
        if (shortest.compareTo(LONGEST_SESSION_TTL) > 0) {
            throw new SettingsException(
                    Setting.SESSION_TTL_MIN, "session_ttl_min cannot be " + text(shortest) + ". Must be at most 24h");
        }
        return shortest;
    }

    private SortedMap<String, String> nodeMeta() {
        SortedMap<String, String> meta = new TreeMap<>();
        for (String pair : given.nodeMeta()) {
            int colon = pair.indexOf(':');
            String key = colon < 0 ? pair : pair.substring(0, colon);
            String value = colon < 0 ? "" : pair.substring(colon + 1);
            if (colon < 0 && pair.indexOf('=') >= 0) {
                throw new SettingsException(
                        Setting.NODE_META,
                        "node_meta is written key:value, with a colon: \"" + pair.replaceFirst("=", ":") + "\", not \""
                                + pair + "\"");
            }
            if (!META_KEY.matcher(key).matches() || key.startsWith("consul-")) {
                throw new SettingsException(
                        Setting.NODE_META,
                        "node_meta has invalid key \"" + key
                                + "\". Must be 1 to 128 of [A-Za-z0-9_-], not beginning with consul-");
            }
            if (value.length() > MAX_META_VALUE) {
                throw new SettingsException(
                        Setting.NODE_META,
                        "node_meta has a value of " + value.length() + " characters for " + key + ". Must be at most "
                                + MAX_META_VALUE);
            }
            meta.put(key, value);
        }
        if (meta.size() > MAX_META) {
            throw new SettingsException(
                    Setting.NODE_META, "node_meta has " + meta.size() + " pairs. Must be at most " + MAX_META);
        }
        return meta;
    }

    private static AgentSettings.Level level(String text) {
        String upper = text.toUpperCase(Locale.ROOT);
        if (upper.equals("ERR")) {
            return AgentSettings.Level.ERROR;
        }
        for (AgentSettings.Level level : AgentSettings.Level.values()) {
            if (level.name().equals(upper)) {
                return level;
            }
        }
        throw new SettingsException(
                Setting.LOG_LEVEL, "log_level cannot be \"" + text + "\". Must be TRACE, DEBUG, INFO, WARN or ERROR");
    }

    /** Last of all: the only rule that may leave something behind, the temporary folder. */
    private AgentSettings.Data data(AgentSettings.@Nullable Data kept) {
        String text = given.dataDir();
        if (text == null || text.isBlank()) {
            if (!given.dev()) {
                throw new SettingsException(Setting.DATA_DIR, "data_dir cannot be empty");
            }
            if (kept != null && kept.temporary()) {
                return kept;
            }
            try {
                return new AgentSettings.Data(Files.createTempDirectory("quorate-dev-"), true);
            } catch (IOException e) {
                throw new SettingsException("data_dir: no temporary directory can be created: " + Plain.reason(e));
            }
        }
        if (text.indexOf(';') >= 0) {
            // The database's own address would end there.
            throw new SettingsException(Setting.DATA_DIR, "data_dir cannot contain a semicolon: " + text);
        }
        Path folder;
        try {
            folder = Path.of(text).toAbsolutePath().normalize();
        } catch (InvalidPathException e) {
            throw new SettingsException(Setting.DATA_DIR, "data_dir is not a path: " + e.getReason());
        }
        Path nearest = existing(folder);
        if (nearest == null || !Files.isDirectory(nearest)) {
            throw new SettingsException(
                    Setting.DATA_DIR, "data_dir: " + (nearest == null ? folder : nearest) + " is not a directory");
        }
        if (!Files.isWritable(nearest)) {
            throw new SettingsException(Setting.DATA_DIR, "data_dir: " + nearest + " cannot be written");
        }
        return new AgentSettings.Data(folder, false);
    }

    private static @Nullable Path existing(Path folder) {
        Path at = folder;
        while (at != null && !Files.exists(at)) {
            if (Files.isSymbolicLink(at)) {
                throw new SettingsException(
                        Setting.DATA_DIR, "data_dir: " + at + " is a symbolic link to a directory that does not exist");
            }
            at = at.getParent();
        }
        return at;
    }

    private static Duration positive(Setting setting, Duration duration) {
        if (duration.isZero()) {
            throw new SettingsException(setting, setting.label() + " cannot be 0. Must be longer");
        }
        return notNegative(setting, duration);
    }

    private static Duration notNegative(Setting setting, Duration duration) {
        if (duration.isNegative()) {
            throw new SettingsException(setting, setting.label() + " cannot be negative: " + text(duration));
        }
        return duration;
    }

    private static int atLeastOne(Setting setting, int number) {
        if (number < 1) {
            throw new SettingsException(setting, setting.label() + " cannot be " + number + ". Must be at least 1");
        }
        return number;
    }

    private static String text(Duration duration) {
        return Plain.duration(duration);
    }

    /** A value's own complaint, led by the key when it does not begin with it. */
    private static <T> T domain(Supplier<T> value, Setting setting) {
        try {
            return value.get();
        } catch (IllegalArgumentException e) {
            String message = String.valueOf(e.getMessage());
            throw new SettingsException(
                    setting, message.startsWith(setting.label()) ? message : setting.label() + ": " + message);
        }
    }
}
