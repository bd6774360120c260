package io.quorate.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.cli.QuorateCli;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** What the chart does, value by value. The README's table of features names these tests. */
class ChartTest {
    private static final String SET = "/apis/apps/v1/namespaces/infra/statefulsets/q-quorate";
    private static final String GOSSIP_SECRET = "/api/v1/namespaces/infra/secrets/q-quorate-gossip";

    private FakeKubernetes kubernetes;

    @BeforeEach
    void startKubernetes() throws IOException {
        kubernetes = new FakeKubernetes();
    }

    @AfterEach
    void stopKubernetes() {
        kubernetes.close();
    }

    private static JsonNode servers(String values) {
        return ValueSets.rendered(values).kind("StatefulSet").get(0);
    }

    private static Pods serverPod(String values) {
        return Pods.agents(ValueSets.rendered(values)).stream()
                .filter(pod -> pod.of().startsWith("StatefulSet/"))
                .findFirst()
                .orElseThrow();
    }

    private static Pods clientPod(String values) {
        return Pods.agents(ValueSets.rendered(values)).stream()
                .filter(pod -> pod.of().startsWith("DaemonSet/"))
                .findFirst()
                .orElseThrow();
    }

    // ---- servers

    @Test
    void serversStartAllAtOnceAndAreUpdatedOneByOne() {
        assertThat(servers("defaults").at("/spec/podManagementPolicy").asString())
                .isEqualTo("Parallel");
        assertThat(servers("defaults").at("/spec/updateStrategy/type").asString())
                .isEqualTo("RollingUpdate");
        assertThat(servers("full")
                        .at("/spec/updateStrategy/rollingUpdate/partition")
                        .asInt())
                .isEqualTo(1);
        assertThat(servers("bare").at("/spec/updateStrategy").toString()).isEqualTo("{\"type\":\"OnDelete\"}");
    }

    @Test
    void theHeadlessServiceNamesServersThatAreNotReadyByUdpAndTcp() {
        JsonNode service = ValueSets.rendered("defaults")
                .get("Service", "q-quorate-headless")
                .path("spec");
        assertThat(service.path("clusterIP").asString()).isEqualTo("None");
        assertThat(service.path("publishNotReadyAddresses").asBoolean()).isTrue();
        assertThat(ports(service)).containsExactlyInAnyOrder("8500/TCP", "8300/TCP", "8301/TCP", "8301/UDP");
        assertThat(servers("defaults").at("/spec/serviceName").asString()).isEqualTo("q-quorate-headless");
    }

    @Test
    void theServiceForHttpNamesServersThatAreReady() {
        JsonNode service =
                ValueSets.rendered("defaults").get("Service", "q-quorate").path("spec");
        assertThat(service.path("publishNotReadyAddresses").asBoolean(false)).isFalse();
        assertThat(ports(service)).containsExactly("8500/TCP");
        JsonNode full = ValueSets.rendered("full").get("Service", "q-quorate").path("spec");
        assertThat(full.path("type").asString()).isEqualTo("LoadBalancer");
        assertThat(ports(full)).containsExactly("80/TCP");
        assertThat(full.at("/ports/0/nodePort").asInt()).isEqualTo(30850);
        assertThat(full.path("ipFamilyPolicy").asString()).isEqualTo("PreferDualStack");
    }

