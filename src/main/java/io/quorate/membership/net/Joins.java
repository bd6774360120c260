package io.quorate.membership.net;

import io.quorate.discovery.Attempt;
import io.quorate.discovery.Discovery;
import io.quorate.kernel.Endpoint;
import io.quorate.membership.GossipSettings;
import io.quorate.membership.JoinReport;
import io.quorate.membership.Meeting;
import io.quorate.membership.swim.Swim;
import io.quorate.runtime.EventLoop;
import io.quorate.runtime.Timers;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/** Calls to join: what was given is resolved away from the loop, then synced with on it, all within 30 s. */
final class Joins {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int MAX_SOURCES = 256;

    private final Discovery discovery;
    private final EventLoop loop;
    private final InstantSource wall;
    private final Meetings meetings;
    private final Consumer<Runnable> onLoop;
    private final Function<List<Swim.Target>, CompletableFuture<JoinReport>> sync;

    /**
     * @param meetings written on the loop
     * @param onLoop runs a task on the loop, unless gossip has ended
     * @param sync called on the loop; completes there
     */
    Joins(
            Discovery discovery,
            EventLoop loop,
            InstantSource wall,
            Meetings meetings,
            Consumer<Runnable> onLoop,
            Function<List<Swim.Target>, CompletableFuture<JoinReport>> sync) {
        this.discovery = discovery;
        this.loop = loop;
        this.wall = wall;
        this.meetings = meetings;
        this.onLoop = onLoop;
        this.sync = sync;
    }

    CompletableFuture<JoinReport> join(List<String> sources) {
        List<CompletableFuture<Attempt>> attempts = new ArrayList<>();
        List<JoinReport.Failure> failures = new ArrayList<>();
        for (String source : sources) {
            if (attempts.size() < MAX_SOURCES) {
                attempts.add(discovery.resolve(source, GossipSettings.DEFAULT_PORT));
            } else {
                failures.add(new JoinReport.Failure(
                        Discovery.shown(source), "more than " + MAX_SOURCES + " addresses in one call"));
            }
        }
        CompletableFuture<JoinReport> result = new CompletableFuture<>();
        try {
            Timers.Timer patience = loop.after(
                    PATIENCE,
                    () -> result.complete(new JoinReport(
                            0,
                            sources.stream()
                                    .map(s -> new JoinReport.Failure(Discovery.shown(s), "no answer in 30 s"))
                                    .toList())));
            CompletableFuture.allOf(attempts.toArray(new CompletableFuture<?>[0]))
                    .thenRun(() -> onLoop.accept(() -> sync(attempts, failures, result, patience)))
                    .exceptionally(e -> {
                        result.completeExceptionally(e);
                        return null;
                    });
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(new IllegalStateException("gossip is stopped", e));
        }
        // Also where gossip was stopped meanwhile, and with it the loop that would have ended it.
        return result.orTimeout(PATIENCE.plusSeconds(5).toSeconds(), TimeUnit.SECONDS);
    }

    private void sync(
            List<CompletableFuture<Attempt>> attempts,
            List<JoinReport.Failure> failures,
            CompletableFuture<JoinReport> result,
            Timers.Timer patience) {
        List<Swim.Target> targets = new ArrayList<>();
        for (CompletableFuture<Attempt> done : attempts) {
            Attempt attempt = done.join();
            if (attempt.error() != null) {
                failures.add(new JoinReport.Failure(
                        attempt.source(),
                        attempt.unresolved() ? JoinReport.Kind.NOT_RESOLVED : JoinReport.Kind.NOT_JOINED,
                        attempt.error()));
                meetings.add(new Meeting(
                        attempt.source(), true, Meeting.Outcome.NOT_FOUND, attempt.error(), wall.instant()));
            } else if (attempt.addresses().stream()
                    .noneMatch(address -> address.toString().equals(attempt.source()))) {
                meetings.forget(attempt.source());
            }
            for (Endpoint target : attempt.addresses()) {
                targets.add(new Swim.Target(target.toString(), target));
            }
        }
        sync.apply(targets)
                .thenAccept(report -> {
                    patience.cancel();
                    failures.addAll(report.failures());
                    result.complete(new JoinReport(report.contacted(), failures));
                })
                .exceptionally(e -> {
                    patience.cancel();
                    result.completeExceptionally(e);
                    return null;
                });
    }
}
