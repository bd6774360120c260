package io.quorate.cli;

import io.quorate.cli.DevProgress.Seen;
import io.quorate.cli.DevProgress.Status;
import io.quorate.kernel.Plain;
import io.quorate.runtime.Ticker;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A datacenter on the loopback, from its first process to its last. {@link #run} belongs to one thread; {@link #stop} may be
 * called from any, several times.
 */
final class DevRun {
    private static final Duration POLL = Duration.ofMillis(200);
    /** Agents promise to stop within 10 s. */
    private static final Duration STOP = Duration.ofSeconds(12);

    private final List<DevAgent> agents;
    private final DevFolder folder;
    private final PrintWriter out;
    private final Ticker ticker;
    private final long begun;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private boolean stopped;

    /** @param agents servers first */
    DevRun(List<DevAgent> agents, DevFolder folder, PrintWriter out, Ticker ticker, long begun) {
        this.agents = List.copyOf(agents);
        this.folder = folder;
        this.out = out;
        this.ticker = ticker;
        this.begun = begun;
    }

    /**
     * Tells the story until all are ready, then waits until it is told to stop or no agent is left.
     *
     * @param untilReady return as soon as all are ready
     * @param deadline for becoming ready when {@code untilReady}; else it is waited for ever
     * @return the exit code
     */
    int run(boolean untilReady, Duration deadline) {
        DevProgress progress = new DevProgress(agents.get(0).plan().name());
        while (true) {
            Seen seen = look();
            if (stopping.getCount() == 0) {
                return QuorateCli.OK;
            }
            progress.observe(seen, elapsed()).forEach(out::println);
            if (anyDied()) {
                out.println("An agent has died: dev ends here.");
                return QuorateCli.FAILED;
            }
            if (seen.isReady()) {
                break;
            }
            if (untilReady && elapsed().compareTo(deadline) > 0) {
                out.println("Not ready after " + deadline.toSeconds() + " s.");
                return QuorateCli.FAILED;
            }
            if (awaitStop(POLL)) {
                return QuorateCli.OK;
            }
        }
        out.print(summary(look().leader()));
        out.flush();
        if (untilReady) {
            return QuorateCli.OK;
        }
        while (!awaitStop(POLL)) {
            // A server may be killed on purpose here, to watch the others go on.
            anyDied();
            if (agents.stream().noneMatch(DevAgent::isAlive)) {
                out.println("No agent is left.");
                return QuorateCli.FAILED;
            }
        }
        return QuorateCli.OK;
    }

    /**
     * Ends all agents, the folder too unless it is to be kept. Returns when they are gone.
     *
     * @return whether this call did it; false when an earlier one has
     */
    synchronized boolean stop() {
        stopping.countDown();
        if (stopped) {
            return false;
        }
        stopped = true;
        long end = ticker.nanos() + STOP.toNanos();
        agents.forEach(DevAgent::stop);
        agents.forEach(agent -> agent.awaitEnd(Duration.ofNanos(end - ticker.nanos())));
        try {
            folder.close();
        } catch (IOException e) {
            out.println("The directory " + folder.path() + " could not be removed: " + Plain.reason(e));
        }
        out.println("All agents are stopped" + (folder.kept() ? ", their data is in " + folder.path() : "") + ".");
        return true;
    }

    private boolean awaitStop(Duration atMost) {
        try {
            return stopping.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private Duration elapsed() {
        return Duration.ofNanos(ticker.nanos() - begun);
    }

    private Seen look() {
        Map<String, Status> statuses = new LinkedHashMap<>();
        String cluster = "";
        String leader = "";
        for (DevAgent agent : agents) {
            Status status = agent.isAlive() ? agent.status() : Status.SILENT;
            statuses.put(agent.plan().name(), status);
            if (agent.plan().server() && leader.isEmpty() && !status.code().isEmpty()) {
                String[] known = agent.clusterAndLeader();
                cluster = known[0].isEmpty() ? cluster : known[0];
                leader = known[1];
            }
        }
        return new Seen(agents.get(0).story(), statuses, cluster, leader);
    }

    private boolean anyDied() {
        boolean any = false;
        for (DevAgent agent : agents) {
            if (stopping.getCount() > 0 && agent.isNewlyDead()) {
                any = true;
                out.println(agent.plan().name() + " ended with code " + agent.exitCode() + ". The end of its log ("
                        + agent.plan().log() + "):");
                out.println(agent.tail().indent(4).stripTrailing());
            }
        }
        return any;
    }

    private String summary(String leader) {
        Table table = new Table("Agent", "Role", "HTTP", "Gossip", "Process", "Log");
        DevAgent leading = agents.get(0);
        for (DevAgent agent : agents) {
            boolean leads = agent.plan().name().equals(leader);
            leading = leads ? agent : leading;
            table.row(
                    agent.plan().name(),
                    agent.plan().server() ? (leads ? "server, leader" : "server") : "client",
                    "http://" + agent.plan().http(),
                    DevPlan.HOST + ":" + agent.plan().gossipPort(),
                    Long.toString(agent.pid()),
                    agent.plan().log().toString());
        }
        boolean isAlone = agents.size() == 1;
        String first = agents.get(0).plan().http().toString();
        String last = agents.get(agents.size() - 1).plan().http().toString();
        return "\n" + table + "\nThings to try:\n"
                + "  curl " + first + "/info                 what this agent knows about itself\n"
                + "  curl " + last + "/peers?pretty         who votes, and how far each is\n"
                + (isAlone
                        ? "  curl " + first + "/why                  whether it is ready, and what it waits for\n"
                        : "  kill -9 " + leading.pid() + "; curl " + last
                                + "/why     kill the leader, and see what the others say\n")
                + "\nCtrl-C stops all of them" + (folder.kept() ? "" : " and removes its data") + ".\n";
    }
}
