package io.quorate.consensus.jraft;

import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.core.NodeImpl;
import com.alipay.sofa.jraft.entity.EnumOutter.ErrorType;
import com.alipay.sofa.jraft.error.RaftError;
import com.alipay.sofa.jraft.error.RaftException;
import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.ServerId;
import io.quorate.runtime.EventLoop;
import io.quorate.runtime.Threads;
import io.quorate.runtime.Ticker;
import io.quorate.runtime.Timers;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches a node's disk and carries out what {@link StallRule} decides. The loop that looks takes no lock of raft's and writes
 * nothing; handing over and failing may wait for the node's lock, which a disk that hangs may hold, and have threads of their own.
 */
final class DiskGuard implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DiskGuard.class);
    private static final Duration LOOK_EVERY = Duration.ofMillis(100);

    private final NodeImpl node;
    private final GroupView view;
    private final StallRule rule;
    private final Ticker ticker;
    private final EventLoop loop = new EventLoop("raft-disk");
    private final ThreadPoolExecutor acting = Threads.pool("raft-disk-act", 2, 2);
    private long lookedNanos;
    private boolean told;

    DiskGuard(NodeImpl node, GroupView view, Ticker ticker) {
        this.node = node;
        this.view = view;
        this.ticker = ticker;
        rule = new StallRule(view.disk().stallMs());
        lookedNanos = ticker.nanos();
        // Ends with the loop.
        Timers.Timer unused = loop.every(LOOK_EVERY, this::look);
    }

    private void look() {
        long now = ticker.nanos();
        // A process that was paused, or got no processor, says nothing about its disk: it counts as one look.
        long passedMs = Math.min(TimeUnit.NANOSECONDS.toMillis(now - lookedNanos), 2 * LOOK_EVERY.toMillis());
        lookedNanos = now;
        tell(view.disk().now());
        rule.look(view.stallLook(), passedMs).match(new Deeds()).run();
    }

    private final class Deeds implements StallRule.Deed.Cases<Runnable> {
        @Override
        public Runnable nothing(StallRule.Deed.Nothing nothing) {
            return () -> {};
        }

        @Override
        public Runnable handOver(StallRule.Deed.HandOver handOver) {
            return () -> {
                LOG.atWarn()
                        .addKeyValue("to", handOver.to())
                        .addKeyValue("on_disk", view.disk().onDisk())
                        .log("the disk of this leader does not take what raft writes: leadership is handed over");
                act(() -> DiskGuard.this.handOver(handOver.to()));
            };
        }

        @Override
        public Runnable failNode(StallRule.Deed.FailNode fail) {
            return () -> {
                LOG.atError()
                        .addKeyValue("on_disk", view.disk().onDisk())
                        .log(
                                "the disk of this leader does not take what raft writes, and nobody took over: it steps down");
                act(DiskGuard.this::fail);
            };
        }
    }

    private void tell(RaftStatus.@Nullable Disk disk) {
        if (disk != null && !told) {
            LOG.atWarn()
                    .addKeyValue("file", disk.file())
                    .addKeyValue("why", disk.words())
                    .log("the disk under raft does not take writes");
        } else if (disk == null && told) {
            LOG.atInfo().log("the disk under raft takes writes again");
        }
        told = disk != null;
    }

    private void handOver(ServerId to) {
        Status asked = node.transferLeadershipTo(Peers.peer(to));
        if (!asked.isOk()) {
            LOG.atWarn().addKeyValue("why", asked.getErrorMsg()).log("leadership could not be handed over");
        }
    }

    private void fail() {
        node.onError(new RaftException(
                ErrorType.ERROR_TYPE_LOG,
                RaftError.EIO,
                "the log or the database did not reach the disk for too long while others stored more"));
    }

    private void act(Runnable deed) {
        try {
            acting.execute(deed);
        } catch (RejectedExecutionException e) {
            // Both threads wait for the node's lock: who holds it is stepping down already, or nothing could.
            LOG.atWarn().log("the node's lock is held: nothing can be done about its disk now");
        }
    }

    @Override
    public void close() {
        loop.close();
        acting.shutdown();
    }
}
