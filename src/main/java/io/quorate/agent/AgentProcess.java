package io.quorate.agent;

import io.quorate.agent.settings.AgentLog;
import io.quorate.agent.settings.AgentSettingsReader;
import io.quorate.agent.settings.DataFolder;
import io.quorate.agent.settings.SettingsException;
import io.quorate.runtime.Threads;
import java.io.IOException;
import java.security.Security;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One agent from its start to its end: what the operating system sees of it. */
public final class AgentProcess {
    private static final Logger LOG = LoggerFactory.getLogger(AgentProcess.class);
    /** Supervisors kill after 10 s by default: by then everything that can be said has been said. */
    private static final Duration STOP = Duration.ofMillis(9_500);
    /** Consul gives a graceful leave 15 s. */
    private static final Duration LEAVE = Duration.ofSeconds(15);

    private final AtomicBoolean stopping = new AtomicBoolean();
    private final CompletableFuture<Integer> ended = new CompletableFuture<>();
    private volatile @Nullable Agent agent;
    private volatile boolean leaveOnTerminate;

    private AgentProcess() {}

    /**
     * Runs an agent until it is told to stop, or fails.
     *
     * @param arguments the flags, without the word {@code agent}
     * @return the exit code: 0 after an orderly stop, 1 when it could not start or had to give up
     */
    public static int run(String[] arguments) {
        AgentSettingsReader.Loaded loaded;
        try {
            loaded = AgentSettingsReader.read(arguments);
        } catch (SettingsException e) {
            return refuse(e.getMessage());
        }
        // Names are for joining, and an address that changed must be seen at the next attempt.
        Security.setProperty("networkaddress.cache.ttl", "5");
        Security.setProperty("networkaddress.cache.negative.ttl", "0");
        AgentLog.configure(loaded.settings().logging());
        return new AgentProcess().live(loaded);
    }

    private int live(AgentSettingsReader.Loaded loaded) {
        leaveOnTerminate = loaded.settings().leaveOnTerminate();
        DataFolder folder;
        try {
            folder = DataFolder.lock(loaded.settings().data());
        } catch (SettingsException e) {
            return refuse(e.getMessage());
        }
        Thread hook = new Thread(this::onSignal, "shutdown");
        Runtime.getRuntime().addShutdownHook(hook);
        int code;
        try {
            agent = Agent.start(loaded, folder, this::end);
            if (loaded.settings().stopWithStdin()) {
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
        ended.complete(code);
        return finish(hook, code);
    }

    /** Asks for the end of this process from inside. The first code counts. */
    private void end(int code) {
        ended.complete(code);
    }

    /**
     * On SIGTERM and SIGINT. The Java runtime would end with 128 + signal once its hooks have run; an orderly stop is 0, hence the
     * halt at the end.
     */
    private void onSignal() {
        if (!stopping.compareAndSet(false, true)) {
            return;
        }
        Duration bound = leaveOnTerminate ? LEAVE : STOP;
        Thread watch = Threads.named("shutdown-watch").newThread(() -> haltAfter(bound));
        watch.start();
        Agent running = agent;
        if (running == null) {
            Runtime.getRuntime().halt(1);
            return;
        }
        if (leaveOnTerminate) {
            LOG.atInfo().log("signal to stop: leaving the datacenter first");
            leave(running, bound);
        } else {
            LOG.atInfo().log("signal to stop: membership stays as it is");
        }
        end(0);
        halted.join();
    }

    private static void leave(Agent running, Duration bound) {
        try {
            running.leave().toCompletableFuture().get(bound.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.atWarn().setCause(e).log("could not leave; stopping without");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private final CompletableFuture<Integer> halted = new CompletableFuture<>();

    /** Ends the process when a signal began its end; else lets the caller return. */
    private int finish(Thread hook, int code) {
        if (stopping.compareAndSet(false, true)) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                LOG.atDebug().setCause(e).log("a signal came while stopping");
            }
            return code;
        }
        Runtime.getRuntime().halt(code);
        return code;
    }

    private void haltAfter(Duration bound) {
        try {
            halted.get(bound.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.atWarn().addKeyValue("seconds", bound.toSeconds()).log("not stopped in time: ending without the rest");
            Runtime.getRuntime().halt(0);
        } catch (ExecutionException | InterruptedException e) {
            Runtime.getRuntime().halt(1);
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
