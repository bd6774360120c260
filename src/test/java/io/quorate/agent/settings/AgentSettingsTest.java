package io.quorate.agent.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.kernel.Expect;
import io.quorate.kernel.NodeName;
import io.quorate.testing.Fault;
import io.quorate.testing.JavaForms;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an agent makes of its flags, environment and files, and what it refuses. */
class AgentSettingsTest {
    private static final String KEY_A = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    private static final String KEY_B = "BBBBBBBBBBBBBBBBBBBBBA==";

    @TempDir
    Path folder;

    private final Map<String, String> environment = new HashMap<>();
    private List<String> interfaces = List.of("127.0.0.1", "10.0.0.5", "203.0.113.9", "fe80:0:0:0:0:0:0:1");

    // ---- where a value comes from

    @Test
    void everyDefaultIsAsDocumented() {
        AgentSettings settings = read("-data-dir", folder.toString());
        assertThat(settings.server()).isFalse();
        assertThat(settings.node()).isEqualTo(new NodeName("testhost"));
        assertThat(settings.givenNodeId()).isEmpty();
        assertThat(settings.nodeMeta()).isEmpty();
        assertThat(settings.datacenter()).hasToString("dc1");
        assertThat(settings.data()).isEqualTo(new AgentSettings.Data(folder, false));
        assertThat(settings.founding())
                .isEqualTo(new AgentSettings.Founding(
                        Expect.NONE, List.of(), Duration.ofSeconds(1), Duration.ofSeconds(30), List.of()));
        assertThat(settings.network())
                .isEqualTo(new AgentSettings.Network(
                        ip("0.0.0.0"), ip("10.0.0.5"), List.of(ip("127.0.0.1")), 8500, 8300, 8301));
        assertThat(settings.joining())
                .isEqualTo(new AgentSettings.Joining(List.of(), List.of(), Duration.ofSeconds(30), 0, false));
        assertThat(settings.gossip())
                .isEqualTo(new AgentSettings.Gossip(
                        List.of(),
                        true,
                        true,
                        Duration.ofMillis(200),
                        3,
                        Duration.ofSeconds(1),
                        Duration.ofMillis(500),
                        4,
                        4,
                        Duration.ofDays(3)));
        assertThat(settings.raft()).isEqualTo(new AgentSettings.Raft(1, 16_384, Duration.ofSeconds(10)));
        assertThat(settings.sessionTtlMin()).isEqualTo(Duration.ofSeconds(10));
        assertThat(settings.raft().electionTimeout()).isEqualTo(Duration.ofSeconds(1));
        assertThat(settings.logging()).isEqualTo(new AgentSettings.Logging(AgentSettings.Level.INFO, false));
        assertThat(settings.leaveOnTerminate()).isTrue();
        assertThat(settings.forgetServer()).isFalse();
        assertThat(settings.dev()).isFalse();
        assertThat(settings.stopWithStdin()).isFalse();
        assertThat(settings.warnings()).isEmpty();
    }

    @Test
    void everyKeyOfAFileIsConsulsWord() {
        List<String> keys = Arrays.stream(Setting.values())
                .map(Setting::key)
                .filter(key -> !key.isEmpty())
                .toList();
        assertThat(keys)
                .containsExactlyInAnyOrder(
                        "server",
                        "bootstrap",
                        "bootstrap_expect",
                        "founders",
                        "node_name",
                        "node_id",
                        "node_meta",
                        "datacenter",
                        "data_dir",
                        "bind_addr",
                        "advertise_addr",
                        "client_addr",
                        "ports.http",
                        "ports.server",
                        "ports.serf_lan",
                        "ports.dns",
                        "start_join",
                        "retry_join",
                        "retry_interval",
                        "retry_max",
                        "rejoin_after_leave",
                        "leave_on_terminate",
                        "forget_server",
                        "encrypt",
                        "encrypt_verify_incoming",
                        "encrypt_verify_outgoing",
                        "log_level",
                        "log_json",
                        "reconnect_timeout",
                        "performance.raft_multiplier",
                        "raft_snapshot_threshold",
                        "session_ttl_min",
                        "gossip_lan.gossip_interval",
                        "gossip_lan.gossip_nodes",
                        "gossip_lan.probe_interval",
                        "gossip_lan.probe_timeout",
                        "gossip_lan.suspicion_mult",
                        "gossip_lan.retransmit_mult");
    }

    @Test
    void everyFlagIsConsulsWordOrOurs() {
        List<String> flags = Arrays.stream(Setting.values())
                .map(Setting::flag)
                .filter(flag -> flag.indexOf('.') < 0)
                .toList();
        assertThat(flags)
                .containsExactlyInAnyOrder(
                        "server",
                        "bootstrap",
                        "bootstrap-expect",
                        "founders",
                        "node",
                        "node-id",
                        "node-meta",
                        "datacenter",
                        "data-dir",
                        "bind",
                        "advertise",
                        "client",
                        "http-port",
                        "server-port",
                        "serf-lan-port",
                        "dns-port",
                        "join",
                        "retry-join",
                        "retry-interval",
                        "retry-max",
                        "rejoin",
                        "leave-on-terminate",
                        "forget-server",
                        "encrypt",
                        "encrypt-verify-incoming",
                        "encrypt-verify-outgoing",
                        "log-level",
                        "log-json",
                        "dev",
                        "config-file",
                        "config-dir",
                        "reconnect-timeout",
                        "raft-snapshot-threshold",
                        "session-ttl-min",
                        "stop-with-stdin");
    }

    @Test
    void flagsAreReadWithOneDashOrTwoWithEqualsOrASpace() {
        AgentSettings settings = read(
                "--server",
                "-bootstrap-expect=3",
                "--datacenter",
                "East",
                "-data-dir=" + folder,
                "-node",
                "s1",
                "-node-id=0000000A-0000-4000-8000-000000000011",
                "-node-meta=rack:r1",
                "-node-meta",
                "note:a,b:c",
                "-bind=127.0.0.7",
                "-client=127.0.0.1 10.0.0.5",
                "-http-port",
                "1",
                "-server-port=2",
                "-serf-lan-port=3",
                "-dns-port=-1",
                "-join=a",
                "-join",
                "b:8301",
                "-retry-join=dns+srv:_q._tcp.x",
                "-retry-join=file:/etc/peers",
                "-retry-interval=1m30s",
                "-retry-max=7",
                "-rejoin",
                "-encrypt=" + KEY_A,
                "-encrypt=" + KEY_B,
                "-log-level=err",
                "-log-json",
                "-founders=s1,s2,s3");
        assertThat(settings.server()).isTrue();
        assertThat(settings.founding().expect()).isEqualTo(new Expect(3));
        assertThat(settings.founding().founders())
                .containsExactly(new NodeName("s1"), new NodeName("s2"), new NodeName("s3"));
        assertThat(settings.datacenter()).hasToString("east");
        assertThat(settings.node()).hasToString("s1");
        assertThat(settings.givenNodeId().map(Object::toString)).contains("0000000a-0000-4000-8000-000000000011");
        assertThat(settings.nodeMeta()).isEqualTo(Map.of("rack", "r1", "note", "a,b:c"));
        assertThat(settings.network())
                .isEqualTo(new AgentSettings.Network(
                        ip("127.0.0.7"), ip("127.0.0.7"), List.of(ip("127.0.0.1"), ip("10.0.0.5")), 1, 2, 3));
        assertThat(settings.joining())
                .isEqualTo(new AgentSettings.Joining(
                        List.of("a", "b:8301"),
                        List.of("dns+srv:_q._tcp.x", "file:/etc/peers"),
                        Duration.ofSeconds(90),
                        7,
                        true));
        assertThat(settings.gossip().keys()).containsExactly(SharedKey.ofBase64(KEY_A), SharedKey.ofBase64(KEY_B));
        assertThat(settings.logging()).isEqualTo(new AgentSettings.Logging(AgentSettings.Level.ERROR, true));
        assertThat(settings.leaveOnTerminate()).isFalse();
    }

