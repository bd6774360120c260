package io.quorate.consensus.jraft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alipay.remoting.BizContext;
import com.alipay.remoting.rpc.RpcClient;
import com.alipay.remoting.rpc.protocol.SyncUserProcessor;
import com.alipay.sofa.jraft.error.RaftError;
import com.alipay.sofa.jraft.rpc.CliRequests.ResetPeerRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.ErrorResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.RequestVoteRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.RequestVoteResponse;
import com.google.protobuf.Message;
import io.quorate.Await;
import io.quorate.consensus.Consensus;
import io.quorate.consensus.ConsensusSettings;
import io.quorate.consensus.JraftConsensus;
import io.quorate.consensus.ServerCommand;
import io.quorate.kernel.ClusterId;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import io.quorate.rpc.AddressBook;
import io.quorate.rpc.BoltRpcCaller;
import io.quorate.rpc.RpcPort;
import io.quorate.testing.Fault;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What strangers and expelled servers get at the port of a server that leads. */
class GuardedServerTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private final ServerId other = new ServerId(UUID.randomUUID());
    private final RpcPort others = RpcPort.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    private final AddressBook book = new AddressBook() {
        @Override
        public Optional<Endpoint> find(ServerId server) {
            return server.equals(other) ? Optional.of(Endpoint.of(others.address())) : Optional.empty();
        }

        @Override
        public Set<ServerId> known() {
            return Set.of(other);
        }

        @Override
        public void onMove(Consumer<ServerId> listener) {}
    };

    @TempDir
    Path folder;

    private final ServerId self = new ServerId(UUID.randomUUID());
    private final ClusterRef cluster = ClusterRef.founded(new ClusterId(UUID.randomUUID()));
    private final RpcPort port = RpcPort.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    private final BoltRpcCaller caller = new BoltRpcCaller();
    private final Consensus consensus = JraftConsensus.create(ConsensusSettings.of(
            book,
            port,
            caller,
            List.of(),
            new ConsensusSettings.Timing(300, 100, ConsensusSettings.Snapshots.ONLY_WHEN_ASKED)));
    private final RpcClient stranger = new RpcClient();

    @BeforeEach
    void lead() throws IOException {
        consensus.layOut(folder, "token");
        consensus.start(new Consensus.GroupStart(cluster, self, folder, "token", List.of(self), false));
        Await.until("leader", LONG, () -> consensus.status().isLeader());
        stranger.startup();
    }

    @AfterEach
    void close() {
        stranger.shutdown();
        consensus.close();
        port.close();
        others.close();
        caller.close();
    }

    private Object ask(Message request) throws Exception {
        return stranger.invokeSync("127.0.0.1:" + port.address().getPort(), request, (int) LONG.toMillis());
    }

    private RequestVoteRequest vote(String group, ServerId from, long term) {
        return RequestVoteRequest.newBuilder()
                .setGroupId(group)
                .setServerId(from + ":8300")
                .setPeerId(self + ":8300")
                .setTerm(term)
                .setLastLogIndex(1000)
                .setLastLogTerm(term)
                .setPreVote(false)
                .build();
    }

    private static int code(Object answer) {
        return answer instanceof ErrorResponse error
                ? error.getErrorCode()
                : ((ErrorResponse) ((Message) answer)
                                .getField(((Message) answer)
                                        .getDescriptorForType()
                                        .findFieldByName("errorResponse")))
                        .getErrorCode();
    }

    @Test
    void anExpelledServerRaisesNoTerm() throws Exception {
        consensus.append(new ServerCommand.Expel(other, new NodeName("old"))).get(20, TimeUnit.SECONDS);
        long term = consensus.status().term();
        assertThat(code(ask(vote(cluster.raftGroup(), other, term + 5)))).isEqualTo(RaftError.EACCES.getNumber());
        AppendEntriesRequest append = append(cluster.raftGroup(), other, term + 5);
        assertThat(code(ask(append))).isEqualTo(RaftError.EACCES.getNumber());
        assertThat(String.valueOf(ask(append))).contains("its id is expelled");
        consensus.readBarrier().get(20, TimeUnit.SECONDS);
        assertThat(consensus.status().term()).isEqualTo(term);
        assertThat(consensus.status().isLeader()).isTrue();
    }

    @Fault(
            line = "A6",
            fault = "a stranger sends a vote request or an append request with the largest term, or a negative one",
            seen =
                    "refused before raft sees it, also in a voter's name while nobody leads: the group would never elect again")
    @Test
    void aTermThatNoElectionReachesIsRefused() throws Exception {
        waitForTheOther();
        for (long wrong : new long[] {Long.MAX_VALUE, Long.MIN_VALUE, -1, 1L << 33}) {
            for (Message request :
                    List.of(vote(cluster.raftGroup(), other, wrong), append(cluster.raftGroup(), other, wrong))) {
                assertThat(code(ask(request)))
                        .as("term %s", wrong)
                        .isIn(RaftError.EACCES.getNumber(), RaftError.EAGAIN.getNumber());
            }
        }
        assertThat(consensus.status().term()).isBetween(0L, 5L);
        assertThat(consensus.status().leader()).isNull();
        // The other voter's are taken: this test can fail.
        assertThat(ask(vote(cluster.raftGroup(), other, 1000))).isInstanceOf(RequestVoteResponse.class);
        Await.until("a raised term", LONG, () -> consensus.status().term() >= 1000);
    }

    @Fault(
            line = "A6",
            fault = "who answers in a voter's place answers each vote request with the largest term",
            seen = "not an answer: the term stays, and the next start finds term and vote as they were")
    @Test
    void anAnswerWithATermThatNoElectionReachesIsNone() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        others.bolt().registerUserProcessor(new SyncUserProcessor<RequestVoteRequest>() {
            @Override
            public Object handleRequest(BizContext context, RequestVoteRequest request) {
                asked.incrementAndGet();
                return RequestVoteResponse.newBuilder()
                        .setTerm(Long.MAX_VALUE)
                        .setGranted(false)
                        .build();
            }

            @Override
            public String interest() {
                return RequestVoteRequest.class.getName();
            }
        });
        waitForTheOther();
        Await.until("asked for votes", LONG, () -> asked.get() >= 3);
        consensus.stop();
        consensus.start(new Consensus.GroupStart(
                cluster, self, folder.resolve("two"), "token of two", List.of(other, self), false));
        assertThat(consensus.status().term()).isBetween(0L, 1000L);
    }

    /** Of two voters, so that nobody leads. */
    private void waitForTheOther() throws IOException {
        consensus.stop();
        Path two = Files.createDirectory(folder.resolve("two"));
        consensus.layOut(two, "token of two");
        consensus.start(new Consensus.GroupStart(cluster, self, two, "token of two", List.of(other, self), false));
    }

    private AppendEntriesRequest append(String group, ServerId from, long term) {
        return AppendEntriesRequest.newBuilder()
                .setGroupId(group)
                .setServerId(from + ":8300")
                .setPeerId(self + ":8300")
                .setTerm(term)
                .setPrevLogIndex(0)
                .setPrevLogTerm(0)
                .setCommittedIndex(0)
                .build();
    }

    @Test
    void theListOutlivesARestartAndASnapshot() throws Exception {
        consensus.append(new ServerCommand.Expel(other, new NodeName("old"))).get(20, TimeUnit.SECONDS);
        consensus.snapshot().get(20, TimeUnit.SECONDS);
        consensus.stop();
        assertThat(consensus.expelled()).isEmpty();
        consensus.start(new Consensus.GroupStart(cluster, self, folder, "token", List.of(), true));
        assertThat(consensus.expelled()).containsEntry(other, new NodeName("old"));
    }

    @Test
    void aRequestForAnotherGroupOrPeerIsRefusedAndSoIsAdministration() throws Exception {
        long term = consensus.status().term();
        String foreign = ClusterRef.founded(new ClusterId(UUID.randomUUID())).raftGroup();
        assertThat(code(ask(vote(foreign, other, term + 5)))).isEqualTo(RaftError.ENOENT.getNumber());
        RequestVoteRequest wrongPeer = vote(cluster.raftGroup(), other, term + 5).toBuilder()
                .setPeerId(other + ":8300")
                .build();
        assertThat(code(ask(wrongPeer))).isEqualTo(RaftError.ENOENT.getNumber());
        ResetPeerRequest reset = ResetPeerRequest.newBuilder()
                .setGroupId(cluster.raftGroup())
                .setPeerId(self + ":8300")
                .addNewPeers(other + ":8300")
                .build();
        assertThatThrownBy(() -> ask(reset)).hasStackTraceContaining("No user processor found");
        assertThat(consensus.status().term()).isEqualTo(term);
        assertThat(consensus.status().voters()).containsExactly(self);
    }

    @Test
    void afterTheGroupStoppedThePortAnswersThatThereIsNone() throws Exception {
        port.serve("echo", request -> java.util.concurrent.CompletableFuture.completedFuture(request));
        consensus.stop();
        assertThat(code(ask(vote(cluster.raftGroup(), other, 9)))).isEqualTo(RaftError.ENOENT.getNumber());
        assertThat(port.underWay()).isZero();
    }
}
