package io.quorate.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import com.alipay.remoting.rpc.RpcClient;
import com.alipay.sofa.jraft.entity.RaftOutter.SnapshotMeta;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.InstallSnapshotRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.RequestVoteRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.TimeoutNowRequest;
import com.google.protobuf.Message;
import io.quorate.Await;
import io.quorate.kernel.ServerId;
import io.quorate.testing.Fault;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Forged raft requests, sent to the server ports of a group that works. */
class StrangersTest {
    private static final ServerId STRANGER = new ServerId(UUID.randomUUID());
    private static final int ASK_MS = 20_000;

    @TempDir
    Path root;

    private RaftCluster cluster = new RaftCluster(Path.of("unused"));
    private final RpcClient stranger = new RpcClient();

    @BeforeEach
    void newCluster() {
        cluster = new RaftCluster(root);
        stranger.startup();
    }

    @AfterEach
    void close() {
        stranger.shutdown();
        cluster.close();
    }

    private void send(RaftCluster.Server to, Message request) throws Exception {
        Object answer = stranger.invokeSync("127.0.0.1:" + to.port.address().getPort(), request, ASK_MS);
        assertThat(answer).isNotNull();
    }

    private Message vote(RaftCluster.Server to, ServerId from, long term) {
        return RequestVoteRequest.newBuilder()
                .setGroupId(cluster.ref.raftGroup())
                .setServerId(from + ":8300")
                .setPeerId(to.id + ":8300")
                .setTerm(term)
                .setLastLogIndex(1000)
                .setLastLogTerm(term)
                .setPreVote(false)
                .build();
    }

    private Message append(RaftCluster.Server to, ServerId from, long term) {
        return AppendEntriesRequest.newBuilder()
                .setGroupId(cluster.ref.raftGroup())
                .setServerId(from + ":8300")
                .setPeerId(to.id + ":8300")
                .setTerm(term)
                .setPrevLogIndex(0)
                .setPrevLogTerm(0)
                .setCommittedIndex(0)
                .build();
    }

    private Message install(RaftCluster.Server to, ServerId from, long term) {
        return InstallSnapshotRequest.newBuilder()
                .setGroupId(cluster.ref.raftGroup())
                .setServerId(from + ":8300")
                .setPeerId(to.id + ":8300")
                .setTerm(term)
                .setMeta(SnapshotMeta.newBuilder().setLastIncludedIndex(1000).setLastIncludedTerm(term))
                .setUri("remote://" + from + ":8300/1")
                .build();
    }

    private Message stand(RaftCluster.Server to, ServerId from, long term) {
        return TimeoutNowRequest.newBuilder()
                .setGroupId(cluster.ref.raftGroup())
                .setServerId(from + ":8300")
                .setPeerId(to.id + ":8300")
                .setTerm(term)
                .build();
    }

    private void goesOnInTerm(long term, RaftCluster.Server leader) throws Exception {
        assertThat(leader.write("after", "1")).isEqualTo(new CommandFamily.Result(true, "1"));
        // So that what is looked at is of after the forged requests.
        Await.until(
                "the entry everywhere",
                RaftCluster.SOON,
                () -> cluster.servers.values().stream()
                        .allMatch(s -> leader.status().commitIndex() > 1
                                && s.status().lastLogIndex() >= leader.status().commitIndex()
                                && leader.note("after").equals("1")),
                cluster::states);
        cluster.servers.values().forEach(server -> {
            assertThat(server.status().term()).isEqualTo(term);
            assertThat(server.status().leader()).isEqualTo(leader.id);
        });
    }

    /**
     * Nobody's timer ends during a test, however busy the machine is: no election comes in between, and everybody goes on hearing the
     * leader.
     */
    private RaftCluster.Server patient(int count) {
        ConsensusSettings.Timing patient =
                new ConsensusSettings.Timing(120_000, 200, ConsensusSettings.Snapshots.ONLY_WHEN_ASKED);
        List<ServerId> ids = RaftCluster.ids(count);
        List<RaftCluster.Server> all = ids.stream()
                .map(id -> cluster.open(id, new NoteCommand.Family(), patient))
                .toList();
        // The others first: it asks them once.
        for (int i = ids.size() - 1; i >= 0; i--) {
            cluster.start(all.get(i), ids, false);
        }
        RaftCluster.Server leader = cluster.leader();
        Await.until("followers that heard the leader", RaftCluster.SOON, () -> {
            try {
                leader.write("before", "1");
            } catch (Exception e) {
                throw new AssertionError(e);
            }
            return all.stream().allMatch(s -> s.status().lastContactMs() >= 0);
        });
        return leader;
    }

