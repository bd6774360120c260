package io.quorate.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.discovery.cloud.StandIn;
import io.quorate.discovery.cloud.StandIn.Answer;
import io.quorate.discovery.cloud.TestAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** An agent that is told a tag, not addresses, finds the members that carry it. */
class AutoJoinIT {
    private static final String SECRET = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY";

    @RegisterExtension
    final Agents agents = new Agents();

    @TempDir
    Path pod;

    @Test
    void anAgentJoinsThePodsOfASelectorAndWhyShowsWhatEachPlatformSaid() throws IOException {
        TestAuthority authority = TestAuthority.create(pod);
        Path ca = Files.writeString(pod.resolve("ca.crt"), authority.pem());
        Path token = Files.writeString(pod.resolve("token"), "token-of-the-pod");
        try (StandIn kubernetes = StandIn.secure(authority.server());
                StandIn ec2 = StandIn.plain()) {
            kubernetes.answer(asked -> Answer.json(
                    403,
                    "{\"kind\":\"Status\",\"message\":\"pods is forbidden\",\"reason\":\"Forbidden\",\"code\":403}"));
            ec2.answer(asked -> new Answer(
                    401,
                    "text/xml",
                    "<Response><Errors><Error><Code>AuthFailure</Code><Message>AWS was not able to validate " + SECRET
                            + "</Message></Error></Errors></Response>",
                    List.of()));
            String byPods = "provider=k8s namespace=data label_selector=\"app=quorate,component=server\" ca_file=" + ca
                    + " token_file=" + token;
            String byTag = "provider=aws tag_key=role tag_value=server region=eu-west-1 access_key_id=AKIDEXAMPLE"
                    + " secret_access_key=%s endpoint=" + ec2.url();
            AgentProcess s1 = agents.server("s1", "-bootstrap");
            AgentProcess c1 = agents.client("c1");
            c1.launchWith(inEnvironment(
                    "KUBERNETES_SERVICE_HOST=127.0.0.1",
                    "KUBERNETES_SERVICE_PORT=" + kubernetes.port(),
                    "QUORATE_RETRY_JOIN=" + byPods + "," + byTag.formatted(SECRET)));
            Agents.startAll(s1, c1);

            agents.await("why shows that both refused", Agents.SOON, () -> {
                JsonNode why = c1.why();
                assertThat(attempt(why, byPods).path("error").asString(""))
                        .isEqualTo("Kubernetes API answered 403: pods is forbidden");
                assertThat(attempt(why, byTag.formatted("hidden")).path("error").asString(""))
                        .isEqualTo("EC2 answered 401: AuthFailure: AWS was not able to validate hidden");
            });
            kubernetes.answer(asked -> Answer.json(
                    200, """
                    {"kind":"PodList","metadata":{},"items":[{"metadata":{"name":"q-0",
                      "annotations":{"consul.hashicorp.com/auto-join-port":"%d"}},
                     "status":{"phase":"Running","podIP":"%s"}}]}
                    """.formatted(s1.place().gossip(), s1.place().address())));

            Whole.of(s1, c1).await(agents);
            JsonNode found = attempt(c1.why(), byPods);
            assertThat(found.path("error").isMissingNode()
                            || found.path("error").isNull())
                    .as("%s", found)
                    .isTrue();
            assertThat(found.path("answers").toString())
                    .contains("pod q-0 " + s1.place().address());
            for (String path : List.of("/why", "/info", "/v1/agent/self")) {
                assertThat(c1.get(path).body()).as(path).doesNotContain(SECRET);
            }
            assertThat(c1.log()).contains("secret_access_key=hidden").doesNotContain(SECRET);
        }
    }

    private static JsonNode attempt(JsonNode why, String source) {
        return why.path("discovery")
                .valueStream()
                .filter(each -> each.path("source").asString("").equals(source))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no look at " + source + " in " + why));
    }

    private static List<String> inEnvironment(String... variables) {
        List<String> command = new ArrayList<>(List.of("env"));
        command.addAll(List.of(variables));
        command.addAll(AgentProcess.SMALL_JVM);
        command.addAll(List.of("-jar", AgentProcess.JAR.toString()));
        return command;
    }
}