    @Test
    void aSwitchTakesFalseOnlyBehindAnEqualsSign() {
        assertThat(read("-server=false", "-data-dir=" + folder).server()).isFalse();
        assertRefused("unexpected argument: false", "-server", "false", "-data-dir=" + folder);
        assertRefused(
                "server cannot be \"maybe\" (-server). Must be true or false", "-server=maybe", "-data-dir=" + folder);
    }

    @Test
    void everySettingIsAnEnvironmentVariableToo() throws IOException {
        Path file = write("c.json", "{\"node_name\":\"from-file\",\"bind_addr\":\"127.0.0.3\"}");
        environment.put("QUORATE_SERVER", "true");
        environment.put("QUORATE_BOOTSTRAP_EXPECT", "3");
        environment.put("QUORATE_FOUNDERS", "a,b,testhost");
        environment.put("QUORATE_NODE_META", "x:1,y:2");
        environment.put("QUORATE_DATA_DIR", folder.toString());
        environment.put("QUORATE_HTTP_PORT", "9500");
        environment.put("QUORATE_RETRY_JOIN", "quorate-0.quorate,quorate-1.quorate");
        environment.put("QUORATE_RETRY_INTERVAL", "5s");
        environment.put("QUORATE_CONFIG_FILE", file.toString());
        environment.put("QUORATE_NODE", "testhost");
        environment.put("QUORATE_LOG_JSON", "true");
        environment.put("QUORATE_PERFORMANCE_RAFT_MULTIPLIER", "2");
        environment.put("QUORATE_GOSSIP_LAN_PROBE_INTERVAL", "2s");
        environment.put("QUORATE_FOUNDING_RELEASE_TIMEOUT", "3s");
        environment.put("QUORATE_ADOPTION_STABILIZATION", "0");
        AgentSettings settings = read();
        assertThat(settings.server()).isTrue();
        assertThat(settings.founding().expect().servers()).isEqualTo(3);
        assertThat(settings.founding().founders()).hasSize(3);
        assertThat(settings.founding().releaseTimeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(settings.nodeMeta()).isEqualTo(Map.of("x", "1", "y", "2"));
        assertThat(settings.network().httpPort()).isEqualTo(9500);
        assertThat(settings.network().bind()).isEqualTo(ip("127.0.0.3"));
        assertThat(settings.joining().retryJoin()).containsExactly("quorate-0.quorate", "quorate-1.quorate");
        assertThat(settings.joining().retryInterval()).isEqualTo(Duration.ofSeconds(5));
        assertThat(settings.node()).hasToString("testhost");
        assertThat(settings.logging().json()).isTrue();
        assertThat(settings.raft()).isEqualTo(new AgentSettings.Raft(2, 16_384, Duration.ZERO));
        assertThat(settings.gossip().probeInterval()).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void theEnvironmentVariableOfEverySettingReachesItsComponent() {
        for (Setting setting : Setting.values()) {
            if (setting == Setting.CONFIG_FILE || setting == Setting.CONFIG_DIR) {
                continue;
            }
            environment.clear();
            environment.put(setting.environmentVariable(), "\u0000no value of anything");
            String[] needed =
                    setting == Setting.DATA_DIR ? new String[0] : new String[] {"-data-dir", folder.toString()};
            switch (setting) {
                case NODE_META, FOUNDERS, JOIN, RETRY_JOIN ->
                    environment.put(setting.environmentVariable(), "provider=x,\u0000 ");
                default -> {}
            }
            assertThatThrownBy(() -> read(needed))
                    .as("%s must be heard", setting.environmentVariable())
                    .isInstanceOf(SettingsException.class)
                    .hasMessageContaining(setting.label());
        }
    }

    @Test
    void flagsWinOverVariablesOverFiles() throws IOException {
        Path file = write("c.json", "{\"datacenter\":\"file\",\"retry_join\":[\"f1\",\"f2\",\"f3\"]}");
        String[] base = {"-data-dir", folder.toString(), "-config-file", file.toString()};
        assertThat(read(base).datacenter()).hasToString("file");
        assertThat(read(base).joining().retryJoin()).containsExactly("f1", "f2", "f3");
        environment.put("QUORATE_DATACENTER", "env");
        environment.put("QUORATE_RETRY_JOIN", "e1,e2");
        assertThat(read(base).datacenter()).hasToString("env");
        assertThat(read(base).joining().retryJoin()).containsExactly("e1", "e2");
        String[] flagged = Arrays.copyOf(base, base.length + 2);
        flagged[base.length] = "-datacenter=flag";
        flagged[base.length + 1] = "-retry-join=only";
        assertThat(read(flagged).datacenter()).hasToString("flag");
        assertThat(read(flagged).joining().retryJoin()).containsExactly("only");
    }

    @Test
    void sourcesWithAProviderKeepTheirCommasWhereverTheyAreGiven() throws IOException {
        String pods = "provider=k8s namespace=n label_selector=\"app=quorate,component in (a, b)\"";
        String bare = "provider=k8s label_selector=app=quorate,component=server";
        String tag = "provider=aws tag_key=role tag_value=\"a, b\"";
        String[] flags = {
            "-data-dir=" + folder, "-retry-join", pods, "--retry-join=" + bare + ",10.0.0.1", "-retry-join=h " + tag
        };
        assertThat(read(flags).joining().retryJoin()).containsExactly(pods, bare, "10.0.0.1", "h", tag);
        environment.put("QUORATE_RETRY_JOIN", "quorate," + pods + ",10.0.0.1:8301," + bare + "," + tag);
        environment.put("QUORATE_JOIN", bare + ",dns+srv:q.x");
        AgentSettings settings = read("-data-dir=" + folder);
        assertThat(settings.joining().retryJoin()).containsExactly("quorate", pods, "10.0.0.1:8301", bare, tag);
        assertThat(settings.joining().join()).containsExactly(bare, "dns+srv:q.x");
        environment.clear();
        Path file = write("k.json", "{\"retry_join\":[" + quoted(pods) + ",\"10.0.0.1\"," + quoted(bare) + "]}");
        assertThat(read("-data-dir=" + folder, "-config-file=" + file).joining().retryJoin())
                .containsExactly(pods, "10.0.0.1", bare);
        Path single = write("s.json", "{\"retry_join\":" + quoted(pods + "," + tag) + "}");
        assertThat(read("-data-dir=" + folder, "-config-file=" + single)
                        .joining()
                        .retryJoin())
                .containsExactly(pods, tag);
    }

    private static String quoted(String text) {
        return '"' + text.replace("\"", "\\\"") + '"';
    }

    @Test
    void aRefusedSourceDoesNotShowItsSecret() {
        assertThatThrownBy(() -> read(
                        "-data-dir=" + folder,
                        "-retry-join=provider=azure tag_name=a secret_access_key=s3cret client_id=b"))
                .hasMessage("retry_join: provider=azure needs tag_value= (-retry-join)");
        assertThatThrownBy(() -> read("-data-dir=" + folder, "-retry-join=provider=aws secret_access_key=half s3cret"))
                .hasMessageStartingWith("retry_join: word 3 of it is no key=value");
    }

    @Test
    @Fault(
            line = "E2",
            fault = "a setting is given as a system property, which earlier releases took",
            seen = "the start is refused, naming the property")
    void aSystemPropertyIsNoSourceOfSettings() {
        Properties system = new Properties();
        system.setProperty("server.port", "9999");
        AgentSettingsReader.refuseProperties(system);
        system.setProperty("quorate.retry-join", "a");
        assertThatThrownBy(() -> AgentSettingsReader.refuseProperties(system))
                .isInstanceOf(SettingsException.class)
                .hasMessage(
                        "system property quorate.retry-join: settings come from flags, environment variables and files,"
                                + " not from system properties");
    }

    // ---- environment variables

    @Test
    @Fault(
            line = "E3",
            fault = "variables that Kubernetes sets for services named quorate and quorate-…",
            seen = "they are no settings, and nothing is said of them")
    void serviceLinksOfKubernetesAreNoSettings() {
        for (String service : List.of("QUORATE", "QUORATE_HTTP", "QUORATE_SERVER", "QUORATE_MY_OWN")) {
            environment.put(service + "_SERVICE_HOST", "10.0.0.1");
            environment.put(service + "_SERVICE_PORT", "8500");
            environment.put(service + "_SERVICE_PORT_HTTP", "8500");
            environment.put(service + "_PORT", "tcp://10.0.0.1:8500");
            environment.put(service + "_PORT_8500_TCP", "tcp://10.0.0.1:8500");
            environment.put(service + "_PORT_8500_TCP_PROTO", "tcp");
            environment.put(service + "_PORT_8500_TCP_PORT", "8500");
            environment.put(service + "_PORT_8500_TCP_ADDR", "10.0.0.1");
            environment.put(service + "_PORT_8301_UDP", "udp://10.0.0.1:8301");
        }
        AgentSettings settings = read("-data-dir", folder.toString());
        assertThat(settings.network().httpPort()).isEqualTo(8500);
        assertThat(settings.network().serverPort()).isEqualTo(8300);
        assertThat(settings.warnings()).isEmpty();
        environment.put("QUORATE_SERVER_PORT", "8400");
        assertThat(read("-data-dir", folder.toString()).network().serverPort()).isEqualTo(8400);
    }

    @Test
    void aVariableOfTheCommandsIsNoneOfTheAgent() {
        environment.put("QUORATE_HTTP_ADDR", "127.0.0.1:1");
        environment.put("OTHER", "x");
        environment.put("QUORATE", "x");
        assertThat(read("-data-dir", folder.toString()).warnings()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "QUORATE_BOOTSTRAP_EXPCT|QUORATE_BOOTSTRAP_EXPECT",
                "QUORATE_EXPECT|QUORATE_BOOTSTRAP_EXPECT",
                "QUORATE_DATADIR|QUORATE_DATA_DIR",
                "QUORATE_ENCRYPTION|QUORATE_ENCRYPT",
                "QUORATE_RETRY_JOIN_0|QUORATE_RETRY_JOIN",
                "QUORATE_HTTP|QUORATE_HTTP_PORT",
            })
    @Fault(
            line = "E3",
            fault = "a variable whose name is misspelt, QUORATE_BOOTSTRAP_EXPCT for example",
            seen = "the start is refused, and the name that was probably meant is given")
    void anUnknownVariableIsRefusedWithTheNearestName(String name, String meant) {
        environment.put(name, "3");
        assertExactly(
                "environment variable provided but not defined: " + name + ". Did you mean " + meant + "?",
                "-data-dir=" + folder);
        environment.put(name, "");
        assertRefused(name, "-data-dir=" + folder);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "quorate_retry_join|QUORATE_RETRY_JOIN",
                "Quorate_Data_Dir|QUORATE_DATA_DIR",
                "QUORATE_retry_join|QUORATE_RETRY_JOIN",
                "QUORATE-RETRY-JOIN|QUORATE_RETRY_JOIN",
                "quorate.retry-join|QUORATE_RETRY_JOIN",
            })
    @Fault(
            line = "E3",
            fault = "a variable in lower case, or with the dashes of a flag: quorate_retry_join, QUORATE-RETRY-JOIN",
            seen = "the start is refused with the name in capitals; it is never passed over in silence")
    void aNameInAnotherFormIsRefusedWithTheRightOne(String name, String meant) {
        environment.put(name, "a");
        assertExactly(
                "environment variable provided but not defined: " + name + ". Did you mean " + meant + "?",
                "-data-dir=" + folder);
    }

    @Test
    void anUnknownNameThatIsLikeNoOtherIsRefusedWithoutAGuess() {
        environment.put("QUORATE_XYZ", "3");
        assertExactly("environment variable provided but not defined: QUORATE_XYZ", "-data-dir=" + folder);
    }

    @Test
    void unknownFlagsAndKeysComeWithTheNearestNameToo() throws IOException {
        assertExactly(
                "flag provided but not defined: -retry_join. Did you mean -retry-join?",
                "-data-dir=" + folder,
                "-retry_join=a");
        Path file = write("c.json", "{\"bind_adr\":\"10.0.0.5\"}");
        assertRefused(
                "invalid config key bind_adr. Did you mean bind_addr?", "-data-dir=" + folder, "-config-file=" + file);
    }

    @Test
    @Fault(
            line = "E3",
            fault = "a variable named after the key of a file, QUORATE_BIND_ADDR for example",
            seen = "it sets the same as the variable named after the flag; both with different values are refused")
    void theNameOfTheKeyIsTheNameOfAVariableToo() {
        environment.put("QUORATE_BIND_ADDR", "10.0.0.5");
        environment.put("QUORATE_PORTS_HTTP", "9500");
        environment.put("QUORATE_NODE_NAME", "n1");
        AgentSettings settings = read("-data-dir=" + folder);
        assertThat(settings.network().bind()).isEqualTo(ip("10.0.0.5"));
        assertThat(settings.network().httpPort()).isEqualTo(9500);
        assertThat(settings.node()).hasToString("n1");
        environment.put("QUORATE_BIND", "10.0.0.5");
        assertThat(read("-data-dir=" + folder).network().bind()).isEqualTo(ip("10.0.0.5"));
        environment.put("QUORATE_BIND", "127.0.0.1");
        assertExactly(
                "bind_addr is given twice, differently: by QUORATE_BIND and by QUORATE_BIND_ADDR. Keep one of them",
                "-data-dir=" + folder);
    }

    @Test
    void aWrongValueOfAVariableIsRefusedByTheVariablesName() {
        environment.put("QUORATE_PORTS_HTTP", "x");
        assertRefused("ports.http cannot be \"x\" (QUORATE_PORTS_HTTP). Must be a number", "-data-dir=" + folder);
    }

    @Test
    void wordsOfConsulThatAreNotServedAreVariablesThatOnlyWarn() {
        environment.put("QUORATE_DOMAIN", "x");
        environment.put("QUORATE_LOG_FILE", "");
        assertThat(read("-data-dir=" + folder).warnings())
                .containsExactly("not served yet, ignored: environment variables QUORATE_DOMAIN");
        environment.put("QUORATE_HCL", "server = true");
        assertRefused("HCL is not supported", "-data-dir=" + folder);
    }

    // ---- protection

    @Test
    @Fault(
            line = "E4",
            fault = "an empty value of a setting that protects, as an unset variable of a template leaves it",
            seen = "the start is refused, whether it is a flag, a variable or a key")
    void anEmptyValueOfASettingThatProtectsIsRefused() throws IOException {
        String data = "-data-dir=" + folder;
        assertExactly("encrypt cannot be empty (-encrypt)", data, "-encrypt=");
        assertExactly("encrypt cannot be empty (-encrypt)", data, "-encrypt", " ");
        assertExactly("founders cannot be empty (-founders)", data, "-founders=");
        assertExactly("bind_addr cannot be empty (-bind)", data, "-bind=");
        Map<String, String> values = Map.of(
                "\"\"",
                "encrypt cannot be empty",
                "[]",
                "encrypt cannot be empty",
                "[\"\"]",
                "encrypt[0] cannot be empty",
                "[\"" + KEY_A + "\",\" \"]",
                "encrypt[1] cannot be empty",
                "\",\"",
                "encrypt cannot be \",\": it holds no value");
        for (Map.Entry<String, String> value : values.entrySet()) {
            Path file = write("c.json", "{\"encrypt\":" + value.getKey() + "}");
            assertExactly("config file " + file + ": " + value.getValue(), data, "-config-file=" + file);
        }
        for (Setting setting : Setting.values()) {
            for (String variable : setting.environmentVariables()) {
                environment.clear();
                environment.put(variable, " ");
                if (setting.isProtective()) {
                    assertExactly(setting.label() + " cannot be empty (" + variable + ")", data);
                } else {
                    assertThat(read(data).warnings()).as(variable).isEmpty();
                }
            }
        }
        assertThat(Arrays.stream(Setting.values()).filter(Setting::isProtective))
                .containsExactly(
                        Setting.FOUNDERS,
                        Setting.BIND,
                        Setting.CLIENT,
                        Setting.ENCRYPT,
                        Setting.ENCRYPT_VERIFY_INCOMING,
                        Setting.ENCRYPT_VERIFY_OUTGOING);
    }

    @Test
    void noFlagTakesAnEmptyValue() {
        for (Setting setting : Setting.values()) {
            assertExactly(setting.label() + " cannot be empty (-" + setting.flag() + ")", "-" + setting.flag() + "=");
        }
    }

    @Test
    @Fault(
            line = "E5",
            fault = "a list of nothing but commas: -retry-join ,",
            seen =
                    "the start is refused, whether it is a flag, a variable or a key; keys and founders given so leave nothing open")
    void aListOfNothingIsRefused() throws IOException {
        String data = "-data-dir=" + folder;
        for (Setting setting : Setting.values()) {
            if (setting.kind() != Setting.Kind.LIST) {
                continue;
            }
            String message = setting.label() + " cannot be \", ,\": it holds no value";
            assertExactly(message + " (-" + setting.flag() + ")", data, "-" + setting.flag() + "=, ,");
            for (String variable : setting.environmentVariables()) {
                environment.put(variable, ", ,");
                assertExactly(message + " (" + variable + ")", data);
                environment.clear();
            }
            if (!setting.key().isEmpty()) {
                Path file = write("c.json", "{\"" + setting.key() + "\":[\"127.0.0.1\",\", ,\"]}");
                assertExactly(
                        "config file " + file + ": " + setting.key() + "[1] cannot be \", ,\": it holds no value",
                        data,
                        "-config-file=" + file);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"verify_incoming\":true}",
                "{\"verify_incoming\":\"true\"}",
                "{\"verify_incoming_rpc\":true}",
                "{\"verify_incoming_https\":true}",
                "{\"verify_outgoing\":true}",
                "{\"verify_server_hostname\":true}",
                "{\"ca_file\":\"ca.pem\"}",
                "{\"ca_path\":\"ca\"}",
                "{\"cert_file\":\"cert.pem\"}",
                "{\"key_file\":\"\"}",
                "{\"tls_min_version\":\"tls12\"}",
                "{\"tls\":{\"defaults\":{\"verify_incoming\":true}}}",
                "{\"tls\":[{\"internal_rpc\":[{\"verify_server_hostname\":true}]}]}",
                "{\"tls\":{\"defaults\":{\"ca_file\":\"x\"}}}",
                "{\"acl\":{\"enabled\":true}}",
                "{\"acl\":[{\"enabled\":true}]}",
                "{\"acl\":{\"default_policy\":\"deny\"}}",
                "{\"acl\":{\"enabled\":false,\"default_policy\":\"Deny\"}}",
                "{\"acl_default_policy\":\"deny\"}",
                "{\"acl_datacenter\":\"dc1\"}",
                "{\"auto_encrypt\":{\"tls\":true}}",
                "{\"auto_encrypt\":{\"allow_tls\":true}}",
                "{\"auto_config\":{\"enabled\":true}}",
                "{\"ports\":{\"https\":8501}}",
                "{\"http_config\":{\"allow_write_http_from\":[\"10.0.0.0/8\"]}}",
                "{\"http_config\":{\"block_endpoints\":[\"/v1/kv\"]}}",
                "{\"serf_lan\":\"10.0.0.5\"}",
                "{\"serf_lan_allowed_cidrs\":[\"10.0.0.0/8\"]}",
                "{\"addresses\":{\"http\":\"127.0.0.1\"}}",
            })
    @Fault(
            line = "E4",
            fault = "a setting that asks for TLS, ACLs or another protection that is not there",
            seen = "the start is refused and says so; a value that asks for nothing only warns")
    void protectionThatIsNotThereRefusesTheStart(String content) throws IOException {
        Path file = write("c.json", content);
        assertThatThrownBy(() -> read("-data-dir=" + folder, "-config-file=" + file))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith("config file " + file + ": ")
                .hasMessageMatching(".*(which this agent does not serve yet|cannot be empty).*");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"verify_incoming\":false,\"verify_outgoing\":\"false\",\"verify_server_hostname\":false}",
                "{\"acl\":{\"enabled\":false,\"default_policy\":\"allow\",\"down_policy\":\"extend-cache\"}}",
                "{\"tls\":{}}",
                "{\"tls\":{\"defaults\":{\"verify_incoming\":false}}}",
                "{\"auto_encrypt\":{\"tls\":false}}",
                "{\"ports\":{\"https\":-1}}",
                "{\"http_config\":{\"block_endpoints\":[],\"response_headers\":{\"A\":\"b\"}}}",
            })
    void aValueThatAsksForNothingOnlyWarns(String content) throws IOException {
        Path file = write("c.json", content);
        assertThat(read("-data-dir=" + folder, "-config-file=" + file).warnings())
                .singleElement()
                .asString()
                .startsWith("not served yet, ignored: keys ");
    }

    @Test
    void flagsAndVariablesThatAskForProtectionAreRefusedToo() {
        String data = "-data-dir=" + folder;
        assertExactly(
                "-https-port = 8501 asks for HTTPS, which this agent does not serve yet. It does not start without it;"
                        + " remove the setting to start unprotected",
                data,
                "-https-port=8501");
        assertThat(read(data, "-https-port=-1").warnings()).hasSize(1);
        assertRefused("-allow-write-http-from", data, "-allow-write-http-from=127.0.0.0/8");
        assertRefused("-serf-lan-bind", data, "-serf-lan-bind=10.0.0.5");
        assertRefused("-serf-lan-allowed-cidrs", data, "-serf-lan-allowed-cidrs=10.0.0.0/8");
        for (String variable : List.of(
                "QUORATE_VERIFY_INCOMING",
                "QUORATE_ACL_ENABLED",
                "QUORATE_CA_FILE",
                "QUORATE_HTTPS_PORT",
                "QUORATE_PORTS_HTTPS",
                "QUORATE_ACL_DEFAULT_POLICY",
                "QUORATE_AUTO_ENCRYPT_TLS")) {
            environment.clear();
            environment.put(variable, "8501");
            assertRefused("which this agent does not serve yet", data);
            environment.put(variable, "");
            assertRefused("cannot be empty", data);
        }
        environment.clear();
        environment.put("QUORATE_VERIFY_INCOMING", "false");
        environment.put("QUORATE_ACL_DEFAULT_POLICY", "allow");
        assertThat(read(data).warnings()).hasSize(1);
    }

    // ---- files

    @Test
    void filesAreMergedInAlphabeticalOrderLaterWinsAndListsAreJoined() throws IOException {
        Path dir = Files.createDirectory(folder.resolve("conf"));
        write(
                "conf/b.json",
                "{\"datacenter\":\"b\",\"retry_join\":[\"b1\"],\"node_meta\":{\"x\":\"2\"},\"ports\":{\"http\":2}}");
        write(
                "conf/a.json",
                "{\"datacenter\":\"a\",\"retry_join\":[\"a1\",\"a2\"],\"node_meta\":{\"x\":\"1\",\"y\":\"1\"},"
                        + "\"ports\":{\"http\":1,\"server\":11},\"server\":true,\"bootstrap_expect\":3,"
                        + "\"data_dir\":\"" + folder + "\"}");
        write("conf/readme.txt", "not read");
        AgentSettings settings = read("-config-dir", dir.toString());
        assertThat(settings.datacenter()).hasToString("b");
        assertThat(settings.joining().retryJoin()).containsExactly("a1", "a2", "b1");
        assertThat(settings.nodeMeta()).isEqualTo(Map.of("x", "2", "y", "1"));
        assertThat(settings.network().httpPort()).isEqualTo(2);
        assertThat(settings.network().serverPort()).isEqualTo(11);
        assertThat(settings.server()).isTrue();
        assertThat(settings.founding().expect().servers()).isEqualTo(3);
    }

    @Test
    void aFileMayHoldEveryServedKey() throws IOException {
        Path file = write("all.json", """
                {"server": true, "bootstrap_expect": "3", "founders": ["testhost", "b", "c"], "node_name": "testhost",
                 "node_id": "00000009-0000-4000-8000-000000000011", "node_meta": {"a": "1"}, "datacenter": "dc9",
                 "data_dir": "%s", "bind_addr": "10.0.0.5", "advertise_addr": "198.51.100.7",
                 "client_addr": "127.0.0.1 10.0.0.5", "ports": {"http": 1, "server": 2, "serf_lan": 3, "dns": -1},
                 "start_join": ["j"], "retry_join": ["r"], "retry_interval": "1s", "retry_max": 2,
                 "rejoin_after_leave": true, "leave_on_terminate": true, "encrypt": "%s",
                 "encrypt_verify_incoming": false, "encrypt_verify_outgoing": false, "log_level": "DEBUG",
                 "log_json": true, "reconnect_timeout": "8h", "performance": {"raft_multiplier": 5},
                 "raft_snapshot_threshold": 20000, "session_ttl_min": "5s",
                 "gossip_lan": {"gossip_interval": "1ms", "gossip_nodes": 1, "probe_interval": "3ms",
                                "probe_timeout": "2ms", "suspicion_mult": 5, "retransmit_mult": 6}}
                """.formatted(folder, KEY_A));
        AgentSettings settings = read("-config-file", file.toString());
        assertThat(settings)
                .isEqualTo(new AgentSettings(
                        true,
                        new NodeName("testhost"),
                        io.quorate.kernel.NodeId.of("00000009-0000-4000-8000-000000000011"),
                        new java.util.TreeMap<>(Map.of("a", "1")),
                        new io.quorate.kernel.Datacenter("dc9"),
                        new AgentSettings.Data(folder, false),
                        new AgentSettings.Founding(
                                new Expect(3),
                                List.of(new NodeName("testhost"), new NodeName("b"), new NodeName("c")),
                                Duration.ofSeconds(1),
                                Duration.ofSeconds(30),
                                List.of()),
                        new AgentSettings.Network(
                                ip("10.0.0.5"), ip("198.51.100.7"), List.of(ip("127.0.0.1"), ip("10.0.0.5")), 1, 2, 3),
                        new AgentSettings.Joining(List.of("j"), List.of("r"), Duration.ofSeconds(1), 2, true),
                        new AgentSettings.Gossip(
                                List.of(SharedKey.ofBase64(KEY_A)),
                                false,
                                false,
                                Duration.ofMillis(1),
                                1,
                                Duration.ofMillis(3),
                                Duration.ofMillis(2),
                                5,
                                6,
                                Duration.ofHours(8)),
                        new AgentSettings.Raft(5, 20_000, Duration.ofSeconds(10)),
                        Duration.ofSeconds(5),
                        new AgentSettings.Logging(AgentSettings.Level.DEBUG, true),
                        true,
                        false,
                        false,
                        false,
                        List.of()));
    }

    @Test
    void keysAndFlagsOfConsulThatAreNotServedAreNamedInAWarning() throws IOException {
        Path file = write(
                "c.json",
                "{\"telemetry\":{\"anything\":1},\"ports\":{\"grpc\":8502},\"autopilot\":{\"min_quorum\":3},"
                        + "\"performance\":{\"leave_drain_time\":\"5s\"}}");
        AgentSettings settings =
                read("-data-dir=" + folder, "-config-file=" + file, "-ui", "-domain", "x", "-dns-port=8600");
        assertThat(String.join("\n", settings.warnings()))
                .contains("-ui", "-domain", "telemetry", "ports.grpc", "autopilot", "performance.leave_drain_time")
                .contains("ports.dns = 8600");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"bogus_key\":1}|invalid config key bogus_key",
                "{\"ports\":{\"bogus\":1}}|invalid config key ports.bogus",
                "{\"ports\":1}|ports must be an object",
                "{\"server\":{}}|server must be true or false, but is an object",
                "{\"server\":null}|server must be true or false, but has no value",
                "{\"server\":\"perhaps\"}|server cannot be \"perhaps\"",
                "{\"retry_join\":{}}|retry_join must be a list of texts, but is an object",
                "{\"retry_join\":null}|retry_join must be a list of texts, but has no value",
                "{\"retry_join\":5}|retry_join must be a list of texts, but is a number",
                "{\"retry_join\":[\"a\",1]}|retry_join[1] must be a text, but is a number",
                "{\"retry_join\":[null]}|retry_join[0] must be a text, but has no value",
                "{\"start_join\":[true]}|start_join[0] must be a text, but is true",
                "{\"encrypt\":[\"a\",{}]}|encrypt[1] must be a text, but is an object",
                "{\"founders\":[\"a\",\"\"]}|founders[1] cannot be empty",
                "{\"node_name\":5}|node_name must be a text, but is a number",
                "{\"node_name\":null}|node_name must be a text, but has no value",
                "{\"datacenter\":[\"a\"]}|datacenter must be a text, but is a list",
                "{\"node_meta\":{\"a\":\"b\",\"c\":1}}|node_meta.c must be a text, but is a number",
                "{\"node_meta\":{\"a\":null}}|node_meta.a must be a text, but has no value",
                "{\"node_meta\":[]}|node_meta must be an object of texts, but is a list",
                "{\"retry_interval\":\"soon\"}|c.json). Must be a duration",
                "{\"retry_interval\":30}|c.json). Must be a duration",
                "{\"ports\":{\"http\":\"x\"}}|c.json). Must be a number",
                "[]|is not a JSON object: it must begin with {",
                "{\"server\":true,}|c.json is not JSON: line 1, column 16: unexpected '}'",
                "server = true|is not JSON: line 1, column 1: unexpected server. HCL is not supported",
                "{\"bootstrap_expect\":3.5}|c.json). Must be a number",
                "{\"bootstrap_expect\":null}|bootstrap_expect must be a number",
                "{\"Server\":true}|invalid config key Server. Did you mean server?",
                "{\"retry_join\":[[\"a\"]]}|retry_join[0] must be a text, but is a list",
                "' '|c.json is empty",
                "\uFEFF|c.json is empty",
                "{\"server\":true|c.json is not JSON: line 1, column 15: it ends too early",
                "{\"server\":true,\"server\":false}|c.json is not JSON: line 1, column 24: the key \"server\" is given twice",
            })
    void aFileThatMakesNoSenseRefusesTheStart(String content, String message) throws IOException {
        Path file = write("c.json", content);
        assertRefused(message, "-data-dir=" + folder, "-config-file=" + file);
    }

