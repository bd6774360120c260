package io.quorate.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import io.quorate.agent.settings.AgentSettings;
import io.quorate.agent.settings.AgentSettingsReader;
import io.quorate.kernel.NodeName;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;

/** What holds of every rendering of the chart, whatever the values. */
class ChartInvariantsTest {
    /** What a JVM needs beside heap and direct memory: code, classes, threads, RocksDB (src/docs/measure.md). */
    private static final long BESIDE_HEAP_MIB = 170;

    @TempDir
    Path folder;

    static List<String> names() {
        return ValueSets.names();
    }

    @ParameterizedTest
    @MethodSource("names")
    void everyValueSetLintsClean(String name) throws IOException {
        Path chart = copyWithValues(Files.readString(ValueSets.file(name)));
        LintResult lint = new Helm(chart).lint().strict().call();
        assertThat(lint.getMessages())
                .allSatisfy(message -> assertThat(message).startsWith("[INFO] Chart.yaml: icon is recommended"));
        assertThat(lint.isFailed()).isFalse();
    }

    /** Lint takes no values: they become the chart's own. */
    private Path copyWithValues(String values) throws IOException {
        try (Stream<Path> files = Files.walk(Rendering.CHART)) {
            for (Path file : files.toList()) {
                Path to = folder.resolve("quorate").resolve(Rendering.CHART.relativize(file));
                if (Files.isDirectory(file)) {
                    Files.createDirectories(to);
                } else {
                    Files.copy(file, to);
                }
            }
        }
        Path chart = folder.resolve("quorate");
        Map<String, Object> merged = new Yaml().load(Files.readString(chart.resolve("values.yaml")));
        merge(merged, new Yaml().load(values));
        Files.writeString(chart.resolve("values.yaml"), new Yaml().dump(merged));
        return chart;
    }

    @SuppressWarnings("unchecked")
    private static void merge(Map<String, Object> into, Map<String, Object> from) {
        from.forEach((key, value) -> {
            if (value == null) {
                // As Helm does: what is null is taken out of the defaults.
                into.remove(key);
            } else if (value instanceof Map && into.get(key) instanceof Map) {
                merge((Map<String, Object>) into.get(key), (Map<String, Object>) value);
            } else {
                into.put(key, value);
            }
        });
    }

    @ParameterizedTest
    @MethodSource("names")
    void everyObjectIsReadByTheTypesOfKubernetes(String name) {
        for (JsonNode object : ValueSets.rendered(name).objects()) {
            assertThatCode(() -> KubernetesTypes.read(object)).doesNotThrowAnyException();
        }
    }

    @Test
    void aMisspeltFieldIsNotReadByThem() {
        JsonNode service =
                Rendering.read("{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {clusterIp: None}}");
        assertThatCode(() -> KubernetesTypes.read(service)).hasMessageContaining("clusterIp");
    }

