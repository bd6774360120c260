package io.quorate.agent;

import io.quorate.runtime.Duty;
import io.quorate.runtime.Threads;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What SIGTERM and SIGINT do: the process is asked to stop, and ends with its own code once it has, or after a bound.
 *
 * <p>Java ends a process that got a signal with 128 + its number as soon as all shutdown hooks have returned. An orderly stop is to
 * be 0: so the hook never returns, it waits for the stop and halts. Only {@link LastWord} halts, too.
 */
final class SignalStop {
    private static final Logger LOG = LoggerFactory.getLogger(SignalStop.class);

    private final Runnable stop;
    private volatile Duration bound;
    private final CompletableFuture<Integer> stopped = new CompletableFuture<>();
    private final Thread hook = Threads.thread(Duty.VITAL, "shutdown", this::onSignal);

    /**
     * @param bound from the signal to the end, whatever then still runs
     * @param stop asks for the stop; on a thread of its own, so it may wait
     */
    SignalStop(Duration bound, Runnable stop) {
        this.bound = bound;
        this.stop = stop;
    }

    /** As the constructor's, once more is known. */
    void within(Duration longer) {
        bound = longer;
    }

    void listen() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /**
     * Everything has stopped. After a signal the hook ends the process with this code, the first that is given; else nothing comes
     * of signals any more, and the caller ends it.
     */
    void stopped(int code) {
        stopped.complete(code);
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            LOG.atDebug().setCause(e).log("ended by a signal");
        }
    }

    private void onSignal() {
        Threads.named("signal").newThread(stop).start();
        Runtime.getRuntime().halt(codeInTime());
    }

    private int codeInTime() {
        try {
            return stopped.get(bound.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.atWarn().addKeyValue("seconds", bound.toSeconds()).log("not stopped in time: the process ends now");
            return 0;
        } catch (ExecutionException | InterruptedException e) {
            return 1;
        }
    }
}
