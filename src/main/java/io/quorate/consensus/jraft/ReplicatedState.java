package io.quorate.consensus.jraft;

import com.alipay.sofa.jraft.Closure;
import com.alipay.sofa.jraft.Iterator;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.core.StateMachineAdapter;
import com.alipay.sofa.jraft.entity.LeaderChangeContext;
import com.alipay.sofa.jraft.error.RaftError;
import com.alipay.sofa.jraft.error.RaftException;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotReader;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotWriter;
import io.quorate.consensus.LogFaults;
import io.quorate.kernel.Plain;
import io.quorate.runtime.Duty;
import io.quorate.runtime.Failures;
import io.quorate.store.Entry;
import io.quorate.store.PendingArchive;
import io.quorate.store.StateStore;
import io.quorate.store.StateUnavailableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries committed entries into the store. Called on SOFAJRaft's state machine thread only, which owns all that is mutable here;
 * what others read is volatile.
 */
final class ReplicatedState extends StateMachineAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicatedState.class);
    private static final String ARCHIVE = "state.archive";
    private static final int BATCH_ENTRIES = 512;
    private static final int BATCH_BYTES = 4 << 20;

    private final StateStore<Object> store;
    private final Executor background;
    private final Writes applying;
    private final Listener listener;
    private final AnswerLanes answers;
    private final LogFaults faults;
    private final AppliedLog applied = new AppliedLog();
    /** The last entry that raft gave us or a snapshot stood for: below what the store has while raft replays. */
    private volatile long seen;

    /** Of what the state machine itself reports; raft's other reports are of a disk. */
    private volatile Cause cause = Cause.OTHER;

    private volatile boolean saving;
    private final CountDownLatch ended = new CountDownLatch(1);

    /** What stopped the node. */
    enum Cause {
        /** Raft may be started again when that one works. */
        DISK,
        /** An entry that this version does not know: it would stop every start again. */
        UNKNOWN_COMMAND,
        OTHER
    }

    /** What others must hear; called on raft's threads, must not block. */
    interface Listener {
        void leading(long term);

        void notLeading();

        void following(@Nullable String leader, long term);

        void changed();

        void snapshotAt(long index, long term);

        void failed(String why, Cause cause);
    }

    /** @param applying told of each batch that is written into the store */
    ReplicatedState(
            StateStore<Object> store,
            Executor background,
            AnswerLanes answers,
            Writes applying,
            LogFaults faults,
            Listener listener) {
        this.answers = answers;
        this.faults = faults;
        this.store = store;
        this.background = background;
        this.applying = applying;
        this.listener = listener;
    }

    @Override
    public void onApply(Iterator entries) {
        boolean first = seen == 0;
        while (entries.hasNext()) {
            List<Entry> batch = new ArrayList<>();
            List<@Nullable Closure> waiting = new ArrayList<>();
            int bytes = 0;
            while (entries.hasNext() && batch.size() < BATCH_ENTRIES && bytes < BATCH_BYTES) {
                byte[] data = bytes(entries.getData());
                bytes += data.length;
                batch.add(new Entry(entries.getIndex(), entries.getTerm(), data));
                waiting.add(entries.done());
                entries.next();
            }
            List<@Nullable Object> results;
            applying.begin();
            try {
                results = store.apply(batch);
            } catch (RuntimeException | Error e) {
                cause = causeOf(e);
                // Which entry it is is all there is to say.
                Throwable told = cause == Cause.UNKNOWN_COMMAND && e.getCause() != null ? e.getCause() : e;
                LOG.atError().setCause(e).log("an entry could not be applied: this server stops taking part");
                // Everything of this batch is taken back, and the entry that we stand on, if any, is counted, too.
                entries.setErrorAndRollback(
                        batch.size() + (entries.hasNext() ? 1 : 0),
                        new Status(RaftError.ESTATEMACHINE, "%s", Plain.reason(told)));
                Failures.heard(Duty.VITAL, "apply", e);
                return;
            } finally {
                applying.end();
            }
            seen = batch.get(batch.size() - 1).index();
            applied.applied(seen, bytes);
            answers.tell(waiting, results);
        }
        if (first) {
            listener.changed();
        }
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] data = new byte[buffer.remaining()];
        buffer.duplicate().get(data);
        return data;
    }

    @Override
    public void onSnapshotSave(SnapshotWriter writer, Closure done) {
        if (isReplaying()) {
            done.run(new Status(RaftError.EBUSY, "the log is being replayed"));
            return;
        }
        if (saving) {
            done.run(new Status(RaftError.EBUSY, "a snapshot is being written"));
            return;
        }
        PendingArchive archive;
        try {
            archive = store.beginArchive();
        } catch (RuntimeException | Error e) {
            // Raft saves no other until this one is answered.
            hear("snapshot", e);
            done.run(unsaved(e));
            return;
        }
        saving = true;
        applied.begun();
        try {
            background.execute(() -> write(archive, writer, done));
        } catch (RejectedExecutionException e) {
            archive.close();
            saving = false;
            done.run(new Status(RaftError.EBUSY, "this server is stopping"));
        }
    }

    private void write(PendingArchive archive, SnapshotWriter writer, Closure done) {
        Status outcome;
        Path file = Path.of(writer.getPath(), ARCHIVE);
        try (archive) {
            faults.beforeSnapshot(file);
            archive.write(file);
            outcome = writer.addFile(ARCHIVE) ? Status.OK() : new Status(RaftError.EINTERNAL, "cannot add %s", ARCHIVE);
        } catch (IOException | RuntimeException | Error e) {
            hear("snapshot", e);
            LOG.atError().setCause(e).log("the snapshot could not be written");
            outcome = unsaved(e);
        } finally {
            saving = false;
        }
        done.run(outcome);
    }

    /**
     * Not EIO, by which raft would stop this node: log and database may be well where there is no room for a second copy of the state, and
     * a disk that takes no log says so by itself. Nothing is lost by the log that grows until a snapshot is saved.
     */
    private static Status unsaved(Throwable failure) {
        return new Status(RaftError.EINTERNAL, "%s", Plain.reason(failure));
    }

    /** For any thread: the database has entries that raft has not given it since the start; no snapshot is saved now. */
    boolean isReplaying() {
        return seen < store.appliedIndex();
    }

    /** What was applied, counted for the next snapshot. */
    AppliedLog applied() {
        return applied;
    }

    @Override
    public boolean onSnapshotLoad(SnapshotReader reader) {
        try {
            boolean loaded = store.load(Path.of(reader.getPath(), ARCHIVE));
            var meta = reader.load();
            seen = Math.max(seen, meta.getLastIncludedIndex());
            applied.loaded(meta.getLastIncludedIndex());
            listener.snapshotAt(meta.getLastIncludedIndex(), meta.getLastIncludedTerm());
            LOG.atInfo()
                    .addKeyValue("index", meta.getLastIncludedIndex())
                    .addKeyValue("taken", loaded)
                    .log("snapshot loaded");
            listener.changed();
            return true;
        } catch (RuntimeException | Error e) {
            hear("snapshot", e);
            if (e instanceof UnknownCommandException) {
                cause = Cause.UNKNOWN_COMMAND;
            }
            LOG.atError().setCause(e).log("the snapshot could not be loaded");
            return false;
        }
    }

    /** A disk that fails is no news to {@link Failures}; an error is. */
    private static void hear(String work, Throwable failure) {
        if (failure instanceof Error) {
            Failures.heard(Duty.VITAL, work, failure);
        }
    }

    @Override
    public void onLeaderStart(long term) {
        listener.leading(term);
    }

    @Override
    public void onLeaderStop(Status status) {
        listener.notLeading();
    }

    @Override
    public void onStartFollowing(LeaderChangeContext context) {
        listener.following(
                context.getLeaderId() == null ? null : context.getLeaderId().getIp(), context.getTerm());
    }

    @Override
    public void onStopFollowing(LeaderChangeContext context) {
        listener.following(null, context.getTerm());
    }

    @Override
    public void onConfigurationCommitted(Configuration configuration) {
        listener.changed();
    }

    @Override
    public void onShutdown() {
        ended.countDown();
    }

    /** Returns once raft calls nothing here any more; the node's own join returns before that. */
    void awaitEnd() throws InterruptedException {
        ended.await();
    }

    /** For any thread: what stops the node next is the database's fault, which opening it again mends. */
    void databaseFailed() {
        cause = Cause.DISK;
    }

    private static Cause causeOf(Throwable failure) {
        if (failure instanceof StateUnavailableException unavailable && unavailable.isOfDisk()) {
            return Cause.DISK;
        }
        return failure.getCause() instanceof UnknownCommandException ? Cause.UNKNOWN_COMMAND : Cause.OTHER;
    }

    @Override
    public void onError(RaftException failure) {
        Cause of = switch (failure.getType()) {
            case ERROR_TYPE_STATE_MACHINE -> cause;
            case ERROR_TYPE_NONE -> Cause.OTHER;
            default -> Cause.DISK;
        };
        listener.failed(RaftWords.of(failure), of);
    }
}