    @Test
    void hclIsRefusedByName() throws IOException {
        Path dir = Files.createDirectory(folder.resolve("conf"));
        Path file = write("conf/c.hcl", "server = true");
        assertRefused("c.hcl: HCL is not supported, only JSON", "-data-dir=" + folder, "-config-file=" + file);
        assertRefused("c.hcl: HCL is not supported, only JSON", "-data-dir=" + folder, "-config-dir=" + dir);
        assertRefused("-hcl: HCL is not supported", "-data-dir=" + folder, "-hcl", "server = true");
        assertRefused("-config-format: HCL is not supported", "-data-dir=" + folder, "-config-format=hcl");
    }

    @Test
    @Fault(
            line = "E7",
            fault = "hidden files in -config-dir, and a byte order mark",
            seen = "hidden files are not read, the mark is skipped")
    void hiddenFilesAreNotReadAndAByteOrderMarkIsSkipped() throws IOException {
        Path dir = Files.createDirectory(folder.resolve("conf"));
        write("conf/a.json", "\uFEFF{\"datacenter\":\"a\"}");
        write("conf/.b.json", "{\"datacenter\":\"b\"");
        write("conf/.#c.json", "");
        write("conf/.d.hcl", "x");
        assertThat(read("-data-dir=" + folder, "-config-dir=" + dir).datacenter())
                .hasToString("a");
    }

