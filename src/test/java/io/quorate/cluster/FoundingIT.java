package io.quorate.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Servers that have never run before become exactly one cluster, and say what they wait for until then. */
class FoundingIT {
    private static final String EXPECT_3 = "-bootstrap-expect=3";

    @RegisterExtension
    final Agents agents = new Agents();

    @Test
    void aClientStartedFirstAndThreeServersStartedApartBecomeOneCluster() {
        AgentProcess s1 = agents.server("s1", EXPECT_3);
        AgentProcess s2 = agents.server("s2", EXPECT_3, retryJoin(s1));
        AgentProcess s3 = agents.server("s3", EXPECT_3, retryJoin(s2));
        AgentProcess c1 = agents.client("c1", retryJoin(s1));
        Agents.startApart(Duration.ofSeconds(1), List.of(c1, s3, s2, s1));
        Whole.of(s1, s2, s3, c1).await(agents);
    }

    @Test
    void twoOfThreeWaitAndSayWhatIsMissingUntilOneCallToOneOfThemBringsTheThird() {
        AgentProcess s1 = agents.server("s1", EXPECT_3);
        AgentProcess s2 = agents.server("s2", EXPECT_3, retryJoin(s1));
        AgentProcess s3 = agents.server("s3", EXPECT_3);
        Agents.startAll(s1, s2, s3);
        agents.awaitHttp(s1, s2, s3);
        agents.await("two know each other", Agents.SOON, () -> {
            for (AgentProcess waiting : List.of(s1, s2)) {
                assertThat(knownServers(waiting)).isEqualTo(2);
            }
        });
        Patience.throughout("two of three found nothing", Duration.ofSeconds(3), () -> {
            for (AgentProcess waiting : List.of(s1, s2, s3)) {
                JsonNode why = waiting.why();
                assertThat(why.path("code").asString("")).as("%s", why).isEqualTo("WAITING_FOR_SERVERS");
                assertThat(waiting.clusterId()).isEmpty();
                waiting.get("/actuator/health").expect(503);
                waiting.get("/actuator/health/readiness").expect(503);
                waiting.get("/actuator/health/liveness").expect(200);
            }
            JsonNode why = s1.why();
            assertThat(why.path("message").asString("")).contains("2").contains("3");
            assertThat(why.path("next_step").asString("")).isNotEmpty();
            assertThat(why.toString()).contains("s1").contains("s2");
            assertThat(s1.health().toString()).contains("WAITING_FOR_SERVERS");
        });

        JsonNode joined = s3.join(s1, s2).expect(200).json();
        assertThat(joined.path("contacted").asInt()).isEqualTo(2);
        assertThat(joined.path("message").asString("")).isEqualTo("Successfully joined cluster by contacting 2 nodes.");

        Whole.of(s1, s2, s3).await(agents);
    }

    @Tag("long")
    @Test
    void oneServerThatBootstrapsAloneTakesInTwoWithoutExpectThatAreJoinedAfterwards() {
        AgentProcess s1 = agents.server("s1", "-bootstrap");
        AgentProcess s2 = agents.server("s2");
        AgentProcess s3 = agents.server("s3");
        Agents.startAll(s1, s2, s3);
        String cluster = Whole.of(s1).await(agents);
        agents.awaitHttp(s2, s3);
        assertThat(s2.clusterId()).as("a server without expect founds nothing").isEmpty();
        s1.join(s2, s3).expect(200);
        assertThat(Whole.of(s1, s2, s3).await(agents)).isEqualTo(cluster);
    }

    @Test
    void fiveServersWithExpectThreeBecomeOneClusterOfFiveVoters() {
        List<AgentProcess> five = servers(5, EXPECT_3);
        for (AgentProcess server : five) {
            server.setFlags(EXPECT_3, retryJoin(five.get(0)), retryJoin(five.get(4)));
        }
        five.forEach(AgentProcess::start);
        Whole.of(five.toArray(AgentProcess[]::new)).await(agents, Duration.ofSeconds(75));
    }

