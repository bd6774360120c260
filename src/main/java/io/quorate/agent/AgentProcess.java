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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One agent from its start to its end: what the operating system sees of it.
 *
 * <p>Three may ask for the end: a signal ({@link SignalStop}), the closed standard input, and the agent itself, as after a leave over
 * HTTP. All do so through {@link #end}, and the main thread, which waits for that, stops the parts.
 */
public final class AgentProcess {
    private static final Logger LOG = LoggerFactory.getLogger(AgentProcess.class);
    /** Supervisors kill after 10 s by default: by then everything that can be said has been said. */
    private static final Duration STOP = Duration.ofMillis(9_500);
    /** Consul gives a graceful leave 15 s. */
    private static final Duration LEAVE = Duration.ofSeconds(15);

    private final AgentSettings settings;
    private final SignalStop signals;
    private final CompletableFuture<Integer> ended = new CompletableFuture<>();
    private volatile @Nullable Agent agent;

    private AgentProcess(AgentSettings settings) {
        this.settings = settings;
        signals = new SignalStop(settings.leaveOnTerminate() ? LEAVE : STOP, this::onSignal);
    }

    /**
     * Runs an agent until it is told to stop, or fails.
     *
     * @param arguments the flags, without the word {@code agent}
     * @return the exit code: 0 after an orderly stop, 1 when it could not start or had to give up
     */
    public static int run(String[] arguments) {
        AgentSettings settings;
        try {
            settings = AgentSettingsReader.read(arguments);
        } catch (SettingsException e) {
            return refuse(e.getMessage());
        }
        AgentLog.configure(settings.logging());
        LastWord.prepare();
        try {
            return new AgentProcess(settings).live();
        } catch (Throwable e) {
            // What is no refusal is an error of ours, and what has started already would keep the process from its end.
            Failures.fatal("start", e);
            return 1;
        }
    }

    private int live() {
        DataFolder folder;
        try {
            folder = DataFolder.lock(settings.data());
        } catch (SettingsException e) {
            return refuse(e.getMessage());
        }
        signals.listen();
        int code;
        try {
            agent = Agent.start(settings, folder, this::end);
            if (settings.stopWithStdin()) {
                Threads.named("stdin").newThread(this::watchStdin).start();
            }
            code = ended.join();
        } catch (StartException | SettingsException e) {
            code = refuse(e.getMessage());
        }
        Agent running = agent;
        if (running != null) {
            running.stop();
        }
        letGo(folder);
        signals.stopped(code);
        return code;
    }

    /** Asks for the end of this process, from any thread. The first code counts. */
    private void end(int code) {
        ended.complete(code);
    }

    private void onSignal() {
        Agent running = agent;
        if (running == null) {
            signals.stopped(1);
            return;
        }
        if (settings.leaveOnTerminate()) {
            LOG.atInfo().log("signal to stop: leaving the datacenter first");
            leave(running);
        } else {
            LOG.atInfo().log("signal to stop: membership stays as it is");
        }
        end(0);
    }

    private static void leave(Agent running) {
        try {
            running.leave().toCompletableFuture().get(LEAVE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.atWarn().setCause(e).log("could not leave; stopping without");
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
        end(0);
    }

    private static void letGo(DataFolder folder) {
        try {
            folder.close();
        } catch (IOException e) {
            LOG.atWarn().setCause(e).log("data folder not let go of cleanly");
        }
    }

    private static int refuse(@Nullable String why) {
        System.err.println("==> " + why);
        return 1;
    }
}