    @ParameterizedTest
    @MethodSource("names")
    void everyObjectIsTheReleasesOwnAndNoNameIsTakenTwice(String name) {
        Set<String> taken = new HashSet<>();
        for (JsonNode object : ValueSets.rendered(name).objects()) {
            String what = object.path("kind").asString() + "/"
                    + object.at("/metadata/name").asString();
            assertThat(taken.add(what)).as("two of " + what).isTrue();
            if (!object.at("/metadata/labels").isMissingNode()) {
                assertThat(object.at("/metadata/namespace").asString()).as(what).isEqualTo(Rendering.NAMESPACE);
                assertThat(Pods.texts(object.at("/metadata/labels")))
                        .as(what)
                        .containsEntry("app.kubernetes.io/instance", Rendering.RELEASE)
                        .containsEntry("app.kubernetes.io/managed-by", "Helm")
                        .containsKeys(
                                "app.kubernetes.io/name",
                                "app.kubernetes.io/component",
                                "app.kubernetes.io/version",
                                "helm.sh/chart");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void everyPodIsRestricted(String name) {
        for (Pods pod : Pods.of(ValueSets.rendered(name))) {
            JsonNode security = pod.spec().path("securityContext");
            assertThat(security.path("runAsNonRoot").asBoolean()).as(pod.of()).isTrue();
            assertThat(security.path("runAsUser").asInt()).as(pod.of()).isEqualTo(10001);
            assertThat(security.at("/seccompProfile/type").asString())
                    .as(pod.of())
                    .isEqualTo("RuntimeDefault");
            for (String no : List.of("hostNetwork", "hostPID", "hostIPC")) {
                assertThat(pod.spec().path(no).asBoolean(false))
                        .as(pod.of() + " " + no)
                        .isFalse();
            }
            for (JsonNode container : pod.allContainers()) {
                String what = pod.of() + " " + container.path("name").asString();
                JsonNode own = container.path("securityContext");
                assertThat(own.path("allowPrivilegeEscalation").asBoolean(true))
                        .as(what)
                        .isFalse();
                assertThat(own.path("readOnlyRootFilesystem").asBoolean(false))
                        .as(what)
                        .isTrue();
                assertThat(own.at("/capabilities/drop").toString()).as(what).isEqualTo("[\"ALL\"]");
                assertThat(own.at("/capabilities/add").isMissingNode()).as(what).isTrue();
                assertThat(own.path("privileged").asBoolean(false)).as(what).isFalse();
            }
            assertThat(Pods.stream(pod.spec().path("volumes")).filter(volume -> volume.has("hostPath")))
                    .as(pod.of())
                    .isEmpty();
            assertThat(Pods.stream(pod.container().path("volumeMounts"))
                            .map(m -> m.path("mountPath").asString()))
                    .as(pod.of() + " writes to /tmp, the root is read-only")
                    .contains("/tmp");
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void noPodHasATokenUnlessItAsksTheApiOfKubernetes(String name) {
        Rendering rendering = ValueSets.rendered(name);
        for (Pods pod : Pods.of(rendering)) {
            assertThat(pod.spec().path("automountServiceAccountToken").asBoolean(true))
                    .as(pod.of())
                    .isEqualTo(pod.flagged("provider=k8s"));
            assertThat(pod.spec().path("enableServiceLinks").asBoolean(true))
                    .as(pod.of())
                    .isFalse();
        }
        boolean any = Pods.of(rendering).stream().anyMatch(pod -> pod.flagged("provider=k8s"));
        assertThat(rendering.kind("Role")).hasSize(any ? 1 : 0);
        assertThat(rendering.kind("RoleBinding")).hasSize(any ? 1 : 0);
        rendering
                .kind("ServiceAccount")
                .forEach(account -> assertThat(
                                account.path("automountServiceAccountToken").asBoolean(true))
                        .isFalse());
    }

    @ParameterizedTest
    @MethodSource("names")
    void everySelectorMatchesThePodsItIsFor(String name) {
        Rendering rendering = ValueSets.rendered(name);
        List<Pods> pods = Pods.of(rendering);
        for (JsonNode object : rendering.objects()) {
            String kind = object.path("kind").asString();
            JsonNode selector = switch (kind) {
                case "Service" -> object.at("/spec/selector");
                case "StatefulSet", "DaemonSet", "PodDisruptionBudget" -> object.at("/spec/selector/matchLabels");
                case "NetworkPolicy" -> object.at("/spec/podSelector/matchLabels");
                default -> null;
            };
            if (selector == null) {
                continue;
            }
            String component =
                    object.at("/metadata/labels/app.kubernetes.io~1component").asString();
            List<String> selected = pods.stream()
                    .filter(pod -> pod.matches(selector))
                    .map(Pods::of)
                    .toList();
            String set = component.equals("server") ? "StatefulSet/" : "DaemonSet/";
            assertThat(selected)
                    .as("pods of " + kind + " " + object.at("/metadata/name").asString())
                    .singleElement()
                    .satisfies(of -> assertThat(of).startsWith(set));
        }
        for (Pods pod : pods) {
            for (JsonNode inner : pod.spec().findValues("matchLabels")) {
                assertThat(pod.matches(inner))
                        .as(pod.of() + " keeps away from its own kind: " + inner)
                        .isTrue();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void everyProbeIsAPlainGetOfWhatTheApplicationServes(String name) throws IOException {
        Set<String> served = new TreeSet<>(List.of("/actuator/health"));
        Properties application = new Properties();
        application.load(new StringReader(Files.readString(Path.of("src/main/resources/application.properties"))));
        Pattern group = Pattern.compile("management\\.endpoint\\.health\\.group\\.([a-z]+)\\.include");
        application.stringPropertyNames().stream()
                .map(group::matcher)
                .filter(Matcher::matches)
                .forEach(matcher -> served.add("/actuator/health/" + matcher.group(1)));
        assertThat(served).contains("/actuator/health/liveness", "/actuator/health/readiness");
        for (Pods pod : Pods.agents(ValueSets.rendered(name))) {
            for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
                JsonNode get = pod.container().at("/" + probe + "/httpGet");
                assertThat(served)
                        .as(pod.of() + " " + probe)
                        .contains(get.path("path").asString("none"));
                assertThat(get.path("port").asString()).isEqualTo("http");
                assertThat(get.path("scheme").isMissingNode()).isTrue();
            }
            assertThat(pod.container().at("/livenessProbe/httpGet/path").asString())
                    .as("whether there is a quorum is no reason for a restart")
                    .isEqualTo("/actuator/health/liveness");
        }
    }

    /** The reader is the agent's own: an unknown flag or variable, or a value that makes no sense, is refused by it. */
    @ParameterizedTest
    @MethodSource("names")
    void theAgentTakesFlagsAndEnvironmentAsTheyAre(String name) {
        for (Pods pod : Pods.agents(ValueSets.rendered(name))) {
            AgentSettings settings = settings(pod);
            assertThat(settings.warnings()).as(pod.of()).isEmpty();
            boolean server = pod.of().startsWith("StatefulSet/");
            assertThat(settings.server()).isEqualTo(server);
            assertThat(settings.data().folder()).isEqualTo(Path.of("/data"));
            assertThat(settings.node()).hasToString(server ? "q-quorate-0" : "machine-1.example.com");
            assertThat(settings.network().advertise().getHostAddress()).isEqualTo("10.1.2.3");
            assertThat(settings.leaveOnTerminate())
                    .as("a server that restarts stays a member, a client leaves")
                    .isEqualTo(!server);
            assertThat(settings.gossip().keys().isEmpty())
                    .isEqualTo(!pod.environment().containsKey("QUORATE_ENCRYPT"));
            assertThat(settings.joining().retryJoin()).isNotEmpty();
            String set = pod.of().substring(pod.of().indexOf('/') + 1);
            if (server && !settings.founding().founders().isEmpty()) {
                assertThat(settings.founding().founders())
                        .as("the names of the pods")
                        .hasSize(settings.founding().expect().servers())
                        .allSatisfy(founder -> assertThat(founder.value()).startsWith(set + "-"));
            }
        }
    }

    private static AgentSettings settings(Pods pod) {
        assertThat(pod.args().get(0)).isEqualTo("agent");
        String[] flags = pod.args().stream().skip(1).toArray(String[]::new);
        return AgentSettingsReader.read(flags, pod.environment());
    }

    @ParameterizedTest
    @MethodSource("names")
    void everyPortIsOneThatTheAgentOpensByDefault(String name) {
        Rendering rendering = ValueSets.rendered(name);
        for (Pods pod : Pods.agents(rendering)) {
            AgentSettings.Network network = settings(pod).network();
            boolean server = pod.of().startsWith("StatefulSet/");
            Set<String> opened = new TreeSet<>(
                    List.of(network.httpPort() + "/TCP", network.gossipPort() + "/TCP", network.gossipPort() + "/UDP"));
            if (server) {
                opened.add(network.serverPort() + "/TCP");
            }
            Map<String, String> ports = new TreeMap<>();
            Pods.stream(pod.container().path("ports"))
                    .forEach(port -> ports.put(
                            port.path("name").asString(),
                            port.path("containerPort").asInt() + "/"
                                    + port.path("protocol").asString("TCP")));
            assertThat(ports.values()).as(pod.of()).containsExactlyInAnyOrderElementsOf(opened);
            for (JsonNode service : rendering.kind("Service")) {
                if (pod.matches(service.at("/spec/selector"))) {
                    Pods.stream(service.at("/spec/ports"))
                            .forEach(port -> assertThat(ports)
                                    .as(service.at("/metadata/name").asString() + " leads to a port of " + pod.of())
                                    .containsKey(port.path("targetPort").asString()));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void theNetworkPolicyCoversEveryPortOfThePods(String name) {
        Rendering rendering = ValueSets.rendered(name);
        List<JsonNode> policies = rendering.kind("NetworkPolicy");
        assertThat(policies)
                .hasSize(policies.isEmpty() ? 0 : Pods.agents(rendering).size());
        for (JsonNode policy : policies) {
            for (Pods pod : Pods.agents(rendering)) {
                if (!pod.matches(policy.at("/spec/podSelector/matchLabels"))) {
                    continue;
                }
                Set<String> open = Pods.stream(pod.container().path("ports"))
                        .map(port -> port.path("containerPort").asInt() + "/"
                                + port.path("protocol").asString("TCP"))
                        .collect(Collectors.toCollection(TreeSet::new));
                assertThat(ports(policy.at("/spec/ingress"))).as(pod.of()).containsExactlyInAnyOrderElementsOf(open);
                if (policy.at("/spec/egress").isArray()) {
                    assertThat(ports(policy.at("/spec/egress")))
                            .as(pod.of())
                            .contains("8300/TCP", "8301/TCP", "8301/UDP", "53/TCP", "53/UDP");
                    assertThat(ports(policy.at("/spec/egress")).contains("6443/TCP"))
                            .isEqualTo(pod.flagged("provider=k8s"));
                }
            }
        }
    }

    private static Set<String> ports(JsonNode rules) {
        return Pods.stream(rules)
                .flatMap(rule -> Pods.stream(rule.path("ports")))
                .map(port ->
                        port.path("port").asInt() + "/" + port.path("protocol").asString())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @ParameterizedTest
    @MethodSource("names")
    void heapAndDirectMemoryFitIntoTheLimit(String name) {
        for (Pods pod : Pods.agents(ValueSets.rendered(name))) {
            String options = pod.environment().getOrDefault("JAVA_TOOL_OPTIONS", "");
            String limit = pod.container().at("/resources/limits/memory").asString("");
            if (options.isEmpty() || limit.isEmpty()) {
                continue;
            }
            long heap = mib(options, "-Xmx(\\d+)m") + mib(options, "-XX:MaxDirectMemorySize=(\\d+)m");
            assertThat(heap + BESIDE_HEAP_MIB)
                    .as(pod.of() + ": " + options)
                    .isLessThanOrEqualTo(mib(limit, "(\\d+)Mi"));
            assertThat(mib(pod.container().at("/resources/requests/memory").asString(), "(\\d+)Mi"))
                    .as(pod.of() + ": what it is measured to use when idle is asked for")
                    .isGreaterThanOrEqualTo(192);
        }
    }

    private static long mib(String text, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertThat(matcher.find()).as(pattern + " in " + text).isTrue();
        return Long.parseLong(matcher.group(1));
    }

    @ParameterizedTest
    @MethodSource("names")
    void nothingRunsBeforeAStopAndThereIsTimeForOne(String name) {
        for (Pods pod : Pods.agents(ValueSets.rendered(name))) {
            pod.allContainers()
                    .forEach(container ->
                            assertThat(container.has("lifecycle")).as(pod.of()).isFalse());
            // 15 s to leave and 10 s to stop.
            assertThat(pod.spec().path("terminationGracePeriodSeconds").asInt())
                    .as(pod.of())
                    .isGreaterThanOrEqualTo(25);
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void everyMountHasItsVolume(String name) {
        Rendering rendering = ValueSets.rendered(name);
        for (Pods pod : Pods.of(rendering)) {
            Set<String> volumes = Pods.stream(pod.spec().path("volumes"))
                    .map(volume -> volume.path("name").asString())
                    .collect(Collectors.toCollection(TreeSet::new));
            rendering.kind("StatefulSet").stream()
                    .filter(set ->
                            pod.of().endsWith("/" + set.at("/metadata/name").asString()))
                    .flatMap(set -> Pods.stream(set.at("/spec/volumeClaimTemplates")))
                    .forEach(claim -> volumes.add(claim.at("/metadata/name").asString()));
            for (JsonNode container : pod.allContainers()) {
                Pods.stream(container.path("volumeMounts"))
                        .forEach(mount -> assertThat(volumes)
                                .as(pod.of())
                                .contains(mount.path("name").asString()));
            }
        }
    }

    @Test
    void aFounderIsANodeNameThatTheAgentKnows() {
        AgentSettings settings =
                settings(Pods.agents(ValueSets.rendered("five")).get(0));
        assertThat(settings.founding().founders())
                .containsExactly(Arrays.stream(new int[] {0, 1, 2, 3, 4})
                        .mapToObj(i -> new NodeName("q-quorate-" + i))
                        .toArray(NodeName[]::new));
    }
}