    @Test
    void aConflictingExpectFoundsNothingIsNamedByAllAndSettingTheWrongOneRightIsEnough() {
        AgentProcess s1 = agents.server("s1", EXPECT_3);
        AgentProcess s2 = agents.server("s2", EXPECT_3, retryJoin(s1));
        AgentProcess s3 = agents.server("s3", "-bootstrap-expect=2", retryJoin(s1));
        Agents.startAll(s1, s2, s3);
        Patience.Check named = () -> {
            for (AgentProcess server : List.of(s1, s2, s3)) {
                JsonNode why = server.why();
                assertThat(why.path("code").asString("")).as("%s", why).isEqualTo("EXPECT_MISMATCH");
                assertThat(why.path("message").asString(""))
                        .contains("s3")
                        .contains("2")
                        .contains("3");
                JsonNode health = server.health();
                assertThat(health.toString()).contains("EXPECT_MISMATCH").contains("s3");
                assertThat(server.clusterId()).isEmpty();
                server.get("/actuator/health").expect(503);
            }
            assertThat(s1.why().path("message").asString("")).containsPattern("s[12]");
        };
        agents.await("both values are named by all", Duration.ofSeconds(40), named);
        Patience.throughout("nothing is founded", Duration.ofSeconds(3), named);

        s3.terminate();
        assertThat(s3.exitCode(Duration.ofSeconds(10))).isZero();
        s3.setFlags(EXPECT_3, retryJoin(s1));
        s3.start();
        Whole.of(s1, s2, s3).await(agents);
    }

    @Test
    void aServerWithoutExpectMayBeAmongTheFounders() {
        AgentProcess s1 = agents.server("s1", EXPECT_3);
        AgentProcess s2 = agents.server("s2", EXPECT_3, retryJoin(s1));
        AgentProcess s3 = agents.server("s3", retryJoin(s1));
        Agents.startAll(s3, s1, s2);
        Whole.of(s1, s2, s3).await(agents);
    }

    @Tag("long")
    @Test
    void onlyDeclaredFoundersFoundAndTheOthersAreTakenInAfterwards() {
        String founders = "-founders=s2,s3,s4";
        AgentProcess s1 = agents.server("s1", EXPECT_3, founders);
        AgentProcess s2 = agents.server("s2", EXPECT_3, founders, retryJoin(s1));
        AgentProcess s3 = agents.server("s3", EXPECT_3, founders, retryJoin(s1));
        AgentProcess s4 = agents.server("s4", EXPECT_3, founders, retryJoin(s1));
        Agents.startAll(s1, s2, s3);
        agents.awaitHttp(s1, s2, s3);
        agents.await(
                "three know each other",
                Agents.SOON,
                () -> assertThat(knownServers(s1)).isEqualTo(3));
        Patience.throughout("three that are not the declared three found nothing", Duration.ofSeconds(3), () -> {
            assertThat(s1.clusterId()).isEmpty();
            assertThat(s2.clusterId()).isEmpty();
        });
        assertThat(s2.why().toString()).contains("s4");
        s4.start();
        Whole.of(s1, s2, s3, s4).await(agents, Duration.ofMinutes(1));
    }

    /** Who lists whom: each row connects all three, directly or through another. */
    static Stream<Arguments> lists() {
        return Stream.of(
                Arguments.of("each lists the other two", List.of(List.of(1, 2), List.of(0, 2), List.of(0, 1))),
                Arguments.of(
                        "all list all, themselves too", List.of(List.of(0, 1, 2), List.of(0, 1, 2), List.of(0, 1, 2))),
                Arguments.of("all list the first", List.of(List.of(0), List.of(0), List.of(0))),
                Arguments.of("two list the first, which lists nobody", List.of(List.of(), List.of(0), List.of(0))),
                Arguments.of("one lists both others", List.of(List.of(), List.of(), List.of(0, 1))),
                Arguments.of("a chain", List.of(List.of(1), List.of(2), List.of())),
                Arguments.of("a chain the other way", List.of(List.of(), List.of(0), List.of(1))),
                Arguments.of("a ring", List.of(List.of(1), List.of(2), List.of(0))),
                Arguments.of("the middle lists nobody", List.of(List.of(1), List.of(), List.of(1))));
    }