    @Test
    void aFileThatIsNoTextIsRefused() throws IOException {
        Path file = Files.write(folder.resolve("c.json"), new byte[] {'{', (byte) 0xff, '}'});
        assertRefused("c.json cannot be read: it is not UTF-8", "-data-dir=" + folder, "-config-file=" + file);
        for (Charset wide : List.of(StandardCharsets.UTF_16, StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE)) {
            Path other = Files.writeString(folder.resolve("w.json"), "{\"server\":true}", wide);
            assertRefused("w.json cannot be read: it is not UTF-8", "-data-dir=" + folder, "-config-file=" + other);
        }
        Path large = Files.writeString(folder.resolve("l.json"), "{}" + " ".repeat(10 << 20));
        assertRefused("l.json has more than 1048576 bytes", "-data-dir=" + folder, "-config-file=" + large);
        Path empty = Files.write(folder.resolve("e.json"), new byte[0]);
        assertRefused("e.json is empty", "-data-dir=" + folder, "-config-file=" + empty);
    }

    @Test
    void aFileThatCannotBeReadRefusesTheStart() throws IOException {
        String data = "-data-dir=" + folder;
        Path missing = folder.resolve("missing.json");
        assertExactly("config file " + missing + " cannot be read: it does not exist", data, "-config-file=" + missing);
        Path link = Files.createSymbolicLink(folder.resolve("link.json"), missing);
        assertExactly(
                "config file " + link + " cannot be read: it is a symbolic link to a file that does not exist",
                data,
                "-config-file=" + link);
        Path loop = folder.resolve("loop.json");
        Files.createSymbolicLink(loop, loop);
        assertRefused("config file " + loop + " cannot be read: Too many levels", data, "-config-file=" + loop);
    }

