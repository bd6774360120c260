package io.quorate.bootstrap;

import io.quorate.bootstrap.FoundingCore.Step;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * What a crash leaves of one server, and whether its raft runs: the part of a server that the explorer has to remember. What it
 * merely heard is not part of it: a word once said can be heard again at any time, and never need be.
 *
 * @param record absent only before the first start
 */
@NullMarked
record Machine(@Nullable FoundingRecord record, Folder folder, Phase phase) {
    static final Machine NEW = new Machine(null, Folder.NONE, Phase.DOWN);

    enum Phase {
        /** Crashed or not yet started: the next thing that happens to it is a start. */
        DOWN,
        NO_RAFT,
        RAFT_RUNS,
        CHECKING_LOG
    }

    FoundingRecord disk() {
        FoundingRecord there = record;
        if (there == null) {
            throw new IllegalStateException("never started");
        }
        return there;
    }

    /** As a server that remembers nothing but its disk. */
    State state() {
        State state = State.starting(disk());
        return switch (phase) {
            case DOWN, NO_RAFT -> state;
            case RAFT_RUNS -> state.raft(State.Raft.RUNNING);
            case CHECKING_LOG -> state.raft(State.Raft.CHECKING);
        };
    }

    Machine storing() {
        return new Machine(record, new Folder(true, folder.cluster(), folder.token(), false), phase);
    }

    Machine without(boolean theFolder) {
        return new Machine(record, theFolder ? Folder.NONE : folder, Phase.DOWN);
    }

    /** What is on disk after the first so many effects of the step, and if those were all, what runs. */
    Machine after(Step step, int effects, Watcher watcher) {
        FoundingRecord disk = record;
        Folder there = folder;
        for (Effect effect : step.effects().subList(0, effects)) {
            if (effect instanceof Effect.Persist persist) {
                disk = persist.record().withStarts(1);
                watcher.persisted(disk);
            } else if (effect instanceof Effect.Tell tell) {
                watcher.told(tell.record().withStarts(1));
            } else if (effect instanceof Effect.MakeFolder make) {
                there = new Folder(true, make.cluster(), make.token(), true);
            } else if (effect instanceof Effect.RemoveFolder || effect instanceof Effect.PutFolderAside) {
                there = Folder.NONE;
            } else if (effect instanceof Effect.StartRaft start
                    && !start.token().equals(there.token())) {
                throw new AssertionError("raft started on a folder with another token: " + start + " on " + there);
            }
        }
        boolean all = effects == step.effects().size();
        Phase next = switch (step.state().raft()) {
            case NONE -> Phase.NO_RAFT;
            case RUNNING -> Phase.RAFT_RUNS;
            case CHECKING -> Phase.CHECKING_LOG;
        };
        return new Machine(disk, there, all ? next : Phase.DOWN);
    }

    Machine after(Step step, Watcher watcher) {
        return after(step, step.effects().size(), watcher);
    }

    boolean changesNothing(Step step) {
        return step.effects().stream().allMatch(e -> e instanceof Effect.Tell || e instanceof Effect.AskAll);
    }

    /** Sees what became durable and what was said. */
    interface Watcher {
        void persisted(FoundingRecord record);

        void told(FoundingRecord record);

        Watcher BLIND = new Watcher() {
            @Override
            public void persisted(FoundingRecord record) {}

            @Override
            public void told(FoundingRecord record) {}
        };
    }
}