    @Tag("long")
    @ParameterizedTest(name = "{0}")
    @MethodSource("lists")
    void anySubsetListingTheOthersBecomesOneCluster(String what, List<List<Integer>> lists) {
        List<AgentProcess> three = servers(3, EXPECT_3);
        for (int i = 0; i < 3; i++) {
            List<String> flags = new ArrayList<>(List.of(EXPECT_3));
            lists.get(i).forEach(other -> flags.add(retryJoin(three.get(other))));
            three.get(i).setFlags(flags.toArray(String[]::new));
        }
        three.forEach(AgentProcess::start);
        assertThat(Whole.of(three.toArray(AgentProcess[]::new)).await(agents))
                .as(what)
                .isNotEmpty();
    }

    static Stream<Arguments> starts() {
        return Stream.of(0L, 500L, 2000L, 5000L, 20_000L)
                .flatMap(apart -> Stream.of("0123", "3210", "1302").map(order -> Arguments.of(order, apart)));
    }

    @Tag("long")
    @ParameterizedTest(name = "order {0}, {1} ms apart")
    @MethodSource("starts")
    void startedInAnyOrderAndApartTheyBecomeOneCluster(String order, long apartMs) {
        List<AgentProcess> four = servers(3, EXPECT_3);
        four.get(1).setFlags(EXPECT_3, retryJoin(four.get(0)));
        four.get(2).setFlags(EXPECT_3, retryJoin(four.get(0)));
        four.add(agents.client("c1", retryJoin(four.get(2))));
        Agents.startApart(
                Duration.ofMillis(apartMs),
                order.chars().mapToObj(c -> four.get(c - '0')).toList());
        Whole.of(four.toArray(AgentProcess[]::new)).await(agents);
    }

    @Tag("long")
    @ParameterizedTest
    @MethodSource("joiners")
    void oneCallToAnyOneOfThemJoinsAll(int asked) {
        List<AgentProcess> three = servers(3, EXPECT_3);
        three.forEach(AgentProcess::start);
        AgentProcess[] all = three.toArray(AgentProcess[]::new);
        agents.awaitHttp(all);
        JsonNode answer = three.get(asked).join(all).expect(200).json();
        assertThat(answer.path("contacted").asInt()).as("itself is allowed too").isEqualTo(3);
        Whole.of(all).await(agents);
    }

    static IntStream joiners() {
        return IntStream.range(0, 3);
    }

    @Tag("long")
    @Test
    void evenAndSmallNumbersFoundToo() {
        AgentProcess s1 = agents.server("s1", "-bootstrap-expect=2");
        AgentProcess s2 = agents.server("s2", "-bootstrap-expect=2", retryJoin(s1));
        Agents.startAll(s1, s2);
        Whole.of(s1, s2).await(agents);
    }

    static String retryJoin(AgentProcess other) {
        return "-retry-join=" + other.place().gossipAddress();
    }

    private List<AgentProcess> servers(int count, String... flags) {
        List<AgentProcess> servers = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            servers.add(agents.server("s" + i, flags));
        }
        return servers;
    }

    private static long knownServers(AgentProcess agent) {
        return AgentProcess.elements(agent.get("/v1/agent/members").expect(200).json())
                .filter(m -> m.path("Tags").path("role").asString("").equals("consul"))
                .filter(m -> m.path("Status").asInt() == 1)
                .count();
    }
}
