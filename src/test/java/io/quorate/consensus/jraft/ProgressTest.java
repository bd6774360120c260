package io.quorate.consensus.jraft;

import static org.assertj.core.api.Assertions.assertThat;

import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesResponse;
import io.quorate.kernel.ServerId;
import io.quorate.testing.Fixtures;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What the leader knows of a follower that answers. */
class ProgressTest {
    private static final ServerId FOLLOWER = Fixtures.S1;

    private final AtomicLong ms = new AtomicLong();
    private final Progress progress = new Progress(() -> TimeUnit.MILLISECONDS.toNanos(ms.get()));

    private void answered(long index) {
        AppendEntriesRequest request = AppendEntriesRequest.newBuilder()
                .setGroupId("g")
                .setServerId("s")
                .setPeerId("p")
                .setTerm(3)
                .setPrevLogTerm(3)
                .setPrevLogIndex(index)
                .setCommittedIndex(index)
                .build();
        progress.answered(
                Peers.endpoint(FOLLOWER).getIp(),
                request,
                AppendEntriesResponse.newBuilder()
                        .setTerm(3)
                        .setSuccess(true)
                        .setLastLogIndex(index)
                        .build());
    }

    private long stuckMs(long leadersLast) {
        return progress.of(FOLLOWER, id -> true, leadersLast).stuckMs();
    }

    @Test
    void whoAnswersAndStoresNothingIsStuckSinceItLackedSomething() {
        answered(10);
        assertThat(stuckMs(10)).isZero();
        ms.addAndGet(60_000);
        assertThat(stuckMs(10)).as("it has all that there is").isZero();
        ms.addAndGet(200);
        answered(10);
        assertThat(stuckMs(12))
                .as("it lacks something since it was looked at last")
                .isEqualTo(200);
        ms.addAndGet(6_000);
        answered(10);
        assertThat(stuckMs(12)).isEqualTo(6_200);
        answered(11);
        assertThat(stuckMs(12)).as("it goes on").isZero();
        ms.addAndGet(700);
        assertThat(stuckMs(12)).isEqualTo(700);
        answered(12);
        assertThat(stuckMs(12)).isZero();
    }
}
