package io.quorate.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.cluster.AgentProcess;
import io.quorate.cluster.Agents;
import io.quorate.cluster.Whole;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What was recorded with Consul 1.8.7, three servers and a client, is asked again of three servers and a client of ours, in the same
 * order, and answered alike: status, headers and body, but for what the recording calls volatile.
 *
 * <p>What differs on purpose stands in {@code src/test/resources/recordings/meant.txt}, each exchange with its reason, and what is not
 * served yet. Whoever lands a feature takes its wide line out ({@code session/*}, {@code /v1/kv/*}), runs this class and reads in the
 * failure what still differs: that is corrected, or listed one by one with a reason that a user would accept. A line that nothing needs
 * any more fails the test, so the list only ever gets shorter. What the recorder did beside its exchanges is in {@link Unrecorded}: a
 * write that wakes a blocking query, or an answer that takes a moment to become as recorded. The outcome of all is printed at the end
 * and written to {@code target/contract.txt}.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ConsulContractIT {
    @RegisterExtension
    static final Agents AGENTS = new Agents();

    private static final AgentProcess S1 = AGENTS.server("s1", "-bootstrap-expect=3");
    private static final AgentProcess S2 = AGENTS.server("s2", "-bootstrap-expect=3", joins(S1));
    private static final AgentProcess S3 = AGENTS.server("s3", "-bootstrap-expect=3", joins(S1));
    private static final AgentProcess C1 = AGENTS.client("c1");
    private static final AgentProcess DEV = AGENTS.server("dev", "-dev");
    private static final Whole ALL = Whole.of(S1, S2, S3, C1);

    private static final Cast CAST = new Cast()
            .with(S1, "127.77.0.11", "00000009-0000-4000-8000-000000000011")
            .with(S2, "127.77.0.12", "00000010-0000-4000-8000-000000000012")
            .with(S3, "127.77.0.13", "00000011-0000-4000-8000-000000000013")
            .with(C1, "127.77.0.21", "00000003-0000-4000-8000-000000000021");
    private static final Cast ALONE = new Cast().with(DEV, "127.77.0.9", "00000004-0000-4000-8000-000000000009");

    private static final AgentProcess E1 = AGENTS.server("e1", "-bootstrap-expect=3");
    private static final AgentProcess E2 = AGENTS.server("e2", "-bootstrap-expect=3");
    private static final AgentProcess E3 = AGENTS.server("e3", "-bootstrap-expect=3");
    private static final AgentProcess E4 = AGENTS.client("e4");
    private static final Cast EXTRA = new Cast()
            .with(E1, "127.77.0.41", "00000005-0000-4000-8000-000000000041")
            .with(E2, "127.77.0.42", "00000006-0000-4000-8000-000000000042")
            .with(E3, "127.77.0.43", "00000007-0000-4000-8000-000000000043")
            .with(E4, "127.77.0.44", "00000008-0000-4000-8000-000000000044");

    private static final Meant MEANT = new Meant();
    private static final Tally TALLY = new Tally();
    private static final Replay REPLAY = new Replay(MEANT, TALLY);

    private static String joins(AgentProcess other) {
        return "-retry-join=" + other.place().gossipAddress();
    }

    @BeforeAll
    static void oneServerAndAClientThatKnowNobody() {
        Agents.startAll(S1, C1, DEV);
        AGENTS.awaitHttp(S1, C1, DEV);
        CAST.learnIds(List.of(S1, C1));
        ALONE.learnIds(List.of(DEV));
    }

    @AfterAll
    static void tell() throws IOException {
        String report = TALLY.report(MEANT.fields());
        System.out.println(report);
        Files.writeString(Path.of("target", "contract.txt"), report);
    }

    @Test
    @Order(1)
    void beforeThereIsALeader() {
        Predicate<Exchange> local = exchange ->
                exchange.path().startsWith("/v1/agent") || exchange.path().startsWith("/v1/event");
        List<Exchange> all = Exchange.of("pre_leader");
        // Each waits 7 s for a leader: all at once.
        List<String> failures = new ArrayList<>(
                REPLAY.sideBySide(all.stream().filter(local.negate()).toList(), CAST));
        failures.addAll(REPLAY.all(all.stream().filter(local).toList(), CAST));
        none(failures);
    }

    @Test
    @Order(2)
    void aLoneServerForDevelopment() {
        AGENTS.await(
                "the lone server is in its catalog",
                Agents.SOON,
                () -> Whole.of(DEV).check());
        none(REPLAY.all(Exchange.of("dev"), ALONE));
        DEV.kill();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "agent",
                "catalog",
                "kv",
                "session",
                "txn",
                "event",
                "query",
                "coordinate",
                "operator",
                "snapshot"
            })
    @Order(3)
    void withALeader(String group) {
        if (!S2.isAlive()) {
            Agents.startAll(S2, S3);
            AGENTS.awaitHttp(S2, S3);
            CAST.learnIds(List.of(S2, S3));
            Answered.to(
                    "PUT",
                    C1.place().httpAddress(),
                    "/v1/agent/join/" + S1.place().gossipAddress(),
                    Map.of(),
                    new byte[0],
                    false);
            ALL.await(AGENTS);
        }
        none(REPLAY.all(group.equals("catalog") ? catalogAndHealth() : Exchange.of(group), CAST));
    }

    /** Up to where servers are killed: what becomes of them then is compared by other classes. */
    @Test
    @Order(4)
    void anotherDatacenterForSingleFacts() {
        AGENTS.all().forEach(AgentProcess::kill);
        Agents.startAll(E1, E2, E3, E4);
        AGENTS.awaitHttp(E1, E2, E3, E4);
        EXTRA.learnIds(List.of(E1, E2, E3, E4));
        List<Exchange> all = Exchange.of("extra").stream()
                .filter(exchange -> exchange.id().matches("extra-\\d+"))
                .toList();
        List<String> failures = REPLAY.all(all.subList(0, 3), EXTRA);
        Whole.of(E1, E2, E3, E4).await(AGENTS);
        failures.addAll(REPLAY.all(all.subList(3, all.size()), EXTRA));
        none(failures);
    }

    @Test
    @Order(5)
    void everyLineOfTheListIsNeeded() {
        assertThat(MEANT.unneeded())
                .as("lines of meant.txt that cover nothing that differs: take them out")
                .isEmpty();
    }

    /** Health was recorded before the catalog's entries were removed again. */
    private static List<Exchange> catalogAndHealth() {
        List<Exchange> all = new ArrayList<>();
        for (Exchange exchange : Exchange.of("catalog")) {
            if (exchange.id().equals("catalog-085")) {
                all.addAll(Exchange.of("health"));
            }
            all.add(exchange);
        }
        return all;
    }

    private static void none(List<String> failures) {
        assertThat(failures)
                .withFailMessage(() -> failures.size() + " exchanges failed:\n" + String.join("\n", failures))
                .isEmpty();
    }
}