    @Test
    void aWrongValueOfAFileIsRefusedByTheFilesName() throws IOException {
        Path first = write("a.json", "{\"bootstrap_expect\":\"x\"}");
        assertExactly(
                "bootstrap_expect cannot be \"x\" (config file " + first + "). Must be a number",
                "-data-dir=" + folder,
                "-config-file=" + first,
                "-config-file=" + write("b.json", "{\"server\":true}"));
    }

    @Test
    void everyRefusalOfARuleSaysWhereTheValueCameFrom() throws IOException {
        String data = "-data-dir=" + folder;
        Path a = write("a.json", "{\"retry_join\":[\"http://x\"],\"ports\":{\"http\":70000}}");
        Path b = write("b.json", "{\"retry_join\":[\"y\"],\"bootstrap_expect\":3,\"ports\":{\"http\":80000}}");
        String[] files = {data, "-server", "-config-file=" + a, "-config-file=" + b};
        assertExactly("ports.http cannot be 80000 (config file " + b + "). Must be 1 to 65535", files);
        environment.put("QUORATE_PORTS_HTTP", "0");
        assertExactly("ports.http cannot be 0 (QUORATE_PORTS_HTTP). Must be 1 to 65535", files);
        environment.put("QUORATE_PORTS_HTTP", "8500");
        assertExactly(
                "retry_join: \"http://x\" is a URL: give host or host:port alone (config file " + a + ", config file "
                        + b + ")",
                files);
        environment.put("QUORATE_SERVER", "false");
        assertExactly(
                "'bootstrap_expect > 0' requires 'server = true' (config file " + b + ", QUORATE_SERVER)",
                data,
                "-config-file=" + b);
        environment.clear();
        Path bind = write("d.json", "{\"bind_addr\":\"10.9.9.9\"}");
        assertExactly(
                "bind_addr: no interface of this machine has the address 10.9.9.9 (config file " + bind + ")",
                data,
                "-config-file=" + bind);
    }

