package io.quorate.agent;

import io.quorate.agent.settings.AgentSettings;
import io.quorate.discovery.Attempt;
import io.quorate.discovery.Discovery;
import io.quorate.membership.Membership;
import io.quorate.membership.Rejoiner;
import io.quorate.operator.AgentControl.DiscoveryAttempt;
import io.quorate.runtime.Clocks;
import io.quorate.runtime.EventLoop;
import java.util.List;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Retry-join as the settings ask for it, and what each look for members gave. */
final class Joining implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Joining.class);

    private final AgentSettings.Joining settings;
    private final Discovery discovery;
    private final Rejoiner rejoiner;

    /** @param loop gossip's */
    Joining(AgentSettings.Joining settings, Membership membership, Discovery discovery, EventLoop loop) {
        this.settings = settings;
        this.discovery = discovery;
        rejoiner = new Rejoiner(
                membership,
                discovery,
                settings.retryJoin(),
                settings.retryInterval(),
                settings.retryMax(),
                loop,
                Clocks.wall());
    }

    /**
     * @param firstRoundEnded called when the first round is over, whatever came of it
     * @param end called with 1 when the tries allowed were all in vain
     */
    void start(Runnable firstRoundEnded, IntConsumer end) {
        var unused = rejoiner.firstRound().thenRun(firstRoundEnded);
        var ending = rejoiner.exhausted().thenAccept(report -> {
            LOG.atError().addKeyValue("failures", report.failures()).log("retry-join exhausted, ending");
            end.accept(1);
        });
        LOG.atDebug().addKeyValue("exhausted", ending.isDone()).log("retry-join begins");
        rejoiner.start();
    }

    /** The last look at each source. */
    List<DiscoveryAttempt> attempts() {
        return discovery.attempts().stream()
                .filter(attempt -> settings.retryJoin().contains(attempt.source())
                        || settings.join().contains(attempt.source()))
                .map(this::shown)
                .toList();
    }

    private DiscoveryAttempt shown(Attempt attempt) {
        boolean again = settings.retryJoin().contains(attempt.source());
        return new DiscoveryAttempt(
                attempt.source(),
                attempt.at(),
                attempt.answers(),
                attempt.error(),
<<<<<<< HEAD
                again ? rejoiner.status().nextTry() : null);
=======
                settings.retryJoin().contains(attempt.source()) ? next : null);
    }

    private boolean isAlone() {
        return membership.roster().members().stream()
                        .filter(member -> member.state().isAlive())
                        .count()
                <= 1;
    }

    private void round() {
        waiting = false;
        underway = true;
        next = null;
        membership.join(settings.retryJoin()).whenCompleteAsync((report, failure) -> finished(report, failure), loop);
    }

    private void finished(@Nullable JoinReport report, @Nullable Throwable failure) {
        underway = false;
        roundEnded.run();
        // Who finds only itself in the list has not joined anybody.
        if (report != null && report.contacted() > 0 && !isAlone()) {
            LOG.atInfo().addKeyValue("contacted", report.contacted()).log("join completed");
            return;
        }
        tries++;
        if (settings.retryMax() > 0 && tries > settings.retryMax()) {
            LOG.atError().addKeyValue("tries", tries).log("retry-join exhausted, ending: {}", why(report, failure));
            end.accept(1);
            return;
        }
        waiting = true;
        next = io.quorate.runtime.Clocks.wall().instant().plus(settings.retryInterval());
        LOG.atInfo()
                .addKeyValue("retry_interval_s", settings.retryInterval().toSeconds())
                .log("nobody joined, will be tried again: {}", why(report, failure));
        loop.after(settings.retryInterval(), this::round);
    }

    private static String why(@Nullable JoinReport report, @Nullable Throwable failure) {
        if (failure != null) {
            return String.valueOf(failure.getMessage());
        }
        return report == null || report.failures().isEmpty()
                ? "nobody else is there"
                : report.failures().stream()
                        .map(f -> f.address() + ": " + f.reason())
                        .reduce((a, b) -> a + "; " + b)
                        .orElse("");
>>>>>>> 7c95156ca3ca05e3acbf7071c2d9ae9a7af89281
    }

    @Override
    public void close() {
        rejoiner.close();
    }
}
