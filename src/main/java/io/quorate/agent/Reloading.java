package io.quorate.agent;

import io.quorate.agent.settings.AgentLog;
import io.quorate.agent.settings.AgentSettings;
import io.quorate.agent.settings.SettingsChange;
import io.quorate.agent.settings.SettingsException;
import io.quorate.agent.settings.SharedKey;
import io.quorate.kernel.Plain;
import io.quorate.membership.Membership;
import io.quorate.operator.AgentControl.Reload;
import io.quorate.runtime.Threads;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts settings that were read again into effect, as far as that can be done while the agent runs. Whoever asks, a signal or a
 * request, they are read one after the other, on a thread of its own. Safe for any thread; it never ends the agent.
 */
final class Reloading implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Reloading.class);
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final int WAITING = 8;

    private final UnaryOperator<AgentSettings> reader;
    private final Membership membership;
    private final Joining joining;
    private final ThreadPoolExecutor thread = Threads.pool("reload", 1, WAITING);
    /** Written on that thread only. */
    private volatile AgentSettings running;

    /** @param reader reads anew what this agent is told, given what it runs with; refuses with a {@link SettingsException} */
    Reloading(AgentSettings running, UnaryOperator<AgentSettings> reader, Membership membership, Joining joining) {
        this.running = running;
        this.reader = reader;
        this.membership = membership;
        this.joining = joining;
    }

    /** What is in force: as at the start, with all that was reloaded since. */
    AgentSettings running() {
        return running;
    }

    /** Completes exceptionally, with one line, when nothing was changed. */
    CompletableFuture<Reload> reload() {
        CompletableFuture<Reload> result = new CompletableFuture<>();
        try {
            thread.execute(() -> {
                try {
                    result.complete(now());
                } catch (RuntimeException e) {
                    LOG.atWarn().addKeyValue("reason", e.getMessage()).log("reload refused, nothing has changed");
                    result.completeExceptionally(e);
                } finally {
                    // Whatever else ended it: whoever asked must not wait for ever.
                    result.completeExceptionally(new IllegalStateException("the reload failed"));
                }
            });
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(
                    new RejectedExecutionException("too many reloads are waiting, or the agent stops", e));
        }
        return bounded(result, LIMIT);
    }

    /** Whoever asked hears that it is not over, and asks again; what hangs goes on alone. */
    static <T> CompletableFuture<T> bounded(CompletableFuture<T> reload, Duration limit) {
        return reload.copy().orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS).exceptionallyCompose(e -> {
            Throwable cause = e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
            return CompletableFuture.failedFuture(
                    cause instanceof TimeoutException
                            ? new RejectedExecutionException(
                                    "the settings have not been read in " + Plain.duration(limit)
                                            + ": a file system may hang; what was asked for may still happen",
                                    cause)
                            : cause);
        });
    }

    private Reload now() {
        AgentSettings read = reader.apply(running);
        SettingsChange change = SettingsChange.between(running, read);
        AgentSettings next = running.reloadedFrom(read);
        if (!next.gossip().equals(running.gossip())) {
            membership.setKeys(
                    next.gossip().keys().stream().map(SharedKey::bytes).toList(),
                    next.gossip().verifyIncoming(),
                    next.gossip().verifyOutgoing());
        }
        if (!next.joining().equals(running.joining())) {
            joining.replace(next.joining());
        }
        AgentLog.configure(next.logging());
        next.warnings().stream()
                .filter(warning -> !running.warnings().contains(warning))
                .forEach(LOG::warn);
        running = next;
        LOG.atInfo().addKeyValue("changed", change.taken()).log("settings reloaded");
        if (!change.needRestart().isEmpty()) {
            LOG.atWarn()
                    .addKeyValue("settings", change.needRestart())
                    .log("these settings have changed too; they take effect when the agent is restarted");
        }
        return new Reload(change.taken(), change.needRestart());
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