    private static Set<String> ports(JsonNode service) {
        return Pods.stream(service.path("ports"))
                .map(port ->
                        port.path("port").asInt() + "/" + port.path("protocol").asString("TCP"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void aClientRunsOnEachMachineAndIsReachedThere() {
        assertThat(ValueSets.rendered("defaults").kind("DaemonSet")).isEmpty();
        Pods client = clientPod("clients");
        assertThat(client.args()).doesNotContain("-server").noneMatch(arg -> arg.startsWith("-bootstrap-expect"));
        assertThat(client.flag("retry-join")).isEqualTo("q-quorate-headless.infra.svc");
        assertThat(client.container().at("/ports/0/hostPort").asInt()).isEqualTo(8500);
        JsonNode service =
                ValueSets.rendered("clients").get("Service", "q-quorate-client").path("spec");
        assertThat(service.path("internalTrafficPolicy").asString()).isEqualTo("Local");
        assertThat(ports(service)).containsExactly("8500/TCP");
    }

    // ---- founding and scaling

    @ParameterizedTest
    @CsvSource({"defaults, 3", "five, 5", "scaled, 3", "full, 5", "trial, 1"})
    void foundersAndTheirNumberComeFromInitialReplicas(String values, int initial) {
        Pods pod = serverPod(values);
        assertThat(pod.flag("bootstrap-expect")).isEqualTo(String.valueOf(initial));
        String founders = java.util.stream.IntStream.range(0, initial)
                .mapToObj(i -> "q-quorate-" + i)
                .collect(Collectors.joining(","));
        assertThat(pod.flag("founders")).isEqualTo(founders);
        assertThat(pod.container()
                        .path("env")
                        .get(0)
                        .at("/valueFrom/fieldRef/fieldPath")
                        .asString())
                .as("a node is named as its pod")
                .isEqualTo("metadata.name");
    }

    @Test
    void foundersFollowTheNameOfTheStatefulSetAndCanBeLeftOut() {
        assertThat(serverPod("names").flag("founders")).isEqualTo("registry-0,registry-1,registry-2");
        assertThat(serverPod("bare").args()).noneMatch(arg -> arg.startsWith("-founders"));
        Rendering longName = Rendering.of(List.of(), "fullnameOverride=" + "a".repeat(60));
        String set = longName.kind("StatefulSet").get(0).at("/metadata/name").asString();
        assertThat(set).hasSize(45);
        assertThat(Pods.agents(longName).get(0).flag("founders")).startsWith(set + "-0,");
    }

    @Test
    void scalingDoesNotChangeThePodTemplate() {
        assertThat(servers("scaled").at("/spec/replicas").asInt()).isEqualTo(5);
        assertThat(servers("defaults").at("/spec/replicas").asInt()).isEqualTo(3);
        assertThat(servers("scaled").at("/spec/template"))
                .isEqualTo(servers("defaults").at("/spec/template"));
        assertThat(servers("scaled").at("/spec/volumeClaimTemplates"))
                .isEqualTo(servers("defaults").at("/spec/volumeClaimTemplates"));
    }

    @Test
    void lessThanAMajorityOfTheFoundersIsRefused() {
        assertThatThrownBy(
                        () -> Rendering.install(kubernetes, List.of(), "server.initialReplicas=5", "server.replicas=2"))
                .hasMessageContaining("server.replicas is 2, but 5 servers found the cluster (server.initialReplicas)")
                .hasMessageContaining("Keep at least 3");
        assertThat(kubernetes.get(SET).isMissingNode()).isTrue();
    }

    @Test
    void lessThanAMajorityOfTheServersThatRunIsRefusedInOneStep() {
        Rendering.install(kubernetes, List.of(), "server.replicas=7");
        assertThatThrownBy(() -> Rendering.upgrade(kubernetes, List.of(), "server.replicas=3"))
                .hasMessageContaining("server.replicas is 3, but 7 servers run")
                .hasMessageContaining("Go to 4 first");
        assertThat(Rendering.upgrade(kubernetes, List.of(), "server.replicas=4")
                        .get("StatefulSet", "q-quorate")
                        .at("/spec/replicas")
                        .asInt())
                .isEqualTo(4);
    }

    @Test
    void aFirstInstallWithFewerServersThanFoundersIsRefused() {
        assertThatThrownBy(
                        () -> Rendering.install(kubernetes, List.of(), "server.initialReplicas=5", "server.replicas=3"))
                .hasMessageContaining("5 servers (server.initialReplicas) are needed to found the cluster");
    }

    @Test
    void serversAreLookedForByTheHeadlessName() {
        assertThat(serverPod("defaults").flag("retry-join")).isEqualTo("q-quorate-headless.infra.svc");
        assertThat(serverPod("names").flag("retry-join")).isEqualTo("registry-headless.infra.svc");
        assertThat(serverPod("full").args()).contains("-retry-join=10.20.0.10:8301");
    }

    @Test
    void serversAreLookedForThroughTheApiWhenWanted() {
        Rendering rendering = ValueSets.rendered("kubernetes-discovery");
        assertThat(serverPod("kubernetes-discovery").flag("retry-join"))
                .isEqualTo("provider=k8s namespace=infra label_selector=quorate.io/servers-of=q-quorate");
        assertThat(serverPod("kubernetes-discovery").labels()).containsEntry("quorate.io/servers-of", "q-quorate");
        assertThat(clientPod("kubernetes-discovery").labels()).doesNotContainKey("quorate.io/servers-of");
        assertThat(rendering.kind("Role").get(0).path("rules").toString())
                .isEqualTo("[{\"apiGroups\":[\"\"],\"resources\":[\"pods\"],\"verbs\":[\"get\",\"list\"]}]");
        JsonNode binding = rendering.kind("RoleBinding").get(0);
        assertThat(binding.at("/subjects/0/name").asString())
                .isEqualTo(serverPod("kubernetes-discovery")
                        .spec()
                        .path("serviceAccountName")
                        .asString());
        assertThat(binding.at("/roleRef/name"))
                .isEqualTo(rendering.kind("Role").get(0).at("/metadata/name"));
    }

    // ---- probes, stopping, evictions

    @ParameterizedTest
    @CsvSource({
        "defaults, /actuator/health/readiness",
        "full, /actuator/health",
        "own-image-and-key, /actuator/health",
        "bare, /actuator/health/liveness"
    })
    void readinessMeansWhatItsScopeSays(String values, String path) {
        JsonNode container = serverPod(values).container();
        assertThat(container.at("/readinessProbe/httpGet/path").asString()).isEqualTo(path);
        assertThat(container.at("/startupProbe/httpGet/path").asString()).isEqualTo("/actuator/health/liveness");
        JsonNode startup = container.path("startupProbe");
        assertThat(startup.path("periodSeconds").asInt()
                        * startup.path("failureThreshold").asInt())
                .as("seconds that a start may take")
                .isGreaterThanOrEqualTo(60);
    }

    @Test
    void evictionsTakeOneServerAtATime() {
        JsonNode budget = ValueSets.rendered("defaults").get("PodDisruptionBudget", "q-quorate");
        assertThat(budget.at("/spec/maxUnavailable").asInt()).isEqualTo(1);
        assertThat(ValueSets.rendered("bare").kind("PodDisruptionBudget")).isEmpty();
    }

    // ---- where pods run

    @Test
    void serversKeepToDifferentMachinesSoftlyUnlessHardIsWanted() {
        String rules = "/affinity/podAntiAffinity/";
        JsonNode soft = serverPod("defaults").spec();
        assertThat(soft.at(rules + "preferredDuringSchedulingIgnoredDuringExecution/0/podAffinityTerm/topologyKey")
                        .asString())
                .isEqualTo("kubernetes.io/hostname");
        assertThat(soft.at(rules + "requiredDuringSchedulingIgnoredDuringExecution")
                        .isMissingNode())
                .isTrue();
        JsonNode hard = serverPod("hard-spread").spec();
        assertThat(hard.at(rules + "requiredDuringSchedulingIgnoredDuringExecution/0/topologyKey")
                        .asString())
                .isEqualTo("kubernetes.io/hostname");
        assertThat(hard.at(rules + "preferredDuringSchedulingIgnoredDuringExecution")
                        .isMissingNode())
                .isTrue();
        assertThat(serverPod("bare").spec().path("affinity").isMissingNode()).isTrue();
    }

    @Test
    void serversAreSpreadOverZones() {
        JsonNode spread = serverPod("defaults").spec().at("/topologySpreadConstraints/0");
        assertThat(spread.path("topologyKey").asString()).isEqualTo("topology.kubernetes.io/zone");
        assertThat(spread.path("whenUnsatisfiable").asString()).isEqualTo("ScheduleAnyway");
        assertThat(serverPod("hard-spread")
                        .spec()
                        .at("/topologySpreadConstraints/0/whenUnsatisfiable")
                        .asString())
                .isEqualTo("DoNotSchedule");
        assertThat(serverPod("full").spec().path("topologySpreadConstraints")).hasSize(2);
        assertThat(serverPod("bare").spec().path("topologySpreadConstraints").isMissingNode())
                .isTrue();
    }

    @Test
    void podsGoWhereTheirSelectorsTolerationsAndPrioritySay() {
        for (Pods pod : List.of(serverPod("full"), clientPod("full"))) {
            assertThat(pod.spec().path("nodeSelector").toString()).isEqualTo("{\"kubernetes.io/os\":\"linux\"}");
            assertThat(pod.spec().path("tolerations")).hasSize(1);
            assertThat(pod.spec().path("priorityClassName").asString()).startsWith("platform-");
        }
        assertThat(clientPod("full").spec().at("/affinity/nodeAffinity").isObject())
                .isTrue();
    }

    // ---- disks and keys

    @Test
    void aServerHasADiskThatOutlivesItUnlessTheValuesSayOtherwise() {
        JsonNode claim = servers("defaults").at("/spec/volumeClaimTemplates/0");
        assertThat(claim.at("/metadata/name").asString()).isEqualTo("data");
        assertThat(claim.at("/spec/resources/requests/storage").asString()).isEqualTo("10Gi");
        assertThat(servers("defaults")
                        .at("/spec/persistentVolumeClaimRetentionPolicy")
                        .toString())
                .isEqualTo("{\"whenDeleted\":\"Retain\",\"whenScaled\":\"Retain\"}");
        assertThat(servers("full")
                        .at("/spec/persistentVolumeClaimRetentionPolicy")
                        .toString())
                .isEqualTo("{\"whenDeleted\":\"Delete\",\"whenScaled\":\"Delete\"}");
        assertThat(servers("full")
                        .at("/spec/volumeClaimTemplates/0/spec/storageClassName")
                        .asString())
                .isEqualTo("fast");
        assertThat(servers("trial").at("/spec/volumeClaimTemplates").isMissingNode())
                .isTrue();
        assertThat(serverPod("trial").spec().findValues("emptyDir")).hasSize(2);
    }

    @Test
    void theGossipKeyIsMadeOnceAndKeptByUpgrades() {
        Rendering.install(kubernetes, List.of());
        String key = kubernetes.get(GOSSIP_SECRET).at("/data/key").asString();
        String text = new String(Base64.getDecoder().decode(key), java.nio.charset.StandardCharsets.US_ASCII);
        assertThat(Base64.getDecoder().decode(text))
                .as("a key of the kind that keygen makes")
                .hasSize(32);
        JsonNode upgraded =
                Rendering.upgrade(kubernetes, List.of(), "logLevel=WARN").get("Secret", "q-quorate-gossip");
        assertThat(upgraded.at("/data/key").asString()).isEqualTo(key);
        assertThat(Rendering.of(List.of())
                        .get("Secret", "q-quorate-gossip")
                        .at("/data/key")
                        .asString())
                .as("another cluster has another")
                .isNotEqualTo(key);
        JsonNode reference = serverPod("defaults").container().at("/env/2/valueFrom/secretKeyRef");
        assertThat(reference.toString()).isEqualTo("{\"name\":\"q-quorate-gossip\",\"key\":\"key\"}");
    }

    @Test
    void theGossipKeyComesFromASecretThatIsThereWhenOneIsNamed() {
        assertThat(ValueSets.rendered("own-image-and-key").kind("Secret")).isEmpty();
        JsonNode reference = serverPod("own-image-and-key").container().at("/env/2/valueFrom/secretKeyRef");
        assertThat(reference.toString()).isEqualTo("{\"name\":\"my-keys\",\"key\":\"gossip\"}");
        assertThat(serverPod("own-image-and-key").flag("encrypt-verify-incoming"))
                .isEqualTo("false");
        assertThat(ValueSets.rendered("trial").kind("Secret")).isEmpty();
        assertThat(serverPod("trial").environment()).doesNotContainKey("QUORATE_ENCRYPT");
    }

    // ---- image, JVM, extras

    @Test
    void theImageIsTheTagOfThisVersionUnlessTagOrDigestAreGiven() {
        assertThat(serverPod("defaults").container().path("image").asString()).isEqualTo("quorate:0.1.0");
        assertThat(serverPod("own-image-and-key").container().path("image").asString())
                .isEqualTo("registry.example.com/quorate:0.1.0-debian");
        for (Pods pod : Pods.of(ValueSets.rendered("full"))) {
            assertThat(pod.container().path("image").asString())
                    .startsWith("registry.example.com/platform/quorate@sha256:0123456789");
            assertThat(pod.container().path("imagePullPolicy").asString()).isEqualTo("Always");
            assertThat(pod.spec().at("/imagePullSecrets/0/name").asString()).isEqualTo("registry");
        }
    }

    @Test
    void theFlagsOfTheJvmBelongToTheLimitsAndAreHeardBesideTheImages() throws IOException {
        assertThat(serverPod("defaults").environment().get("JAVA_TOOL_OPTIONS"))
                .isEqualTo("-Xmx128m -XX:MaxDirectMemorySize=64m");
        assertThat(serverPod("full").environment().get("JAVA_TOOL_OPTIONS")).contains("-Xmx256m");
        assertThat(serverPod("own-image-and-key").environment())
                .as("empty: those of the image")
                .doesNotContainKey("JAVA_TOOL_OPTIONS");
        assertThat(serverPod("bare").container().path("resources").isMissingNode())
                .isTrue();
        assertThat(Files.readAllLines(Path.of("src/main/docker/java.options")))
                .as("the image's flags come last: what they say, nobody else can")
                .contains("-XX:+ExitOnOutOfMemoryError")
                .noneMatch(line -> line.startsWith("-Xmx") || line.contains("MaxDirectMemorySize"));
    }

    @Test
    void extrasReachThePodsWithTheirTemplatesRendered() {
        Pods server = serverPod("full");
        assertThat(server.args()).contains("-node-meta=release:q", "-reconnect-timeout=24h");
        assertThat(server.environment()).containsEntry("QUORATE_PERFORMANCE_RAFT_MULTIPLIER", "2");
        assertThat(server.container().at("/envFrom/0/configMapRef/name").asString())
                .isEqualTo("q-environment");
        assertThat(server.spec().at("/initContainers/0/name").asString()).isEqualTo("prepare");
        assertThat(server.spec().at("/containers/1/name").asString()).isEqualTo("log-shipper");
        assertThat(server.container().path("volumeMounts").toString()).contains("/scratch");
        Pods client = clientPod("full");
        assertThat(client.args()).contains("-node-meta=kind:machine");
        assertThat(client.environment()).containsEntry("QUORATE_RETRY_INTERVAL", "10s");
        assertThat(client.container().at("/envFrom/0/secretRef/name").asString())
                .isEqualTo("client-environment");
    }

    @Test
    void labelsAndAnnotationsReachObjectsAndPods() {
        Rendering full = ValueSets.rendered("full");
        for (JsonNode object : full.objects()) {
            if (object.at("/metadata/labels").isObject()) {
                assertThat(Pods.texts(object.at("/metadata/labels"))).containsEntry("team", "platform");
                assertThat(Pods.texts(object.at("/metadata/annotations")))
                        .containsEntry("example.com/owner", "platform@example.com");
            }
        }
        assertThat(serverPod("full").labels()).containsEntry("tier", "control").containsEntry("team", "platform");
        JsonNode template = servers("full").at("/spec/template/metadata/annotations");
        assertThat(template.toString()).isEqualTo("{\"example.com/release\":\"q\"}");
        assertThat(Pods.texts(servers("full").at("/metadata/annotations"))).containsEntry("example.com/set", "servers");
        assertThat(Pods.texts(servers("full").at("/spec/selector/matchLabels"))).doesNotContainKey("team");
    }

    @Test
    void extraObjectsAreRenderedAsMapsAndAsTexts() {
        Rendering full = ValueSets.rendered("full");
        assertThat(full.get("ConfigMap", "q-environment")
                        .at("/data/QUORATE_LOG_LEVEL")
                        .asString())
                .isEqualTo("WARN");
        assertThat(full.get("ConfigMap", "q-quorate-text").at("/data/headless").asString())
                .isEqualTo("q-quorate-headless.infra.svc");
    }

    @Test
    void theServiceAccountIsTheChartsOwnUnlessNoneIsMade() {
        assertThat(ValueSets.rendered("defaults").find("ServiceAccount", "q-quorate"))
                .isPresent();
        assertThat(serverPod("defaults").spec().path("serviceAccountName").asString())
                .isEqualTo("q-quorate");
        assertThat(ValueSets.rendered("bare").kind("ServiceAccount")).isEmpty();
        assertThat(serverPod("bare").spec().path("serviceAccountName").asString())
                .isEqualTo("default");
    }

    // ---- the way in

    @Test
    void anIngressLeadsToTheServiceOfReadyServers() {
        JsonNode rule =
                ValueSets.rendered("ingress").get("Ingress", "q-quorate").at("/spec/rules/0");
        assertThat(rule.path("host").asString()).isEqualTo("quorate.example.com");
        assertThat(rule.at("/http/paths/0/backend/service").toString())
                .isEqualTo("{\"name\":\"q-quorate\",\"port\":{\"name\":\"http\"}}");
        JsonNode full = ValueSets.rendered("full").get("Ingress", "q-quorate");
        assertThat(full.at("/spec/rules/0/host").asString()).isEqualTo("q.example.com");
        assertThat(full.at("/spec/tls/0/hosts/0").asString()).isEqualTo("q.example.com");
        assertThat(ValueSets.rendered("defaults").kind("Ingress")).isEmpty();
    }

    @Test
    void anHttpRouteLeadsToTheServiceOfReadyServersAndNeedsAGateway() {
        JsonNode route =
                ValueSets.rendered("http-route").get("HTTPRoute", "q-quorate").path("spec");
        assertThat(route.at("/parentRefs/0/name").asString()).isEqualTo("internal");
        assertThat(route.at("/rules/0/backendRefs/0").toString()).isEqualTo("{\"name\":\"q-quorate\",\"port\":80}");
        assertThatThrownBy(() -> Rendering.install(kubernetes, List.of(), "httpRoute.enabled=true"))
                .hasMessageContaining("httpRoute.enabled needs httpRoute.parentRefs");
    }

    @Test
    void theNetworkPolicyLetsAgentsInToTheirPortsAndOnlyThoseNamedToHttp() {
        JsonNode ingress = ValueSets.rendered("network-policy")
                .get("NetworkPolicy", "q-quorate-server")
                .at("/spec/ingress");
        assertThat(ingress.at("/0/from/0/podSelector/matchLabels").toString())
                .contains("\"app.kubernetes.io/instance\":\"q\"");
        assertThat(ingress.at("/0/from")).hasSize(1);
        assertThat(ingress.at("/1/from")).hasSize(2);
        JsonNode open = ValueSets.rendered("kubernetes-discovery").get("NetworkPolicy", "q-quorate-server");
        assertThat(open.at("/spec/ingress/1/from").isMissingNode()).isTrue();
        assertThat(open.at("/spec/policyTypes").toString()).contains("Egress");
        JsonNode full = ValueSets.rendered("full")
                .get("NetworkPolicy", "q-quorate-server")
                .path("spec");
        assertThat(full.at("/ingress/0/from/1/ipBlock/cidr").asString()).isEqualTo("10.20.0.0/24");
        assertThat(full.at("/egress/1/to/0/podSelector/matchLabels/k8s-app").asString())
                .isEqualTo("kube-dns");
        assertThat(ValueSets.rendered("defaults").kind("NetworkPolicy")).isEmpty();
    }

    // ---- for people

    @Test
    void helmTestAsksEveryServerAndMemberWithTheImagesOwnCommand() {
        Pods check = Pods.of(ValueSets.rendered("scaled")).stream()
                .filter(pod -> pod.of().equals("Pod/q-quorate-check"))
                .findFirst()
                .orElseThrow();
        assertThat(check.args())
                .containsExactly(
                        "check",
                        "-servers=5",
                        "-http-addr=q-quorate-headless.infra.svc:8500",
                        "-members",
                        "-timeout=120s");
        assertThat(ValueSets.rendered("scaled")
                        .get("Pod", "q-quorate-check")
                        .at("/metadata/annotations/helm.sh~1hook")
                        .asString())
                .isEqualTo("test");
        String[] words = check.args().stream()
                .map(arg -> arg.startsWith("-timeout") ? "-timeout=0s" : arg)
                .toArray(String[]::new);
        assertThat(QuorateCli.run(words))
                .as("understood, but there is no such name here")
                .isEqualTo(2);
        assertThat(ValueSets.rendered("bare").kind("Pod")).isEmpty();
    }

    @Test
    void theNotesSayWhatToLookAtAndWhatIsDangerous() {
        assertThat(ValueSets.rendered("defaults").notes())
                .contains("3 servers of datacenter dc1", "quorate why", "quorate peers", "helm test q -n infra")
                .doesNotContain("WARNING");
        assertThat(ValueSets.rendered("trial").notes())
                .contains(
                        "a cluster that 1 server founds survives no failure",
                        "has lost its disk",
                        "gossip is not encrypted");
        assertThat(ValueSets.rendered("clients").notes()).contains("http://q-quorate-client.infra.svc:8500");
        Rendering.install(kubernetes, List.of(), "server.initialReplicas=3");
        assertThat(Rendering.upgrade(kubernetes, List.of(), "server.replicas=2").notes())
                .contains("WARNING: 2 servers run, 3 are needed to bootstrap a cluster");
        assertThat(Rendering.of(List.of(), "server.initialReplicas=4").notes()).contains("no more failures than 3");
    }

    @Test
    void everyPodOfTheChartIsSeenByTheseTests() {
        assertThat(Pods.of(ValueSets.rendered("full")).stream().map(Pods::of))
                .containsExactlyInAnyOrder(
                        "StatefulSet/q-quorate", "DaemonSet/q-quorate-client", "Pod/q-quorate-check");
        assertThat(Map.copyOf(serverPod("full").environment())).containsKey("QUORATE_ADVERTISE");
    }
}
