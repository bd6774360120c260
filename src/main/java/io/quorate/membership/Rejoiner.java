package io.quorate.membership;

import io.quorate.discovery.Attempt;
import io.quorate.discovery.Discovery;
import io.quorate.kernel.Plain;
import io.quorate.runtime.Duty;
import io.quorate.runtime.EventLoop;
import io.quorate.runtime.Failures;
import io.quorate.runtime.Timers;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Joins in the background until somebody else is there, and again whenever nobody else is alive any more: a member whose whole
 * pool was replaced finds the new one by the same names. Every round looks its sources up anew. State is owned by the loop;
 * the public methods are safe for any thread.
 */
public final class Rejoiner implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Rejoiner.class);
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofSeconds(60);

    private final Membership membership;
    private final Discovery discovery;
    private final EventLoop loop;
    private final InstantSource wall;
    private final CompletableFuture<JoinReport> firstRound = new CompletableFuture<>();
    private final CompletableFuture<JoinReport> exhausted = new CompletableFuture<>();
    private List<String> sources;
    /** The same as attempts name them. */
    private volatile List<String> shown;

    private Duration interval;
    private int maxRetries;
    private Timers.@Nullable Timer timer;
    private boolean listening;
    private boolean trying;
    private boolean again;
    private boolean everJoined;
    private boolean stopped;
    private int tries;
    private volatile Status status;

    /**
     * @param sources as for {@link Membership#join}; empty: nothing is ever done
     * @param interval between two rounds
     * @param maxRetries further rounds after the first, until one works for the first time; 0 for ever
     * @param loop the one that membership runs on
     */
    public Rejoiner(
            Membership membership,
            Discovery discovery,
            List<String> sources,
            Duration interval,
            int maxRetries,
            EventLoop loop,
            InstantSource wall) {
        this.membership = membership;
        this.discovery = discovery;
        this.sources = List.copyOf(sources);
        shown = sources.stream().map(Discovery::shown).toList();
        this.interval = interval;
        this.maxRetries = maxRetries;
        this.loop = loop;
        this.wall = wall;
        status = new Status(Phase.IDLE, 0, null, null, null, List.of());
    }

    /** Where it stands. */
    public enum Phase {
        /** No sources. */
        IDLE,
        TRYING,
        /** Somebody else is alive. */
        JOINED,
        /** The retries allowed are used up. */
        GAVE_UP
    }

    /**
     * @param tries rounds since it was last alone
     * @param attempts what the last look at each source gave
     */
    public record Status(
            Phase phase,
            int tries,
            @Nullable JoinReport lastReport,
            @Nullable Instant lastTry,
            @Nullable Instant nextTry,
            List<Attempt> attempts) {
        public Status {
            attempts = List.copyOf(attempts);
        }
    }

    /** Begins the first round. */
    public void start() {
        onLoop(() -> {
            if (sources.isEmpty()) {
                firstRound.complete(new JoinReport(0, List.of()));
            } else {
                listen();
                round();
            }
        });
    }

    /**
     * Looks elsewhere from now on, at once: what was joined stays joined. However often this fails, {@link #exhausted()} is not
     * completed any more: an agent that runs must not end because of where it is told to look.
     *
     * @param newSources empty: nothing is done any more
     */
    public void replace(List<String> newSources, Duration newInterval, int newMaxRetries) {
        List<String> copy = List.copyOf(newSources);
        onLoop(() -> {
            if (stopped) {
                return;
            }
            sources = copy;
            shown = copy.stream().map(Discovery::shown).toList();
            interval = newInterval;
            maxRetries = newMaxRetries;
            everJoined = true;
            tries = 0;
            if (timer != null) {
                timer.cancel();
                timer = null;
            }
            if (copy.isEmpty()) {
                status = new Status(Phase.IDLE, 0, status.lastReport, status.lastTry, null, List.of());
                return;
            }
            listen();
            again = trying;
            round();
        });
    }

    private void listen() {
        if (listening) {
            return;
        }
        listening = true;
        membership.listen(event -> {
            if (event.match(new Loses())) {
                againIfAlone();
            }
        });
    }

    /** Whether there is one less to speak with. */
    private static final class Loses implements MemberEvent.Cases<Boolean> {
        @Override
        public Boolean joined(MemberEvent.Joined event) {
            return false;
        }

        @Override
        public Boolean updated(MemberEvent.Updated event) {
            return false;
        }

        @Override
        public Boolean suspected(MemberEvent.Suspected event) {
            return false;
        }

        @Override
        public Boolean left(MemberEvent.Left event) {
            return true;
        }

        @Override
        public Boolean failed(MemberEvent.Failed event) {
            return true;
        }

        @Override
        public Boolean reaped(MemberEvent.Reaped event) {
            return true;
        }

        @Override
        public Boolean conflict(MemberEvent.Conflict event) {
            return false;
        }
    }

    /** Completes when the first round of joins has ended, well or not. */
    public CompletableFuture<JoinReport> firstRound() {
        return firstRound.copy();
    }

    /** Completes, with the last report, when the retries allowed were used up without a single one that worked. */
    public CompletableFuture<JoinReport> exhausted() {
        return exhausted.copy();
    }

    public Status status() {
        Status now = status;
        List<Attempt> attempts = discovery.attempts().stream()
                .filter(a -> shown.contains(a.source()))
                .toList();
        return new Status(now.phase, now.tries, now.lastReport, now.lastTry, now.nextTry, attempts);
    }

    private void onLoop(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.atDebug().log("gossip loop is closed");
        }
    }

    private boolean isAlone() {
        Roster roster = membership.roster();
        return roster.members().stream()
                .noneMatch(m ->
                        m.state().isAlive() && !m.name().equals(roster.self().name()));
    }

    private void againIfAlone() {
        if (!stopped && !trying && timer == null && !sources.isEmpty() && isAlone()) {
            LOG.atInfo().log("nobody else is alive any more: joining again");
            tries = 0;
            later(SOON, null);
        }
    }

    private void round() {
        if (stopped || trying) {
            return;
        }
        timer = null;
        trying = true;
        tries++;
        Instant started = wall.instant();
        status = new Status(Phase.TRYING, tries, status.lastReport, started, null, List.of());
        CompletableFuture<JoinReport> joined;
        try {
            joined = membership.join(sources);
        } catch (RuntimeException e) {
            Failures.heard(Duty.HELPFUL, "joining", e);
            joined = CompletableFuture.failedFuture(e);
        }
        // Some join must end, or this would be the last: the limit is longer than what a join allows itself.
        CompletableFuture<JoinReport> bounded = joined.copy()
                .orTimeout(LONGEST.toSeconds(), TimeUnit.SECONDS)
                .exceptionally(e ->
                        new JoinReport(0, List.of(new JoinReport.Failure(String.join(" ", shown), Plain.reason(e)))));
        Failures.whenDone(bounded, Duty.HELPFUL, "joining", (report, none) -> onLoop(() -> ended(report, started)));
    }

    private void ended(JoinReport report, Instant started) {
        trying = false;
        firstRound.complete(report);
        if (stopped || sources.isEmpty()) {
            return;
        }
        if (again) {
            // It looked at sources that have been replaced since.
            again = false;
            round();
            return;
        }
        if (reachedAnother(report) && !isAlone()) {
            everJoined = true;
            LOG.atInfo().addKeyValue("contacted", report.contacted()).log("joined");
            status = new Status(Phase.JOINED, tries, report, started, null, List.of());
            return;
        }
        // Having reached only oneself is no failure, but nobody is found by it.
        boolean worked = report.contacted() > 0;
        if (!worked && !everJoined && maxRetries > 0 && tries > maxRetries) {
            stopped = true;
            status = new Status(Phase.GAVE_UP, tries, report, started, null, List.of());
            exhausted.complete(report);
            return;
        }
        LOG.atInfo()
                .addKeyValue("retry_interval", interval)
                .addKeyValue("error", worked ? "only this agent itself answered" : report.failures())
                .log("join failed, will retry");
        later(interval, report);
    }

    /**
     * That others found us is not enough: they may be one half of a pool whose other half only our own sources name, and nobody
     * would bring the two together.
     */
    private boolean reachedAnother(JoinReport report) {
        boolean listsItself = discovery.attempts().stream()
                .filter(a -> shown.contains(a.source()))
                .anyMatch(a -> a.addresses().contains(membership.address()));
        return report.contacted() > (listsItself ? 1 : 0);
    }

    private void later(Duration delay, @Nullable JoinReport report) {
        JoinReport last = report == null ? status.lastReport : report;
        status = new Status(
                Phase.TRYING, tries, last, status.lastTry, wall.instant().plus(delay), List.of());
        timer = loop.after(delay, this::round);
    }

    @Override
    public void close() {
        onLoop(() -> {
            stopped = true;
            if (timer != null) {
                timer.cancel();
            }
        });
    }
}
