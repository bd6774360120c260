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
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Retry-join as the settings ask for it, and what each look for members gave. */
final class Joining implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Joining.class);

    /** Both as attempts name them: without secrets. */
    private final Set<String> join;

    private volatile Set<String> retryJoin;
    private final Discovery discovery;
    private final Rejoiner rejoiner;

    /** @param loop gossip's */
    Joining(AgentSettings.Joining settings, Membership membership, Discovery discovery, EventLoop loop) {
        join = settings.join().stream().map(Discovery::shown).collect(Collectors.toUnmodifiableSet());
        retryJoin = settings.retryJoin().stream().map(Discovery::shown).collect(Collectors.toUnmodifiableSet());
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

    /** Looks where these say from now on. */
    void replace(AgentSettings.Joining settings) {
        retryJoin = settings.retryJoin().stream().map(Discovery::shown).collect(Collectors.toUnmodifiableSet());
        rejoiner.replace(settings.retryJoin(), settings.retryInterval(), settings.retryMax());
    }

    /** The last look at each source. */
    List<DiscoveryAttempt> attempts() {
        return discovery.attempts().stream()
                .filter(attempt -> retryJoin.contains(attempt.source()) || join.contains(attempt.source()))
                .map(this::shown)
                .toList();
    }

    private DiscoveryAttempt shown(Attempt attempt) {
        boolean again = retryJoin.contains(attempt.source());
        return new DiscoveryAttempt(
                attempt.source(),
                attempt.at(),
                attempt.answers(),
                attempt.error(),
                again ? rejoiner.status().nextTry() : null);
    }

    @Override
    public void close() {
        rejoiner.close();
    }
}