    // ---- what is refused

    @Test
    void textsOfTheFirstChecksAreConsulsOwn() {
        String data = "-data-dir=" + folder;
        assertExactly(
                "bootstrap_expect cannot be -1 (-bootstrap-expect). Must be greater than or equal to zero",
                "-server",
                "-bootstrap-expect=-1",
                data);
        assertExactly(
                "'bootstrap_expect > 0' and 'bootstrap = true' are mutually exclusive (-bootstrap-expect, -bootstrap)",
                "-server",
                "-bootstrap",
                "-bootstrap-expect=3",
                data);
        assertExactly(
                "'bootstrap_expect > 0' requires 'server = true' (-bootstrap-expect)", "-bootstrap-expect=3", data);
        assertExactly("'bootstrap = true' requires 'server = true' (-bootstrap)", "-bootstrap", data);
        assertExactly(
                "'bootstrap_expect > 0' not allowed in dev mode (-bootstrap-expect, -dev)",
                "-dev",
                "-bootstrap-expect=3");
        assertExactly("data_dir cannot be empty");
        assertExactly(
                "datacenter cannot be \"DC 1\" (-datacenter). Please use only [a-z0-9-_], at most 64 of them",
                "-datacenter=DC 1",
                data);
        assertExactly("flag provided but not defined: -bogus", "-bogus", data);
        assertExactly("flag needs an argument: -node", data, "-node");
    }

