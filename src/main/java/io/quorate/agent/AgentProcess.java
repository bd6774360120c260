package io.quorate.agent;

import io.quorate.agent.settings.AgentLog;
import io.quorate.agent.settings.AgentSettings;
import io.quorate.agent.settings.AgentSettingsReader;
import io.quorate.agent.settings.DataFolder;
import io.quorate.agent.settings.SettingsException;
import io.quorate.runtime.Failures;
import io.quorate.runtime.Threads;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One agent from its start to its end: what the operating system sees of it.
 *
 * <p>Three may ask for the end: a signal ({@link SignalStop}), the closed standard input, and the agent itself, as after a leave over
 * HTTP. All do so through {@link Stop}, and the main thread, which waits for that, stops the parts.
 */
public final class AgentProcess {
    private static final Logger LOG = LoggerFactory.getLogger(AgentProcess.class);
    /** Supervisors kill after 10 s by default: by then everything that can be said has been said. */
    private static final Duration STOP = Duration.ofMillis(9_500);
    /** Consul gives a graceful leave 15 s. */
    private static final Duration LEAVE = Duration.ofSeconds(15);

    private final String[] arguments;
    private final Stop stop = new Stop();
    private final SignalStop signals = new SignalStop(STOP, this::onSignal);
    private final AtomicBoolean reloadAsked = new AtomicBoolean();
    private volatile boolean leaves;
    private volatile @Nullable Agent agent;
    private volatile boolean signalled;
    private final AtomicBoolean departed = new AtomicBoolean();

    private AgentProcess(String[] arguments) {
        this.arguments = arguments.clone();
    }

    /**
     * Runs an agent until it is told to stop, or fails.
     *
     * @param arguments the flags, without the word {@code agent}
     * @return the exit code: 0 after an orderly stop, 1 when it could not start or had to give up
     */
    public static int run(String[] arguments) {
        AgentProcess process = new AgentProcess(arguments);
        // Before anything else: from here on a signal is an orderly stop, or a reload, whatever the start is doing.
        process.signals.listen();
        HangUp.listen(process::onHangUp);
        int code = process.start();
        process.signals.stopped(code);
        return code;
    }

    private int start() {
        AgentSettings settings;
        try {
            settings = AgentSettingsReader.read(arguments);
        } catch (SettingsException e) {
            return stop.isAsked() ? stop.code() : refuse(e.getMessage());
        }
        leaves = settings.leaveOnTerminate();
        signals.within(leaves ? LEAVE : STOP);
        AgentLog.configure(settings.logging());
        LastWord.prepare();
        try {
            return live(settings);
        } catch (Throwable e) {
            if (stop.isAsked() && agent == null) {
                // Java lets nobody begin certain things once it is asked to end: that is no error of the start.
                LOG.atDebug().setCause(e).log("the start ended by a signal");
                return stop.code();
            }
            // What is no refusal is an error of ours, and what has started already would keep the process from its end.
            Failures.fatal("start", e);
            return 1;
        }
    }

    private int live(AgentSettings settings) {
        DataFolder folder;
        try {
            folder = DataFolder.lock(settings.data());
        } catch (SettingsException e) {
            return refuse(e.getMessage());
        }
        try {
            return run(settings, folder);
        } finally {
            letGo(folder);
        }
    }

    private int run(AgentSettings settings, DataFolder folder) {
        Agent running;
        try {
            running = Agent.start(settings, folder, now -> AgentSettingsReader.again(arguments, now), stop);
        } catch (Stop.Asked e) {
            LOG.atInfo().log("asked to stop while starting");
            return stop.code();
        } catch (StartException | SettingsException e) {
            return stop.isAsked() ? stop.code() : refuse(e.getMessage());
        }
        agent = running;
        if (signalled) {
            // Its thread did not find the agent; others have known it since it joined, long before the start was over.
            depart(running);
        }
        if (reloadAsked.getAndSet(false)) {
            running.reload();
        }
        if (settings.stopWithStdin()) {
            Threads.named("stdin").newThread(this::watchStdin).start();
        }
        int code = stop.code();
        running.stop();
        return code;
    }

    private void onSignal() {
        signalled = true;
        Agent running = agent;
        if (running != null) {
            depart(running);
        }
        stop.ask(0);
    }

    /** Once, by the thread of the signal or by that of the start: either may be the second to learn of the other. */
    private void depart(Agent running) {
        if (departed.getAndSet(true)) {
            return;
        }
        if (leaves) {
            LOG.atInfo().log("signal to stop: leaving the datacenter first");
            leave(running);
        } else {
            LOG.atInfo().log("signal to stop: membership stays as it is");
        }
    }

    /** While the agent starts it is only noted: what is read anew then may be newer than what it starts with. */
    private void onHangUp() {
        reloadAsked.set(true);
        Agent running = agent;
        if (running != null && reloadAsked.getAndSet(false)) {
            running.reload();
        }
    }

    private static void leave(Agent running) {
        try {
            running.leave().toCompletableFuture().get(LEAVE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.atWarn().setCause(e).log("could not leave; stopping without leaving");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The launcher holds the other end: when it is gone, however it went, nothing must outlive it. */
    private void watchStdin() {
        try {
            int read;
            do {
                read = System.in.read();
            } while (read >= 0);
        } catch (IOException e) {
            LOG.atDebug().setCause(e).log("standard input cannot be read");
        }
        LOG.atInfo().log("standard input closed: the launcher is gone");
        stop.ask(0);
    }

    private static void letGo(DataFolder folder) {
        try {
            folder.close();
        } catch (IOException e) {
            LOG.atWarn().setCause(e).log("data directory not released cleanly");
        }
    }

    private static int refuse(@Nullable String why) {
        System.err.println("==> " + why);
        return 1;
    }
}
