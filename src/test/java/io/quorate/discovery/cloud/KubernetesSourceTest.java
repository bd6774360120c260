package io.quorate.discovery.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.discovery.Attempt;
import io.quorate.discovery.cloud.StandIn.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code provider=k8s} against a server that answers as the Kubernetes API does, by TLS, from inside a pod. */
class KubernetesSourceTest {
    private static final String SOURCE = "provider=k8s label_selector=\"app=quorate,component=server\"";
    private static final String TOKEN = "eyJhbGciOiJSUzI1NiJ9.first.token";

    @TempDir
    static Path shared;

    private static TestAuthority authority;
    private static TestAuthority other;

    @TempDir
    Path pod;

    private final Map<String, String> environment = new HashMap<>();
    private StandIn api;

    @BeforeAll
    static void keys() throws IOException {
        authority = TestAuthority.create(Files.createDirectory(shared.resolve("one")));
        other = TestAuthority.create(Files.createDirectory(shared.resolve("other")));
    }

    @BeforeEach
    void start() throws IOException {
        api = StandIn.secure(authority.server());
        environment.put("KUBERNETES_SERVICE_HOST", "127.0.0.1");
        environment.put("KUBERNETES_SERVICE_PORT", Integer.toString(api.port()));
        Files.writeString(pod.resolve("token"), TOKEN + "\n");
        Files.writeString(pod.resolve("namespace"), "data");
        Files.writeString(pod.resolve("ca.crt"), authority.pem());
    }

    @AfterEach
    void stop() {
        api.close();
    }

    private Attempt look(String source) throws Exception {
        try (Looking looking = new Looking(environment, pod)) {
            return looking.at(source);
        }
    }

    static String pod(String name, String phase, String ip) {
        return """
                {"metadata":{"name":"%s","labels":{"app":"quorate"}},"spec":{"containers":[]},
                 "status":{"phase":"%s","podIP":"%s","hostIP":"192.168.0.7","conditions":[{"type":"Ready","status":"False"}]}}
                """.formatted(name, phase, ip);
    }

    static String list(String next, String... pods) {
        return "{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"1\",\"continue\":\""
                + next + "\"},\"items\":[" + String.join(",", pods) + "]}";
    }

    static String status(int code, String reason, String message) {
        return "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Failure\",\"message\":\""
                + message + "\",\"reason\":\"" + reason + "\",\"code\":" + code + "}";
    }

    @Test
    void runningPodsOfAllPagesAreFoundReadyOrNotAndTheOthersLeftOut() throws Exception {
        api.answer(asked -> asked.query().containsKey("continue")
                ? Answer.json(200, list("", pod("q-2", "Running", "10.1.0.3"), pod("q-3", "Pending", "")))
                : Answer.json(
                        200, list("page+2", pod("q-0", "Running", "10.1.0.1"), pod("q-1", "Failed", "10.1.0.2"))));

        Attempt attempt = look(SOURCE);

        assertThat(attempt.error()).isNull();
        assertThat(Looking.texts(attempt)).containsExactly("10.1.0.1:8301", "10.1.0.3:8301");
        assertThat(attempt.answers())
                .containsExactly(
                        "pod q-0 10.1.0.1",
                        "pod q-1 left out: Failed",
                        "pod q-2 10.1.0.3",
                        "pod q-3 left out: Pending");
        assertThat(attempt.source()).isEqualTo(SOURCE);
        List<StandIn.Asked> asked = api.asked();
        assertThat(asked).hasSize(2);
        assertThat(asked.get(0).path()).isEqualTo("/api/v1/namespaces/data/pods");
        assertThat(asked.get(0).query())
                .isEqualTo(Map.of("limit", "100", "labelSelector", "app=quorate,component=server"));
        assertThat(asked.get(0).headers()).containsEntry("Authorization", "Bearer " + TOKEN);
        assertThat(asked.get(1).query()).containsEntry("continue", "page+2");
    }

    @Test
    void hostAddressesNamedPortsAndAnotherNamespaceAreAskedForByTheirKeys() throws Exception {
        String annotated = """
                {"metadata":{"name":"q-0","annotations":{"consul.hashicorp.com/auto-join-port":"gossip"}},
                 "spec":{"containers":[{"ports":[{"name":"http","containerPort":8500},
                  {"name":"gossip","containerPort":9301,"hostPort":19301}]}]},
                 "status":{"phase":"Running","podIP":"fd00::7","hostIP":"192.168.0.7"}}
                """;
        String numbered = annotated.replace("\"gossip\"}}", "\"7301\"}}").replace("q-0", "q-1");
        String unknown = annotated.replace("\"gossip\"}}", "\"nowhere\"}}").replace("q-0", "q-2");
        api.answer(asked -> Answer.json(200, list("", annotated, numbered, unknown)));

        Attempt pods = look("provider=k8s namespace=other field_selector=status.phase=Running");
        Attempt hosts = look("provider=k8s namespace=other field_selector=status.phase=Running host_network=true");

        assertThat(Looking.texts(pods)).containsExactly("[fd00::7]:9301", "[fd00::7]:7301");
        assertThat(pods.answers()).contains("pod q-2 left out: it has no port nowhere");
        assertThat(Looking.texts(hosts)).containsExactly("192.168.0.7:19301", "192.168.0.7:7301");
        assertThat(api.asked().get(0).path()).isEqualTo("/api/v1/namespaces/other/pods");
        assertThat(api.asked().get(0).query()).containsEntry("fieldSelector", "status.phase=Running");
    }

    @Test
    void noPodIsAnErrorThatSaysSo() throws Exception {
        api.answer(asked -> Answer.json(200, list("")));
        Attempt attempt = look(SOURCE);
        assertThat(attempt.addresses()).isEmpty();
        assertThat(attempt.error()).isEqualTo("no running pod of namespace data is selected");
    }