    @Test
    void aBadKeyIsRefusedWithoutShowingIt() {
        assertThatThrownBy(() -> read("-data-dir=" + folder, "-encrypt=secret!"))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith("encrypt has invalid key: ")
                .hasMessageNotContaining("secret");
        assertRefused("encrypt has invalid key: it has 3 bytes", "-data-dir=" + folder, "-encrypt=abcd");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "-founders=a,b|founders names 2 servers [a, b], but bootstrap_expect is 3",
                "-founders=a,b,b|founders names a server twice",
                "-founders=a,b,c/d|founders: node name must have",
                "-node=a b|node_name: node name must have",
                "-node-id=12|node_id: node id is not a UUID",
                "-node-meta=b@d:1|node_meta has invalid key \"b@d\"",
                "-bind=10.9.9.9|bind_addr: no interface of this machine has the address 10.9.9.9",
                "-bind=example.org|bind_addr is not an IP address: \"example.org\"",
                "-bind=300.1.1.1|bind_addr is not an IP address: \"300.1.1.1\"",
                "-client=10.9.9.9|client_addr: no interface of this machine has the address 10.9.9.9",
                "-client=|client_addr cannot be empty",
                "-client=127.0.0.1 0.0.0.0|client_addr: 0.0.0.0 is every address of this machine already: give it alone",
                "-client=127.0.0.1,::|client_addr: :: is every address of this machine already: give it alone",
                "-bind=010.0.0.5|bind_addr has a number with a leading zero, which some programs read as octal: \"010.0.0.5\"",
                "-retry-join=010.0.0.1|has a number with a leading zero, which some programs read as octal",
                "-advertise=0.0.0.0|advertise_addr cannot be 0.0.0.0",
                "-advertise=::|advertise_addr cannot be ::",
                "-advertise=255.255.255.255|advertise_addr cannot be 255.255.255.255 (-advertise). Must be an address that other agents"
                        + " can reach: it is a broadcast or reserved address",
                "-advertise=10.0.0.255|advertise_addr cannot be 10.0.0.255",
                "-advertise=224.0.0.1|it is a multicast address",
                "-advertise=ff02::1|it is a multicast address",
                "-advertise=fe80::5|it is a link-local address",
                "-advertise=127.0.0.1|all interfaces are bound",
                "-advertise=::1|all interfaces are bound",
                "-node-meta=rack=r1|node_meta is written key:value, with a colon: \"rack:r1\", not \"rack=r1\"",
                "-retry-join=tcp://10.0.0.1:8301|retry_join: \"tcp://10.0.0.1:8301\" is a URL: give host or host:port alone",
                "-join=http://x:8301|start_join: \"http://x:8301\" is a URL",
                "-retry-join=*|retry_join: \"*\" is neither an IP address nor a host name",
                "-retry-join=10.0.0.1,*|retry_join: \"*\" is neither an IP address nor a host name",
                "-retry-join=|retry_join cannot be empty",
                "-retry-join=0.0.0.0|retry_join: \"0.0.0.0\" names no machine: give the address of an agent",
                "-retry-join=10.0.0.1,[::]:8301|retry_join: \"[::]:8301\" names no machine",
                "-join=::|start_join: \"::\" names no machine",
                "-retry-join=224.0.0.1|retry_join: \"224.0.0.1\" is a multicast address",
                "-retry-join=10.0.0.1:0|retry_join: \"10.0.0.1:0\" has a port that is not 1 to 65535",
                "-join=10.0.0.1:99999|start_join: \"10.0.0.1:99999\" has a port that is not 1 to 65535",
                "-retry-join=10.0.0.1/v1|retry_join: \"10.0.0.1/v1\" is neither",
                "-retry-join=2001:db8:0:0:0:0:0:1:8301|is not an IPv6 address",
                "-retry-join=::1:8301|put the IPv6 address in brackets",
                "-retry-join=dns+srv:|retry_join: \"dns+srv:\" is neither an IP address nor a host name",
                "-retry-join=10.0.0.256|retry_join: \"10.0.0.256\" is not an IPv4 address",
                "-http-port=0|ports.http cannot be 0 (-http-port). Must be 1 to 65535",
                "-http-port=x|ports.http cannot be \"x\" (-http-port). Must be a number",
                "-server-port=65536|ports.server cannot be 65536",
                "-serf-lan-port=8300|ports.server and ports.serf_lan cannot both be 8300",
                "-http-port=8301|ports.http and ports.serf_lan cannot both be 8301",
                "-http-port=8300|ports.http and ports.server cannot both be 8300",
                "-retry-join=provider=aws tag_key=x|retry_join: provider=aws needs tag_value=",
                "-join=provider=k8s|start_join: provider=k8s needs label_selector= or field_selector=",
                "-retry-join=provider=vsphere x=y|retry_join: discovery by \"provider=vsphere\" is not supported; supported"
                        + " are k8s, aws, gce, azure",
                "-retry-join=provider=gce tag_value=a tag=b|retry_join: provider=gce has no key tag",
                "-retry-join=provider=k8s label_selector=a=b,c|retry_join: what follows a comma after provider=",
                "-retry-join=file:|retry_join: \"file:\" names no path",
                "-retry-interval=0|retry_interval cannot be 0",
                "-retry-interval=5|retry_interval cannot be \"5\" (-retry-interval). Must be a duration",
                "-retry-max=-1|retry_max cannot be -1",
                "-log-level=LOUD|log_level cannot be \"LOUD\"",
                "-reconnect-timeout=7h59m|reconnect_timeout cannot be 7h59m (-reconnect-timeout). Must be at least 8h",
            })
    @Fault(
            line = "E5",
            fault =
                    "-retry-join and -join with tcp://…, *, http://x:8301, port 0, a path, IPv6 and a port without brackets, 0.0.0.0, a multicast address",
            seen = "the start is refused as /join refuses it, naming setting and value")
    @Fault(
            line = "E7",
            fault =
                    "-advertise with a broadcast, multicast or link-local address, or a loopback address while all are bound",
            seen = "the start is refused and the line says why no other agent could reach it")
    @Fault(line = "E7", fault = "-node-meta rack=r1", seen = "the start is refused, and the line shows key:value")
    void wrongInputIsRefusedWithOneLineThatNamesIt(String flag, String message) {
        assertRefused(message, "-server", "-bootstrap-expect=3", "-data-dir=" + folder, flag);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "performance.raft-multiplier|0|performance.raft_multiplier cannot be 0",
                "performance.raft-multiplier|11|performance.raft_multiplier cannot be 11",
                "raft-snapshot-threshold|-1|raft_snapshot_threshold cannot be -1",
                "raft-snapshot-threshold|many|raft_snapshot_threshold",
                "raft-snapshot-threshold|99999999999|raft_snapshot_threshold",
                "gossip-lan.probe-timeout|1s|gossip_lan.probe_timeout cannot be 1s (-gossip-lan.probe-timeout). Must be shorter",
                "session-ttl-min|0|session_ttl_min cannot be 0",
                "session-ttl-min|-1s|session_ttl_min cannot be \"-1s\" (-session-ttl-min). Must be a duration",
                "session-ttl-min|25h|session_ttl_min cannot be 25h",
                "gossip-lan.gossip-nodes|0|gossip_lan.gossip_nodes cannot be 0",
            })
    void timingsOutOfBoundsAreRefused(String property, String value, String message) {
        assertRefused(message, "-data-dir=" + folder, "-" + property + "=" + value);
    }

    /** As with Consul, whose configurations say so. */
    @Test
    void aSnapshotThresholdOfZeroIsTheDefault() {
        assertThat(read("-data-dir=" + folder, "-raft-snapshot-threshold=0")
                        .raft()
                        .snapshotThreshold())
                .isEqualTo(16_384);
        assertThat(read("-data-dir=" + folder, "-raft-snapshot-threshold=1")
                        .raft()
                        .snapshotThreshold())
                .isEqualTo(1);
    }

    @Test
    void aClientMayUseAServersPortForGossip() {
        assertThat(read("-data-dir=" + folder, "-serf-lan-port=8300").network().gossipPort())
                .isEqualTo(8300);
    }

    @Test
    void onePortOnTwoAddressesIsNoConflict() {
        assertThat(read("-data-dir=" + folder, "-server", "-bind=10.0.0.5", "-http-port=8301")
                        .network()
                        .httpPort())
                .isEqualTo(8301);
    }

    @Test
    @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    @Fault(
            line = "E8",
            fault = "a pipe that nobody writes to is named as a file of settings, or lies in -config-dir",
            seen = "it is refused by name, and nothing waits for it")
    void aPipeIsNoFileOfSettings() throws Exception {
        Path pipe = Files.createDirectory(folder.resolve("conf")).resolve("pipe.json");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString())
                        .inheritIO()
                        .start()
                        .waitFor())
                .isZero();
        String refused = "config file " + pipe + " cannot be read: it is a pipe or a device, not a regular file";
        assertRefused(refused, "-data-dir=" + folder, "-config-file=" + pipe);
        assertRefused(refused, "-data-dir=" + folder, "-config-dir=" + pipe.getParent());
    }

    @Test
    void aFolderThatCannotBeUsedIsRefused() throws IOException {
        Path file = write("file", "x");
        assertRefused("data_dir: " + file + " is not a directory", "-data-dir=" + file);
        assertRefused("data_dir: " + file + " is not a directory", "-data-dir=" + file.resolve("below"));
        assertExactly(
                "data_dir cannot contain a semicolon: " + folder + "/a;b (-data-dir)", "-data-dir=" + folder + "/a;b");
        Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("gone"));
        for (Path at : List.of(link, link.resolve("below"))) {
            assertExactly(
                    "data_dir: " + link + " is a symbolic link to a directory that does not exist (-data-dir)",
                    "-data-dir=" + at);
        }
        assertThat(read("-data-dir=" + folder.resolve("new/deep")).data().folder())
                .isEqualTo(folder.resolve("new/deep"))
                .doesNotExist();
    }

    // ---- addresses

    @Test
    void withoutBindTheOnePrivateAddressIsAdvertised() {
        assertThat(read("-data-dir=" + folder).network().advertise()).isEqualTo(ip("10.0.0.5"));
    }

    @Test
    void withNoneOrSeveralPrivateAddressesAdvertiseIsAskedForNamingThem() {
        interfaces = List.of("127.0.0.1", "203.0.113.9");
        assertRefused("no private IPv4 address", "-data-dir=" + folder);
        interfaces = List.of("127.0.0.1", "192.168.1.2", "172.17.0.1", "100.64.0.9");
        assertRefused("(192.168.1.2, 172.17.0.1, 100.64.0.9): set -advertise", "-data-dir=" + folder);
        assertThat(read("-data-dir=" + folder, "-advertise=172.17.0.1")
                        .network()
                        .advertise())
                .isEqualTo(ip("172.17.0.1"));
    }

    @Test
    void anyLoopbackAddressOfIpv4CanBeBound() {
        assertThat(read("-data-dir=" + folder, "-bind=127.77.0.11").network().advertise())
                .isEqualTo(ip("127.77.0.11"));
    }

    // ---- founding

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1|survives no failure",
                "2|survives no failure",
                "4|survives 1 failure, no more than one of 3",
                "6|survives 2 failures, no more than one of 5"
            })
    void anExpectThatSurvivesLittleSaysSo(int expect, String hint) {
        AgentSettings settings = read("-server", "-bootstrap-expect=" + expect, "-data-dir=" + folder);
        assertThat(settings.founding().warnings()).singleElement().asString().contains(hint);
        assertThat(settings.warnings()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 5, 7})
    void aGoodExpectCausesNoWarning(int expect) {
        assertThat(read("-server", "-bootstrap-expect=" + expect, "-data-dir=" + folder)
                        .founding()
                        .warnings())
                .isEmpty();
    }

    @Test
    void bootstrapMeansExpectOne() {
        assertThat(read("-server", "-bootstrap", "-data-dir=" + folder)
                        .founding()
                        .expect())
                .isEqualTo(new Expect(1));
    }

    @Test
    void aNodeThatIsNoDeclaredFounderIsWarned() {
        assertThat(read("-server", "-bootstrap-expect=3", "-founders=a,b,c", "-node=d", "-data-dir=" + folder)
                        .founding()
                        .warnings())
                .singleElement()
                .asString()
                .contains("this node, d, is not among the founders");
    }

    @Test
    void devIsOneServerOnTheLoopbackWithATemporaryFolder() throws IOException {
        AgentSettings settings = read("-dev");
        assertThat(settings.server()).isTrue();
        assertThat(settings.founding().expect()).isEqualTo(new Expect(1));
        assertThat(settings.founding().warnings()).isEmpty();
        assertThat(settings.network().bind()).isEqualTo(ip("127.0.0.1"));
        assertThat(settings.data().temporary()).isTrue();
        try (DataFolder held = DataFolder.lock(settings.data())) {
            Files.createDirectories(held.path().resolve("raft/deep"));
            Files.writeString(held.path().resolve("raft/deep/file"), "x");
        }
        assertThat(settings.data().folder()).doesNotExist();
        assertRefused("'server = false' not allowed in dev mode", "-dev", "-server=false");
    }

    // ---- what is read again

    @Test
    void aReloadTakesWhatCanChangeAndNamesTheRest() throws IOException {
        Path file = write("c.json", "{\"retry_join\":[\"a\"],\"encrypt\":\"" + KEY_A + "\",\"ports\":{\"http\":1}}");
        String[] flags = {"-data-dir=" + folder, "-config-file=" + file};
        AgentSettings running = read(flags);
        write(
                "c.json",
                "{\"retry_join\":[\"b\"],\"encrypt\":[\"" + KEY_A + "\",\"" + KEY_B
                        + "\"],\"log_level\":\"DEBUG\",\"ports\":{\"http\":2},"
                        + "\"node_meta\":{\"x\":\"1\"},\"telemetry\":{}}");
        AgentSettings anew = read(flags);
        SettingsChange change = SettingsChange.between(running, anew);
        assertThat(change.taken()).containsExactly("retry_join", "encrypt", "log_level");
        assertThat(change.needRestart()).containsExactly("node_meta", "ports.http");
        AgentSettings next = running.reloadedFrom(anew);
        assertThat(next.joining().retryJoin()).containsExactly("b");
        assertThat(next.gossip()).isEqualTo(anew.gossip());
        assertThat(next.logging()).isEqualTo(anew.logging());
        assertThat(next.network()).isEqualTo(running.network());
        assertThat(next.nodeMeta()).isEmpty();
        // What needs a restart is told of as long as it does.
        assertThat(SettingsChange.between(next, anew)).isEqualTo(new SettingsChange(List.of(), change.needRestart()));
    }

    @Test
    void everySettingIsComparedByAReload() {
        assertThat(Arrays.stream(Setting.values())
                        .filter(s -> !SettingsChange.compared().contains(s)))
                .as("told of as bootstrap_expect; not served; flags alone, which cannot change; where to read")
                .containsExactly(
                        Setting.BOOTSTRAP,
                        Setting.DNS_PORT,
                        Setting.DEV,
                        Setting.CONFIG_FILE,
                        Setting.CONFIG_DIR,
                        Setting.STOP_WITH_STDIN);
    }

    @Test
    void aTemporaryFolderIsNotMadeAgain() {
        AgentSettings running = read("-dev");
        Machine machine = machine();
        assertThat(new AgentSettingsReader(environment, machine)
                        .read(List.of("-dev"), running.data())
                        .data())
                .isEqualTo(running.data());
        try (DataFolder held = DataFolder.lock(running.data())) {
            assertThat(held.path()).isDirectory();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    // ---- helpers

    private AgentSettings read(String... arguments) {
        return new AgentSettingsReader(environment, machine()).read(List.of(arguments));
    }

    private Machine machine() {
        return new Machine() {
            @Override
            public String hostName() {
                return "testhost";
            }

            @Override
            public List<InetAddress> addresses() {
                List<InetAddress> all = new ArrayList<>();
                interfaces.forEach(text -> all.add(ip(text)));
                return all;
            }

            @Override
            public List<InetAddress> broadcasts() {
                return List.of(ip("10.0.0.255"));
            }
        };
    }

    private void assertRefused(String message, String... arguments) {
        assertThatThrownBy(() -> read(arguments))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining(message)
                .satisfies(AgentSettingsTest::isOneLineForPeople);
    }

    private void assertExactly(String message, String... arguments) {
        assertThatThrownBy(() -> read(arguments))
                .isInstanceOf(SettingsException.class)
                .hasMessage(message)
                .satisfies(AgentSettingsTest::isOneLineForPeople);
    }

    private static void isOneLineForPeople(Throwable refusal) {
        String message = String.valueOf(refusal.getMessage());
        assertThat(message).doesNotContain("\n");
        assertThat(JavaForms.in(message)).isEmpty();
    }

    private Path write(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }

    private static InetAddress ip(String text) {
        try {
            return InetAddress.getByName(text.toLowerCase(Locale.ROOT));
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(text, e);
        }
    }
}
