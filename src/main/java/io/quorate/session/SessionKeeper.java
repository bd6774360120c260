package io.quorate.session;

import io.quorate.answer.AskException;
import io.quorate.consensus.CommandFamily;
import io.quorate.consensus.Consensus;
import io.quorate.consensus.NotCommittedException;
import io.quorate.consensus.RaftStatus;
import io.quorate.runtime.Chance;
import io.quorate.runtime.Duty;
import io.quorate.runtime.EventLoop;
import io.quorate.runtime.Failures;
import io.quorate.runtime.Ticker;
import io.quorate.runtime.Timers;
import io.quorate.store.StateReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * On the leader: ends sessions that are not renewed, and takes renewals. All but {@link #renew} and {@link #close} belongs to its loop,
 * which may wait for the disk.
 *
 * <p>Source: Consul's session TTLs, where the leader counts, twice the TTL each time, and a new leader counts from the beginning.
 */
public final class SessionKeeper implements AutoCloseable {
    /*
     * A renewal is not a command: that would write to three disks for each session every few seconds. It only moves a deadline in the
     * memory of the leader. So a promise is given (you live for another TTL) that stands nowhere, and two things could break it: an
     * earlier leader's word, and this leader's own, given before the renewal and carried out after it.
     *
     * Both are settled by reigns. Before a leader takes renewals it writes a number of its own into the state (SessionCommand.Reign).
     * What has a session expire names the number under which that was decided, and is refused when another one holds. So all that was
     * decided before, and may still be on its way, is without effect: it stands in the log before the number, and was carried out
     * before the renewal was answered, or it stands behind it, and is refused. To compare terms would not do: raft takes a command in
     * whatever term it arrives, also one that was decided two elections earlier by a process that stood still meanwhile.
     *
     * This leader's own word is under way from ending on; a renewal waits for its end. If that end is not known (raft did not answer),
     * the word may be carried out at any later time, so a new number is written before the next renewal is answered.
     *
     * A new leader gives every session its full time, for it does not know when which one was renewed. A renewal is answered only
     * after raft has confirmed the leader by its lease: so whoever leads next begins to count after that confirmation, and counts two
     * TTLs.
     *
     * term: of which this server leads; 0: it does not. reign: the number that it has written, and with which the sessions were loaded;
     * absent until then. attempt: of writing one; a result of an earlier one is nobody's. ready: completes when reign is there, or
     * could not be had. timers: every session that expires is in there, or in ending, or has ended; those that ended stay until their
     * deadline, or until there are twice as many as lived when that was last looked at. seen: sessions up to that entry are known.
     */
    private static final Logger LOG = LoggerFactory.getLogger(SessionKeeper.class);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration LONGEST_WATCH = Duration.ofMinutes(10);
    private static final int MAX_ENDING = 256;
    private static final int SWEEP = 1024;
    /** Consul's: a session is given as much again as it asked for, for clocks and networks differ. */
    private static final int TIMES_TTL = 2;

    private final Consensus consensus;
    private final StateReader state;
    private final Executor loop;
    private final Timers clock;
    private final Ticker ticker;
    private final RandomGenerator chance;
    private final Runnable closes;

    private final SessionTimers timers = new SessionTimers();
    private final Map<UUID, CompletableFuture<Void>> ending = new HashMap<>();
    private CompletableFuture<Void> ready = new CompletableFuture<>();
    private long term;
    private @Nullable UUID reign;
    private long attempt;
    private boolean claiming;
    private boolean watching;
    private long seen;
    private long generation;
    private int sweepAt = SWEEP;
    private Timers.@Nullable Timer alarm;
    private long alarmNanos;
    private volatile boolean closed;

    /** With a loop of its own. */
    public SessionKeeper(Consensus consensus, StateReader state) {
        this(consensus, state, new EventLoop("sessions"), Ticker.system(), Chance.secure());
    }

    private SessionKeeper(
            Consensus consensus, StateReader state, EventLoop loop, Ticker ticker, RandomGenerator chance) {
        this(consensus, state, loop, loop, ticker, chance, loop::close);
    }

    /**
     * @param loop whose thread everything runs on, {@code clock}'s tasks too
     * @param closes ends the loop
     */
    SessionKeeper(
            Consensus consensus,
            StateReader state,
            Executor loop,
            Timers clock,
            Ticker ticker,
            RandomGenerator chance,
            Runnable closes) {
        this.consensus = consensus;
        this.state = state;
        this.loop = loop;
        this.clock = clock;
        this.ticker = ticker;
        this.chance = chance;
        this.closes = closes;
    }

    public void start() {
        consensus.listen(status -> hand(this::look));
        Timers.Timer unused = clock.every(RETRY, this::look);
        hand(this::look);
    }

    /**
     * Gives the session its full time again, and answers it as it is; empty when there is none. Exceptionally with
     * {@link AskException} or as {@link Consensus#leaseBarrier} when this server does not lead: then nothing happened.
     */
    public CompletableFuture<Optional<SessionRow>> renew(UUID id) {
        return consensus.leaseBarrier().thenCompose(confirmed -> {
            CompletableFuture<Optional<SessionRow>> renewed = new CompletableFuture<>();
            try {
                loop.execute(() -> renew(id, renewed));
            } catch (RejectedExecutionException e) {
                renewed.completeExceptionally(e);
            }
            return renewed;
        });
    }

    private void renew(UUID id, CompletableFuture<Optional<SessionRow>> renewed) {
        look();
        if (term == 0) {
            renewed.completeExceptionally(notLeading());
            return;
        }
        CompletableFuture<Void> before = reign == null ? ready : ending.get(id);
        if (before != null) {
            Failures.whenDone(before, Duty.HELPFUL, "renewal", (done, failure) -> {
                if (failure == null) {
                    renew(id, renewed);
                } else {
                    renewed.completeExceptionally(failure);
                }
            });
            return;
        }
        try {
            SessionRow row = state.read(connection -> Optional.ofNullable(SessionTables.find(connection, id)))
                    .value()
                    .orElse(null);
            if (row != null && row.session().expires()) {
                arm(id, row.session().life().toNanos());
                setAlarm();
            }
            renewed.complete(Optional.ofNullable(row));
        } catch (RuntimeException e) {
            renewed.completeExceptionally(e);
        }
    }

    private static AskException notLeading() {
        return new AskException(AskException.Kind.NOT_COMMITTED, "this server leads no more");
    }

    /** Raft and the store stop after this and go on telling. */
    private void hand(Runnable task) {
        if (closed) {
            return;
        }
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.atDebug().setCause(e).log("sessions are not looked at now, will be within a second");
        }
    }

    private void look() {
        RaftStatus status = consensus.status();
        long leads = status.isLeader() ? status.term() : 0;
        if (leads != term) {
            resign();
            term = leads;
        }
        if (term == 0) {
            return;
        }
        if (reign == null) {
            claim();
        } else if (!watching) {
            catchUp();
        } else {
            expire();
        }
    }

    private void resign() {
        giveUp();
        timers.clear();
        List<CompletableFuture<Void>> waited = List.copyOf(ending.values());
        ending.clear();
        waited.forEach(each -> each.complete(null));
        if (alarm != null) {
            alarm.cancel();
            alarm = null;
        }
    }

    /** The number is of no use any more, and whoever waits for one is told. */
    private void giveUp() {
        reign = null;
        attempt++;
        claiming = false;
        CompletableFuture<Void> before = ready;
        ready = new CompletableFuture<>();
        before.completeExceptionally(notLeading());
    }

    private void claim() {
        if (claiming) {
            return;
        }
        claiming = true;
        long mine = ++attempt;
        UUID number = Chance.uuid(chance);
        Failures.whenDone(
                consensus.append(new SessionCommand.Reign(number)),
                Duty.HELPFUL,
                "sessions",
                (done, failure) -> hand(() -> claimed(mine, number, failure)));
    }

    private void claimed(long mine, UUID number, @Nullable Throwable failure) {
        if (mine != attempt) {
            return;
        }
        if (failure != null) {
            LOG.atDebug().setCause(failure).log("sessions are not counted yet, will be tried again");
            giveUp();
            return;
        }
        try {
            load();
        } catch (RuntimeException e) {
            LOG.atDebug().setCause(e).log("sessions cannot be read now, will be tried again");
            giveUp();
            return;
        }
        claiming = false;
        reign = number;
        CompletableFuture<Void> now = ready;
        ready = new CompletableFuture<>();
        now.complete(null);
        watch();
        expire();
    }

    /** All of them; whose time is counted already goes on. */
    private void load() {
        generation = state.generation();
        StateReader.Snapshot<List<SessionTables.Expiring>> all =
                state.read(connection -> SessionTables.expiring(connection, 0));
        timers.dropAllBut(ids(all.value()));
        all.value().forEach(this::begin);
        seen = all.index();
        sweepAt = Math.max(SWEEP, 2 * timers.size());
    }

    private static Set<UUID> ids(List<SessionTables.Expiring> sessions) {
        Set<UUID> ids = new HashSet<>();
        sessions.forEach(session -> ids.add(session.id()));
        return ids;
    }

    private void begin(SessionTables.Expiring session) {
        if (!timers.has(session.id()) && !ending.containsKey(session.id())) {
            arm(session.id(), session.life());
        }
    }

    private void arm(UUID id, long lifeNanos) {
        timers.set(id, ticker.nanos() + TIMES_TTL * lifeNanos);
    }

    /** Hears of the next session that is made. */
    private void watch() {
        if (watching) {
            return;
        }
        try {
            watching = true;
            Failures.whenDone(
                    state.await(Set.of(SessionTopics.SESSIONS), seen, LONGEST_WATCH),
                    Duty.HELPFUL,
                    "sessions",
                    (changed, failure) -> hand(() -> {
                        watching = false;
                        // What failed is looked at again within a second.
                        if (failure == null) {
                            catchUp();
                        }
                    }));
        } catch (RuntimeException e) {
            watching = false;
            LOG.atDebug().setCause(e).log("new sessions are not heard of, will be tried again");
        }
    }

    private void catchUp() {
        if (reign == null) {
            return;
        }
        try {
            if (state.generation() != generation || timers.size() > sweepAt) {
                load();
            } else {
                long from = seen;
                StateReader.Snapshot<List<SessionTables.Expiring>> fresh =
                        state.read(connection -> SessionTables.expiring(connection, from));
                fresh.value().forEach(this::begin);
                seen = fresh.index();
            }
        } catch (RuntimeException e) {
            LOG.atDebug().setCause(e).log("sessions cannot be read now, will be tried again");
            return;
        }
        watch();
        expire();
    }

    private void expire() {
        UUID number = reign;
        if (number == null) {
            return;
        }
        List<UUID> due = timers.takeDue(ticker.nanos(), MAX_ENDING - ending.size());
        for (UUID id : living(due)) {
            CompletableFuture<Void> mine = new CompletableFuture<>();
            // First: from here on a renewal waits for what comes of it.
            ending.put(id, mine);
            Failures.whenDone(
                    consensus.append(new SessionCommand.Expire(id, number)),
                    Duty.HELPFUL,
                    "sessions",
                    (result, failure) -> hand(() -> expired(id, number, mine, result, failure)));
        }
        setAlarm();
    }

    /** Those that did not end meanwhile; of what cannot be read now, none did. */
    private List<UUID> living(List<UUID> ids) {
        if (ids.isEmpty()) {
            return ids;
        }
        try {
            return state.read(connection -> {
                        List<UUID> found = new ArrayList<>();
                        for (UUID id : ids) {
                            if (SessionTables.find(connection, id) != null) {
                                found.add(id);
                            }
                        }
                        return found;
                    })
                    .value();
        } catch (RuntimeException e) {
            LOG.atDebug().setCause(e).log("sessions cannot be read now");
            return ids;
        }
    }

    /** @param mine what stands in {@link #ending} since then, unless leadership was lost: then it is nobody's any more */
    private void expired(
            UUID id,
            UUID number,
            CompletableFuture<Void> mine,
            CommandFamily.@Nullable Result result,
            @Nullable Throwable failure) {
        if (!ending.remove(id, mine)) {
            return;
        }
        boolean overtaken = result != null && !result.done();
        boolean unsure = failure != null && !(unwrap(failure) instanceof NotCommittedException);
        if (failure != null || overtaken) {
            timers.set(id, ticker.nanos() + RETRY.toNanos());
            LOG.atDebug().addKeyValue("session", id).setCause(failure).log("session not ended, will be tried again");
        } else {
            LOG.atDebug().addKeyValue("session", id).log("session expired");
        }
        if ((unsure || overtaken) && number.equals(reign)) {
            giveUp();
        }
        mine.complete(null);
        look();
    }

    private static Throwable unwrap(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    /** For the earliest deadline, unless there is one that comes before it anyway. */
    private void setAlarm() {
        OptionalLong first = timers.first();
        if (first.isEmpty() || ending.size() >= MAX_ENDING) {
            return;
        }
        if (alarm != null) {
            if (alarmNanos - first.getAsLong() <= 0) {
                return;
            }
            alarm.cancel();
        }
        alarmNanos = first.getAsLong();
        alarm = clock.after(Duration.ofNanos(Math.max(0, alarmNanos - ticker.nanos())), () -> {
            alarm = null;
            look();
        });
    }

    /** How many sessions it counts; on its loop. */
    int counted() {
        return timers.size();
    }

    @Override
    public void close() {
        closed = true;
        closes.run();
    }
}