    @Test
    void aRefusalIsShownInTheApisOwnWordsAndTheTokenIsNot() throws Exception {
        String said =
                "pods is forbidden: User \\\"system:serviceaccount:data:default\\\" cannot list resource \\\"pods\\\"";
        api.answer(asked -> Answer.json(403, status(403, "Forbidden", said + " " + TOKEN)));
        Attempt forbidden = look(SOURCE);
        assertThat(forbidden.error())
                .startsWith(
                        "Kubernetes API answered 403: pods is forbidden: User \"system:serviceaccount:data:default\"")
                .doesNotContain(TOKEN);
        api.answer(asked -> Answer.json(401, status(401, "Unauthorized", "Unauthorized")));
        assertThat(look(SOURCE).error()).isEqualTo("Kubernetes API answered 401: Unauthorized");
        api.answer(asked -> new Answer(503, "text/plain", "apiserver is shutting down", List.of()));
        assertThat(look(SOURCE).error()).isEqualTo("Kubernetes API answered 503");
    }

    @Test
    void aSlowAnswerEndsAtTheDeadline() throws Exception {
        api.answer(asked -> Answer.json(200, list("", pod("q-0", "Running", "10.1.0.1"))));
        try (Looking looking = new Looking(environment, pod, Looking.SHORT)) {
            looking.at(SOURCE);
            api.fallSilent();
            Attempt attempt = looking.at(SOURCE);
            assertThat(attempt.error()).isEqualTo("no answer in 2 s");
            assertThat(attempt.addresses()).isEmpty();
        }
    }

    @Test
    void whatIsNoListOfPodsIsRefused() throws Exception {
        api.answer(asked -> Answer.json(200, "{\"items\":[{\"metadata\""));
        assertThat(look(SOURCE).error()).startsWith("Kubernetes API answered what is not JSON");
        api.answer(asked -> Answer.json(200, "{\"kind\":\"Status\"}"));
        assertThat(look(SOURCE).error()).isEqualTo("Kubernetes API answered without a list of pods");
        api.answer(asked -> Answer.json(200, " ".repeat(Web.MAX_BODY + 1)));
        assertThat(look(SOURCE).error()).isEqualTo("Kubernetes API answered with more than 4194304 bytes");
        api.answer(asked -> Answer.json(200, list("", pod("q-0", "Running", "evil.example.com"))));
        Attempt name = look(SOURCE);
        assertThat(name.addresses()).isEmpty();
        assertThat(name.answers()).contains("no address: evil.example.com");
    }

    @Test
    void anApiWhoseAuthorityIsAnotherIsNotToldTheToken() throws Exception {
        Files.writeString(pod.resolve("ca.crt"), other.pem());
        Attempt attempt = look(SOURCE);
        assertThat(attempt.error()).contains("TLS: ").contains("trusted is what " + pod.resolve("ca.crt") + " holds");
        assertThat(api.asked()).isEmpty();
    }

    @Test
    void aTokenAndAnAuthorityThatWereRenewedAreReadAnew() throws Exception {
        api.answer(asked -> Answer.json(200, list("", pod("q-0", "Running", "10.1.0.1"))));
        try (Looking looking = new Looking(environment, pod)) {
            Files.writeString(pod.resolve("ca.crt"), other.pem());
            assertThat(looking.at(SOURCE).error()).contains("TLS");
            Files.writeString(pod.resolve("ca.crt"), authority.pem());
            assertThat(looking.at(SOURCE).error()).isNull();
            Files.writeString(pod.resolve("token"), "renewed");
            assertThat(looking.at(SOURCE).error()).isNull();
        }
        assertThat(api.asked())
                .extracting(asked -> asked.headers().get("Authorization"))
                .containsExactly("Bearer " + TOKEN, "Bearer renewed");
    }

    @Test
    void aRedirectIsNotFollowed() throws Exception {
        try (StandIn elsewhere = StandIn.secure(authority.server())) {
            api.answer(asked -> new Answer(307, "text/plain", "", List.of("Location", elsewhere.url() + "/api")));
            assertThat(look(SOURCE).error()).isEqualTo("Kubernetes API answered 307: redirects are not followed");
            assertThat(elsewhere.asked()).isEmpty();
        }
    }

    @Test
    void outsideOfAPodTheSourceNamesWhereToAsk() throws Exception {
        environment.clear();
        assertThat(look(SOURCE).error())
                .isEqualTo("not in a pod: KUBERNETES_SERVICE_HOST is not set, and the source names no endpoint=");
        api.answer(asked -> Answer.json(200, list("", pod("q-0", "Running", "10.1.0.1"))));
        Path token = Files.writeString(shared.resolve("token"), "by-key");
        Path ca = Files.writeString(shared.resolve("own.crt"), authority.pem());
        Attempt attempt =
                look(SOURCE + " namespace=n endpoint=" + api.url() + " token_file=" + token + " ca_file=" + ca);
        assertThat(attempt.error()).isNull();
        assertThat(api.asked().get(0).headers()).containsEntry("Authorization", "Bearer by-key");
        Files.delete(token);
        assertThat(look(SOURCE + " endpoint=" + api.url() + " token_file=" + token)
                        .error())
                .isEqualTo("no service account token: " + token + " does not exist");
    }

    @Test
    void pagesWithoutEndAreNotFollowedForEver() throws Exception {
        api.answer(asked -> Answer.json(200, list("again", pod("q", "Pending", ""))));
        assertThat(look(SOURCE).error()).contains("no running pod");
        assertThat(api.asked()).hasSize(Visit.MAX_PAGES);
    }
}
