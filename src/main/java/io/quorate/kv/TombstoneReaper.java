package io.quorate.kv;

import io.quorate.consensus.Consensus;
import io.quorate.runtime.Claim;
import io.quorate.runtime.Duty;
import io.quorate.runtime.EventLoop;
import io.quorate.runtime.Failures;
import io.quorate.runtime.Ticker;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * On the leader: has deletions forgotten that were a quarter of an hour ago, so that they do not gather for ever. Looks every 30 s, on
 * a loop of its own, which may wait for the disk.
 *
 * <p>Source: Consul's tombstone TTL and its granularity.
 */
public final class TombstoneReaper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TombstoneReaper.class);
    static final Duration LIFE = Duration.ofMinutes(15);
    private static final Duration EVERY = Duration.ofSeconds(30);
    /** Longer than an append can take when it ends at all. */
    private static final Duration APPENDED = Duration.ofSeconds(60);

    /** So many in one command, because all that applies waits for it. */
    static final int AT_ONCE = 2000;

    private final EventLoop loop = new EventLoop("tombstones");
    private final Consensus consensus;
    private final InstantSource clock;
    private volatile boolean closed;
    private final Claim appending = new Claim(Ticker.system(), APPENDED);

    public TombstoneReaper(Consensus consensus, InstantSource clock) {
        this.consensus = consensus;
        this.clock = clock;
    }

    public void start() {
        loop.every(EVERY, this::look);
    }

    private void look() {
        if (!consensus.status().isLeader()) {
            return;
        }
        Claim.Ticket ticket = appending.take();
        if (ticket == null) {
            return;
        }
        OptionalLong upTo;
        try {
            upTo = consensus
                    .state()
                    .read(connection ->
                            expired(KvTables.eldestDeletions(connection, AT_ONCE), clock.millis() - LIFE.toMillis()))
                    .value();
        } catch (RuntimeException e) {
            ticket.close();
            // The state is being exchanged, or its disk failed: consensus says so itself; here it only means later.
            LOG.atDebug().setCause(e).log("deletions were not looked at, will be looked at again");
            return;
        }
        if (upTo.isEmpty()) {
            ticket.close();
            return;
        }
        KvCommand.Reap command = new KvCommand.Reap(upTo.getAsLong(), AT_ONCE);
        Failures.whenDone(consensus.append(command), Duty.HELPFUL, "tombstones", (done, failure) -> {
            ticket.close();
            if (failure == null && !closed) {
                // There may be more of them.
                loop.execute(this::look);
            } else if (failure != null) {
                LOG.atDebug().setCause(failure).log("deletions were not forgotten, will be tried again");
            }
        });
    }

    /**
     * Up to which one they can be forgotten; empty when none can.
     *
     * @param eldest by their index. Times may go back among them: one that is too young keeps all behind it
     * @param beforeMs wall time in milliseconds since 1970
     */
    static OptionalLong expired(List<KvTables.Deletion> eldest, long beforeMs) {
        OptionalLong upTo = OptionalLong.empty();
        for (KvTables.Deletion deletion : eldest) {
            if (deletion.atMs() > beforeMs) {
                break;
            }
            upTo = OptionalLong.of(deletion.index());
        }
        return upTo;
    }

    @Override
    public void close() {
        closed = true;
        loop.close();
    }
}
