package io.quorate.bootstrap.driver;

import io.quorate.bootstrap.Effect;
import io.quorate.bootstrap.Event;
import io.quorate.bootstrap.Folder;
import io.quorate.bootstrap.FoundingCore;
import io.quorate.bootstrap.FoundingRecord;
import io.quorate.bootstrap.Reasons;
import io.quorate.bootstrap.State;
import io.quorate.consensus.ConsensusException;
import io.quorate.kernel.Plain;
import io.quorate.kernel.ReasonCode;
import io.quorate.runtime.Duty;
import io.quorate.runtime.EventLoop;
import io.quorate.runtime.Failures;
import io.quorate.runtime.Threads;
import io.quorate.runtime.Ticker;
import io.quorate.runtime.Timers;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the steps that {@link FoundingCore} decides, one at a time, and carries out their effects in the order given.
 *
 * <p>A record is on disk before it is told: {@link #state()} may be ahead of the disk, {@link #told()} never is, and only the latter
 * goes out; who asked hears nothing before its own question's consequences are durable.
 *
 * <p>Owned by the founding loop. What goes to the disk, the record as well as raft and its folder, runs on one worker, one thing at a
 * time, and meanwhile events wait: a disk that hangs holds up steps, but not the loop, which answers from what was told. What the disk
 * refuses is tried again until it takes it. Nothing behind it is done before, so that for everybody else it is as if the step took long.
 */
final class Steps {
    private static final Logger LOG = LoggerFactory.getLogger("io.quorate.founding");
    private static final int MAX_WAITING = 1000;
    private static final int CLOSE_LIMIT_S = 15;
    /** Without chance in it: nobody else waits for this server's disk. */
    private static final Duration FIRST_WAIT = Duration.ofMillis(50);

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);
    private static final Duration STALLED_AFTER = Duration.ofSeconds(2);

    /** Told on the loop. */
    interface Watcher {
        /** A step was decided; its effects come next. */
        void stepped(State before, State now);

        /** Everybody is to be asked, once the step that wants it has ended. */
        void askAll();

        /** What others may see has perhaps changed. */
        void settled();
    }

    private final FoundingCore core;
    private final RecordFile file;
    private final RaftLife raft;
    private final EventLoop loop;
    private final Ticker ticker;
    private final Watcher watcher;
    private final ExecutorService worker = Threads.pool(Duty.VITAL, "founding-worker", 1, 64);
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private final List<Asker> unanswered = new ArrayList<>();

    private State state;
    private FoundingRecord told;
    private boolean started;
    private boolean busy;
    private boolean draining;
    private Reasons.@Nullable Failure failure;
    private @Nullable String raftFailed;
    private Reasons.@Nullable Failure held;
    private Duration wait = FIRST_WAIT;

    private record Waiting(Event event, @Nullable Asker told) {}

    /** Who waits to hear what came of an event; called once, on the loop. */
    @FunctionalInterface
    interface Asker {
        /** @param failure absent when the consequences are on disk; present when this server failed before they were */
        void answer(Reasons.@Nullable Failure failure);
    }

    /** @param state its record is on disk: {@link #prepare} went before */
    Steps(
            FoundingCore core,
            RecordFile file,
            RaftLife raft,
            EventLoop loop,
            Ticker ticker,
            State state,
            Watcher watcher) {
        this.core = core;
        this.file = file;
        this.raft = raft;
        this.loop = loop;
        this.ticker = ticker;
        this.state = state;
        this.watcher = watcher;
        told = state.record();
    }

    /**
     * Carries out the first effects of a process up to raft's start, which waits until the server port is open. Blocks; nobody is
     * told anything yet.
     *
     * @return what is left for {@link #begin}
     */
    static List<Effect> prepare(List<Effect> effects, RecordFile file, RaftLife raft) throws IOException {
        List<Effect> left = new ArrayList<>();
        for (Effect effect : effects) {
            if (effect instanceof Effect.StartRaft || !left.isEmpty()) {
                left.add(effect);
            } else if (effect instanceof Effect.Persist persist) {
                file.write(persist.record());
            } else if (!(effect instanceof Effect.Tell)) {
                // Nobody can ask yet: what there is to tell stands in the record when the first one does.
                raft.carryOut(effect);
            }
        }
        return left;
    }

    State state() {
        return state;
    }

    /** The last record that others may know of: it is on disk. */
    FoundingRecord told() {
        return told;
    }

    boolean isStarted() {
        return started;
    }

    /** The effects of a step are under way, or this server failed: events wait. */
    boolean isBusy() {
        return busy;
    }

    Reasons.@Nullable Failure failure() {
        return failure;
    }

    /** What the disk does to the step that is under way, which goes on by itself once it can; absent while nothing holds it up. */
    Reasons.@Nullable Failure held() {
        return held;
    }

    /** Why raft does not run here though it should; absent while it does, or need not. */
    @Nullable
    String raftFailed() {
        return raftFailed;
    }

    /** Starts raft anew after it failed, with all that is asked at the start of a process. */
    void reviveRaft() {
        loop.assertInside();
        if (busy || state.raft() != State.Raft.RUNNING) {
            return;
        }
        busy = true;
        worker.execute(() -> {
            try {
                raft.stop();
                Folder left = raft.look(true);
                inside(() -> {
                    busy = failure != null;
                    LOG.atInfo().log("the disk takes writes again: raft starts");
                    handle(new Event.RaftMayRun(left));
                });
            } catch (IOException | RuntimeException e) {
                inside(() -> {
                    busy = failure != null;
                    raftDoesNotStart(Plain.reason(e));
                    drain();
                });
            }
        });
    }

    private void raftDoesNotStart(String why) {
        if (!why.equals(raftFailed)) {
            LOG.atError().addKeyValue("why", why).log("raft does not start: it is tried again");
        }
        raftFailed = why;
        watcher.settled();
    }

    void begin(List<Effect> prepared) {
        loop.assertInside();
        started = true;
        busy = true;
        state = core.begun(state, nowMs());
        perform(prepared, 0);
    }

    private long nowMs() {
        return TimeUnit.NANOSECONDS.toMillis(ticker.nanos());
    }

    /**
     * Lets the core do what is due by now. Not while a step is under way: what its events bring comes first.
     *
     * @param asking the last round of questions has not ended
     */
    void letTimePass(boolean asking) {
        loop.assertInside();
        if (started && !busy && core.nextMs(state) <= nowMs()) {
            handle(new Event.TimePassed(asking));
        }
    }

    void handle(Event event) {
        handle(event, null);
    }

    /** @param toldThen answered as soon as this event's consequences may be told, or when this server fails */
    void handle(Event event, @Nullable Asker toldThen) {
        loop.assertInside();
        if (failure != null) {
            if (toldThen != null) {
                toldThen.answer(failure);
            }
            return;
        }
        if (busy) {
            Reasons.Failure holding = held;
            if (holding != null && toldThen != null) {
                // As if the question was lost: who asked asks again.
                toldThen.answer(holding);
                return;
            }
            if (waiting.size() < MAX_WAITING) {
                waiting.add(new Waiting(event, toldThen));
            } else if (toldThen != null) {
                toldThen.answer(null);
            }
            return;
        }
        try {
            State before = state;
            FoundingCore.Step step = core.on(state, event, nowMs());
            busy = true;
            if (toldThen != null) {
                unanswered.add(toldThen);
            }
            state = step.state();
            watcher.stepped(before, state);
            perform(step.effects(), 0);
        } catch (RuntimeException | Error e) {
            broken(e);
        }
    }

    /**
     * A step that is decided and half carried out can be neither taken back nor gone on with here; after a restart it can, as after a
     * crash at that point.
     */
    private void broken(Throwable e) {
        fail(new Reasons.Failure(
                ReasonCode.FAILED,
                "a step of founding failed by an error of this agent: " + Plain.reason(e),
                "start this agent again: it goes on where it was"));
        Failures.fatal("founding", e);
    }

    private void perform(List<Effect> effects, int from) {
        try {
            performFrom(effects, from);
        } catch (RuntimeException | Error e) {
            broken(e);
        }
    }

    private void performFrom(List<Effect> effects, int from) {
        for (int i = from; i < effects.size(); i++) {
            Effect effect = effects.get(i);
            if (effect instanceof Effect.Tell tell) {
                told = tell.record();
                watcher.settled();
                answerAll(null);
            } else if (effect instanceof Effect.AskAll) {
                // Not within this step: a round that has nobody to ask ends at once.
                inside(watcher::askAll);
            } else {
                int next = i + 1;
                onWorker(effect, false, () -> perform(effects, next));
                return;
            }
        }
        answerAll(null);
        busy = false;
        watcher.settled();
        drain();
    }

    private void answerAll(Reasons.@Nullable Failure failed) {
        List<Asker> now = List.copyOf(unanswered);
        unanswered.clear();
        now.forEach(asker -> asker.answer(failed));
    }

    private void drain() {
        if (draining) {
            return;
        }
        draining = true;
        try {
            while (!busy && !waiting.isEmpty()) {
                Waiting next = waiting.remove();
                handle(next.event(), next.told());
            }
        } finally {
            draining = false;
        }
    }

    /** @param again the disk refused it before, at some point on the way */
    private void onWorker(Effect effect, boolean again, Runnable then) {
        Timers.Timer watch = loop.after(STALLED_AFTER, () -> stalled(effect));
        worker.execute(() -> {
            try {
                if (again) {
                    raft.settle();
                }
                Runnable done = carryOut(effect);
                inside(() -> {
                    done.run();
                    taken(watch, then);
                });
            } catch (ConsensusException e) {
                inside(() -> raftRefused(watch, effect, e, then));
            } catch (IOException e) {
                inside(() -> refused(watch, effect, Plain.reason(e), then));
            } catch (RuntimeException e) {
                inside(() -> fail("the raft directory cannot be used: " + Plain.reason(e)));
            } catch (Error e) {
                // The process ends by it; where it does not, at least nobody waits for what will never be.
                inside(() -> fail("raft cannot be used: " + Plain.reason(e)));
                throw e;
            }
        });
    }

    /**
     * On the worker.
     *
     * @return what the loop is to know of it, before it goes on
     */
    private Runnable carryOut(Effect effect) throws IOException {
        if (effect instanceof Effect.Persist persist) {
            // Before any word of it leaves: a promise that a crash takes back could found two clusters.
            file.write(persist.record());
            return () -> {};
        } else if (effect instanceof Effect.InspectLog inspect) {
            boolean empty = raft.isLogEmpty();
            return () -> handleNext(new Event.LogInspected(inspect.charter().id(), empty));
        }
        raft.carryOut(effect);
        boolean anew = effect instanceof Effect.StartRaft || effect instanceof Effect.StopRaft;
        return anew ? () -> raftFailed = null : () -> {};
    }

    private void raftRefused(Timers.Timer watch, Effect effect, ConsensusException e, Runnable then) {
        watch.cancel();
        if (e.isDataLost()) {
            LOG.atWarn().log("raft data was lost: {}", Plain.reason(e));
            handleNext(new Event.DataLost(Plain.reason(e)));
            then.run();
        } else if (effect instanceof Effect.StartRaft) {
            raftDoesNotStart(Plain.reason(e));
            then.run();
        } else {
            refused(watch, effect, Plain.reason(e), then);
        }
    }

    private void taken(Timers.Timer watch, Runnable then) {
        watch.cancel();
        if (held != null) {
            LOG.atInfo().log("the disk takes writes again");
        }
        held = null;
        wait = FIRST_WAIT;
        then.run();
    }

    /** The whole of it once more, later: each of them may be begun anew, whatever part of it was done. */
    private void refused(Timers.Timer watch, Effect effect, String words, Runnable then) {
        watch.cancel();
        if (failure != null) {
            return;
        }
        hold((effect instanceof Effect.Persist
                        ? "the founding record cannot be written: "
                        : "the raft directory cannot be used: ")
                + words);
        Timers.Timer unused = loop.after(wait, () -> onWorker(effect, true, then));
        Duration next = wait.multipliedBy(2);
        wait = next.compareTo(LONGEST_WAIT) < 0 ? next : LONGEST_WAIT;
    }

    private void stalled(Effect effect) {
        // To start raft may take its time on a disk that is well.
        if (failure == null && effect instanceof Effect.Persist) {
            hold("the founding record cannot be written: a write has not returned for over "
                    + Plain.duration(STALLED_AFTER));
        }
    }

    private void hold(String message) {
        if (held == null || !held.message().equals(message)) {
            LOG.atError().log("{}: it is tried until it can be", message);
        }
        held = new Reasons.Failure(
                ReasonCode.DISK,
                message,
                "give this agent room on that disk and the right to write there: it goes on by itself");
        answerAll(held);
        watcher.settled();
    }

    /** What a step itself brought to light goes before all that waits. */
    private void handleNext(Event event) {
        waiting.addFirst(new Waiting(event, null));
    }

    private void fail(String message) {
        fail(
                new Reasons.Failure(
                        ReasonCode.DISK,
                        message,
                        "give this agent room on that disk and the right to write there, then start it again: it goes on where it was"));
    }

    /** For good: this process takes no further step, and its raft stops. */
    void fail(Reasons.Failure reason) {
        loop.assertInside();
        if (failure != null) {
            return;
        }
        failure = reason;
        busy = true;
        waiting.stream().map(Waiting::told).filter(Objects::nonNull).forEach(unanswered::add);
        waiting.clear();
        answerAll(reason);
        LOG.atError().addKeyValue("next", reason.nextStep()).log("this server stops taking part: {}", reason.message());
        worker.execute(raft::stop);
        watcher.settled();
    }

    /** It still takes no further step; why, and what can be done about it, may have changed. */
    void restate(Reasons.Failure now) {
        loop.assertInside();
        if (failure == null || failure.equals(now)) {
            return;
        }
        failure = now;
        LOG.atWarn().addKeyValue("next", now.nextStep()).log("this server takes no part still: {}", now.message());
        watcher.settled();
    }

    /** Stops raft, once what the worker does has ended. Call it when the loop is closed. */
    void close() {
        worker.shutdown();
        try {
            if (!worker.awaitTermination(CLOSE_LIMIT_S, TimeUnit.SECONDS)) {
                LOG.atWarn().log("raft did not start or stop in 15 s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        raft.stop();
    }

    private void inside(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.atDebug().log("the founding loop is closed");
        }
    }
}