    @Test
    @Fault(
            line = "A6",
            fault =
                    "a stranger sends a vote, entries, a snapshot or the order to stand for election, with a higher term, to each server",
            seen = "refused before raft sees it, and counted; term and leader stay")
    void aStrangerUnseatsNobody() throws Exception {
        RaftCluster.Server leader = patient(3);
        long term = leader.status().term();
        for (RaftCluster.Server server : cluster.servers.values()) {
            for (long ahead : new long[] {0, 1, 1000}) {
                send(server, vote(server, STRANGER, term + ahead));
                send(server, append(server, STRANGER, term + ahead));
                send(server, install(server, STRANGER, term + ahead));
                send(server, stand(server, STRANGER, term + ahead));
            }
            assertThat(server.consensus.requests().refusedSenders()).isEqualTo(12);
        }
        goesOnInTerm(term, leader);
    }

    @Test
    @Fault(
            line = "A6",
            fault = "a stranger sends them in the name of a voter, or of the leader",
            seen =
                    "that voter is asked, on a connection that the server opens, and did not send them; term and leader stay")
    void whoClaimsAVotersIdUnseatsNobody() throws Exception {
        RaftCluster.Server leader = patient(3);
        long term = leader.status().term();
        for (RaftCluster.Server server : cluster.servers.values()) {
            for (RaftCluster.Server claimed : cluster.servers.values()) {
                send(server, vote(server, claimed.id, term + 1));
                send(server, append(server, claimed.id, term + 1));
                send(server, install(server, claimed.id, term + 1));
                send(server, stand(server, claimed.id, term));
                send(server, stand(server, claimed.id, term + 1));
                if (claimed != leader) {
                    send(server, append(server, claimed.id, term));
                    send(server, install(server, claimed.id, term));
                }
            }
        }
        goesOnInTerm(term, leader);
    }

    @Test
    @Fault(
            line = "A6",
            fault = "a stranger sends entries with a higher term to a server that waits to be added",
            seen = "refused: it follows the leader that confirms its term, whom it does not know either")
    void aBlankServerFollowsOnlyALeaderThatSaysThatItIsOne() throws Exception {
        // One voter alone: it loses no election.
        cluster.found(1);
        RaftCluster.Server leader = cluster.leader();
        RaftCluster.Server blank = cluster.open(RaftCluster.ids(1).get(0));
        cluster.start(blank, List.of(), false);
        long term = leader.status().term();
        send(blank, append(blank, STRANGER, term + 5));
        send(blank, append(blank, leader.id, term + 5));
        send(blank, vote(blank, leader.id, term + 5));
        assertThat(blank.status().term()).isZero();
        leader.consensus.change(new Consensus.PeerChange.AddLearner(blank.id)).get(80, TimeUnit.SECONDS);
        goesOnInTerm(term, leader);
    }

    /** Nobody's timer ends meanwhile, so that the others vote for the heir only because it confirms that it stands. */
    @Test
    void aHandOverIsOneElectionAlthoughEverybodyHearsTheLeader() throws Exception {
        RaftCluster.Server leader = patient(5);
        List<RaftCluster.Server> all = List.copyOf(cluster.servers.values());
        RaftCluster.Server heir =
                all.stream().filter(s -> s != leader).findFirst().orElseThrow();
        long term = leader.status().term();
        leader.consensus.transferLeadership(heir.id).get(RaftCluster.SOON.toSeconds(), TimeUnit.SECONDS);
        Await.until("handed over", RaftCluster.SOON, () -> heir.status().isLeader(), cluster::states);
        assertThat(heir.status().term()).isEqualTo(term + 1);
        heir.write("b", "2");
        all.forEach(server ->
                assertThat(server.consensus.requests().refusedSenders()).isZero());
    }
}
