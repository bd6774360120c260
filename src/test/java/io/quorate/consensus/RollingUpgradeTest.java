package io.quorate.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.Await;
import io.quorate.kernel.ServerId;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two levels of commands in one cluster: a command that one of the servers does not know must not reach its log. */
class RollingUpgradeTest {
    @TempDir
    Path root;

    @Test
    void aCommandOfTheNewLevelIsRefusedUntilTheLastServerKnowsItAndThenAppliedByAll() throws Exception {
        try (RaftCluster cluster = new RaftCluster(root)) {
            List<ServerId> ids = RaftCluster.ids(3);
            for (ServerId id : ids) {
                cluster.open(id, NoteCommand.Family.old(), RaftCluster.QUICK);
            }
            cluster.servers.values().forEach(server -> cluster.start(server, ids, false));
            cluster.leader().write("a", "before");

            // One after the other is upgraded; each says what it understands.
            for (ServerId id : ids) {
                // Only a server of the new version has such a command.
                for (RaftCluster.Server server : List.copyOf(cluster.servers.values())) {
                    if (cluster.levels.containsKey(server.id)) {
                        assertThatThrownBy(() -> server.consensus
                                        .append(new NoteCommand.Shout("b", "loud"))
                                        .get(20, TimeUnit.SECONDS))
                                .hasCauseInstanceOf(NotCommittedException.class);
                    }
                }
                cluster.drop(Objects.requireNonNull(cluster.servers.get(id)));
                cluster.levels.put(id, 2);
                cluster.start(cluster.open(id, new NoteCommand.Family(), RaftCluster.QUICK), ids, true);
                cluster.leader();
            }
            RaftCluster.Server leader = cluster.leader();
            assertThat(leader.consensus
                            .append(new NoteCommand.Shout("b", "loud"))
                            .get(20, TimeUnit.SECONDS))
                    .isEqualTo(new CommandFamily.Result(true, "LOUD"));
            cluster.servers.values().forEach(server -> cluster.awaitNote(server, "b", "LOUD"));
        }
    }

    @Test
    void whoIsInTheWayIsNamedAndTheOthersGoOn() throws Exception {
        try (RaftCluster cluster = new RaftCluster(root)) {
            List<ServerId> ids = RaftCluster.ids(3);
            for (ServerId id : ids) {
                boolean old = id.equals(ids.get(2));
                cluster.levels.put(id, old ? 1 : 2);
                cluster.open(id, old ? NoteCommand.Family.old() : new NoteCommand.Family(), RaftCluster.QUICK);
            }
            cluster.servers.values().forEach(server -> cluster.start(server, ids, false));
            RaftCluster.Server leader = cluster.leader();
            for (int i = 0; leader.id.equals(ids.get(2)) && i < 20; i++) {
                leader.consensus.transferLeadership(ids.get(0)).get(20, TimeUnit.SECONDS);
                Await.until(
                        "another leads",
                        RaftCluster.SOON,
                        () -> !cluster.leader().id.equals(ids.get(2)));
                leader = cluster.leader();
            }
            RaftCluster.Server leading = leader;
            assertThatThrownBy(() -> leading.consensus
                            .append(new NoteCommand.Shout("b", "loud"))
                            .get(20, TimeUnit.SECONDS))
                    .cause()
                    .isInstanceOf(NotUnderstoodException.class)
                    .hasMessageContaining(ids.get(2).toString())
                    .hasMessageContaining("upgrade it first");
            assertThat(leader.write("a", "1").done()).isTrue();
            cluster.servers.values().forEach(server -> cluster.awaitNote(server, "a", "1"));
            assertThat(Objects.requireNonNull(cluster.servers.get(ids.get(2)))
                            .status()
                            .error())
                    .isNull();
        }
    }

    /** With the log cut to a snapshot, under a leader that never handed in such a command itself, and with a server that gossip forgot. */
    @Test
    void onceTheNewLevelIsUsedNoOlderServerIsLetInWhoeverLeads() throws Exception {
        try (RaftCluster cluster = new RaftCluster(root)) {
            List<ServerId> ids = RaftCluster.ids(4);
            ServerId newcomer = ids.get(3);
            List<ServerId> founders = ids.subList(0, 3);
            for (ServerId id : founders) {
                cluster.levels.put(id, 2);
                cluster.open(id, new NoteCommand.Family(), RaftCluster.QUICK);
            }
            cluster.servers.values().forEach(server -> cluster.start(server, founders, false));
            RaftCluster.Server first = cluster.leader();
            assertThat(first.consensus
                            .append(new NoteCommand.Shout("b", "loud"))
                            .get(20, TimeUnit.SECONDS))
                    .isEqualTo(new CommandFamily.Result(true, "LOUD"));
            cluster.servers.values().forEach(server -> cluster.awaitNote(server, "b", "LOUD"));
            for (RaftCluster.Server server : cluster.servers.values()) {
                server.consensus.snapshot().get(20, TimeUnit.SECONDS);
            }
            cluster.drop(first);
            cluster.levels.remove(first.id);

            RaftCluster.Server leader = cluster.leader();
            cluster.start(cluster.open(newcomer, NoteCommand.Family.old(), RaftCluster.QUICK), List.of(), false);
            Await.until("connected", RaftCluster.SOON, () -> leader.consensus.isConnected(newcomer));
            assertThat(leader.consensus.tooOld(newcomer)).isPresent();
            assertThatThrownBy(() -> leader.consensus
                            .change(new Consensus.PeerChange.AddLearner(newcomer))
                            .get(20, TimeUnit.SECONDS))
                    .cause()
                    .isInstanceOf(NotUnderstoodException.class)
                    .hasMessageContaining("upgrade it first");
            assertThat(leader.consensus
                            .append(new NoteCommand.Shout("c", "still"))
                            .get(20, TimeUnit.SECONDS))
                    .as("one that is down and forgotten does not hold up the others")
                    .isEqualTo(new CommandFamily.Result(true, "STILL"));

            cluster.drop(Objects.requireNonNull(cluster.servers.get(newcomer)));
            cluster.levels.put(newcomer, 2);
            RaftCluster.Server upgraded = cluster.open(newcomer, new NoteCommand.Family(), RaftCluster.QUICK);
            cluster.start(upgraded, List.of(), false);
            Await.until("connected", RaftCluster.SOON, () -> leader.consensus.isConnected(newcomer));
            leader.consensus
                    .change(new Consensus.PeerChange.AddLearner(newcomer))
                    .get(20, TimeUnit.SECONDS);
            cluster.awaitNote(upgraded, "c", "STILL");
        }
    }
}
