package io.quorate.cli;

import io.quorate.cli.DevProgress.Status;
import io.quorate.kernel.Plain;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One child process. Its standard input stays open as long as this process lives, and no longer, however this ends: the agent
 * stops when it closes, so that none outlives its launcher.
 */
final class DevAgent {
    private static final int TAIL_BYTES = 4096;
    private static final int TAIL_LINES = 15;
    private static final Duration POLL_TIMEOUT = Duration.ofSeconds(2);

    private final DevPlan.Agent plan;
    private final Process process;
    private final AgentClient client;
    private final DevStory story;
    private boolean reported;

    private DevAgent(DevPlan.Agent plan, Process process, DevStory story) {
        this.plan = plan;
        this.process = process;
        this.story = story;
        this.client = new AgentClient(plan.http(), POLL_TIMEOUT);
    }

    static DevAgent start(DevPlan.Agent plan, List<String> command) {
        try {
            Files.createDirectories(plan.folder());
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(plan.log().toFile()));
            // What was meant for one agent would be heard by all of these.
            builder.environment().keySet().removeIf(name -> name.startsWith("QUORATE_"));
            DevStory story = new DevStory(plan.log(), plan.log().toFile().length());
            return new DevAgent(plan, builder.start(), story);
        } catch (IOException e) {
            throw new CommandException(plan.name() + " cannot be started: " + Plain.reason(e));
        }
    }

    DevPlan.Agent plan() {
        return plan;
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** True once, after it has died. */
    boolean isNewlyDead() {
        if (reported || process.isAlive()) {
            return false;
        }
        reported = true;
        return true;
    }

    int exitCode() {
        return process.exitValue();
    }

    /** Asks it to stop, as a signal does. */
    void stop() {
        process.destroy();
    }

    /** Waits for its end; kills it after the deadline. */
    void awaitEnd(Duration atMost) {
        try {
            if (!process.waitFor(Math.max(1, atMost.toMillis()), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor(5, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** What its log has told since the last call. */
    List<String> story() {
        return story.next();
    }

    /** What it answers to {@code /why}. */
    Status status() {
        try {
            Json why = client.ok(client.get("/why", "application/json")).json();
            return new Status(why.isTrue("ready"), why.text("code"), why.text("message"), why.text("next_step"));
        } catch (CommandException e) {
            return Status.SILENT;
        }
    }

    /** Cluster id and leader's node name as it knows them; empty texts for what it does not. */
    String[] clusterAndLeader() {
        try {
            Json peers = client.ok(client.get("/peers", "application/json")).json();
            return new String[] {peers.text("cluster_id"), PeersCommand.leader(peers)};
        } catch (CommandException e) {
            return new String[] {"", ""};
        }
    }

    /** The last lines of its log. */
    String tail() {
        try (RandomAccessFile log = new RandomAccessFile(plan.log().toFile(), "r")) {
            log.seek(Math.max(0, log.length() - TAIL_BYTES));
            byte[] end = new byte[(int) Math.min(TAIL_BYTES, log.length())];
            log.readFully(end);
            List<String> lines = new String(end, StandardCharsets.UTF_8).lines().toList();
            return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
        } catch (IOException e) {
            return "(its log cannot be read: " + Plain.reason(e) + ")";
        }
    }
}
