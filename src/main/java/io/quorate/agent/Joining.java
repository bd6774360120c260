package io.quorate.agent;

import io.quorate.agent.settings.AgentSettings;
import io.quorate.discovery.Attempt;
import io.quorate.discovery.Discovery;
import io.quorate.membership.JoinReport;
import io.quorate.membership.Membership;
import io.quorate.operator.AgentControl.DiscoveryAttempt;
import io.quorate.runtime.EventLoop;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Retry-join: tries until one address answers, and begins again when nobody else is alive any more. Has a loop of its own.
 *
 * <p>Source: Consul's {@code retry_join}; that it begins again is ours, so that a machine that lost everybody finds them at new
 * addresses.
 */
final class Joining implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Joining.class);
    /** How often it is looked whether everybody is gone. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final AgentSettings.Joining settings;
    private final Membership membership;
    private final Discovery discovery;
    private final Runnable roundEnded;
    private final IntConsumer end;
    private final EventLoop loop = new EventLoop("retry-join");
    private int tries;
    private boolean underway;
    private boolean waiting;
    private volatile @Nullable Instant next;

    /**
     * @param roundEnded called after each round, whatever came of it
     * @param end called with 1 when retry-max tries were in vain
     */
    Joining(
            AgentSettings.Joining settings,
            Membership membership,
            Discovery discovery,
            Runnable roundEnded,
            IntConsumer end) {
        this.settings = settings;
        this.membership = membership;
        this.discovery = discovery;
        this.roundEnded = roundEnded;
        this.end = end;
    }

    void start() {
        if (settings.retryJoin().isEmpty()) {
            return;
        }
        loop.execute(this::round);
        loop.every(LOOK, () -> {
            if (!underway && !waiting && isAlone()) {
                tries = 0;
                round();
            }
        });
    }

    /** The last look at each source. */
    List<DiscoveryAttempt> attempts() {
        return discovery.attempts().stream()
                .filter(attempt -> settings.retryJoin().contains(attempt.source())
                        || settings.join().contains(attempt.source()))
                .map(this::shown)
                .toList();
    }

    /** {@code 127.0.0.1:8500}, {@code [::1]:8500}; a port that is off is shown as it was given. */
    static String text(InetAddress address, int port) {
        String host = address.getHostAddress();
        return address instanceof Inet6Address ? "[" + host + "]:" + port : host + ":" + port;
    }

    private DiscoveryAttempt shown(Attempt attempt) {
        return new DiscoveryAttempt(
                attempt.source(),
                attempt.at(),
                attempt.answers(),
                attempt.error(),
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
    }

    @Override
    public void close() {
        loop.close();
    }
}
