package io.quorate.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.testing.Fault;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Who votes, and why: a server is known by its own id, whatever others do under its name. */
class PeerSetIT {
    @RegisterExtension
    final Agents agents = new Agents();

    private final AgentProcess s1 = agents.server("s1");
    private final AgentProcess s2 = agents.server("s2");
    private final AgentProcess s3 = agents.server("s3");
    private final Whole three = Whole.of(s1, s2, s3);

    private String joins() {
        return "-retry-join="
                + String.join(
                        ",",
                        Stream.of(s1, s2, s3)
                                .map(s -> s.place().gossipAddress())
                                .toList());
    }

    private void startThree() {
        three.servers().forEach(server -> server.setFlags("-bootstrap-expect=3", joins()));
        Agents.startAll(s1, s2, s3);
    }

    @Test
    @Fault(
            line = "A2",
            fault =
                    "All three servers are killed the moment a leader is there, one disk is wiped, and all are started again",
            seen = "Three voters, quorum two; the wiped server has taken its own old place")
    void allThreeKilledRightAfterTheFoundingAndOneWipedAreThreeVotersAgain() {
        startThree();
        agents.await(
                "a leader",
                Duration.ofMinutes(1),
                () -> assertThat(three.servers().stream().map(AgentProcess::leaderAddress))
                        .anyMatch(address -> !address.isEmpty()));
        String wipedId = s3.serverId();
        three.servers().forEach(AgentProcess::kill);
        s3.wipe();
        Agents.startAll(s1, s2, s3);
        three.await(agents, Duration.ofMinutes(1));
        for (AgentProcess asked : three.servers()) {
            assertThat(asked.voters()).hasSize(3).doesNotContain(wipedId).contains(s3.serverId());
            assertThat(asked.peers().path("quorum_size").asInt(0)).isEqualTo(2);
        }
        Patience.throughout(
                "it stays so",
                Duration.ofSeconds(5),
                () -> assertThat(s1.voters()).hasSize(3));
    }
}
