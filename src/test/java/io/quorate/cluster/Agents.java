package io.quorate.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.LifecycleMethodExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/**
 * The agents of a test, or in a static field of a test class. Whatever happens they are ended; when a test failed, the end of
 * each log is printed and all that they wrote stays under {@code target/it}.
 */
public final class Agents
        implements BeforeAllCallback,
                AfterAllCallback,
                AfterEachCallback,
                TestExecutionExceptionHandler,
                LifecycleMethodExecutionExceptionHandler {
    public static final Duration SOON = Duration.ofSeconds(45);
    private static final int SHOWN_LINES = 80;
    private static final Set<AgentProcess> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> RUNNING.forEach(AgentProcess::kill), "end-agents"));
    }

    private final Map<String, AgentProcess> all = new LinkedHashMap<>();
    private final Path folder = newFolder();
    private boolean shared;
    private boolean failed;
    private boolean failedSinceAsked;

    /** A server that is not yet started; {@code flags} beside those that say where it listens. */
    public AgentProcess server(String name, String... flags) {
        return add(name, true, List.of(flags));
    }

    public AgentProcess client(String name, String... flags) {
        return add(name, false, List.of(flags));
    }

    private AgentProcess add(String name, boolean server, List<String> flags) {
        AgentProcess agent = new AgentProcess(name, folder.resolve(name), server, Place.next(), flags);
        if (all.putIfAbsent(name, agent) != null) {
            throw new IllegalArgumentException("two agents named " + name);
        }
        RUNNING.add(agent);
        return agent;
    }

    Path folder() {
        return folder;
    }

    public List<AgentProcess> all() {
        return List.copyOf(all.values());
    }

    public static void startAll(AgentProcess... agents) {
        Stream.of(agents).forEach(AgentProcess::start);
    }

    /** Starts them in this order, each {@code apart} after the one before. */
    static void startApart(Duration apart, List<AgentProcess> agents) {
        CountDownLatch started = new CountDownLatch(agents.size());
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        try {
            for (int i = 0; i < agents.size(); i++) {
                AgentProcess agent = agents.get(i);
                var unused = clock.schedule(
                        () -> {
                            agent.start();
                            started.countDown();
                        },
                        apart.multipliedBy(i).toMillis(),
                        TimeUnit.MILLISECONDS);
            }
            if (!started.await(apart.multipliedBy(agents.size()).toMillis() + 10_000, TimeUnit.MILLISECONDS)) {
                throw new AssertionError("the agents could not be started: " + agents);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted between starts", e);
        } finally {
            clock.shutdownNow();
        }
    }

    /** Waits for the check, and fails at once when an agent ended that nobody ended. */
    public void await(String what, Duration within, Patience.Check check) {
        try {
            Patience.until(what, within, () -> {
                failIfOneDied();
                check.run();
            });
        } catch (Died died) {
            throw new AssertionError(died.getMessage() + " while waiting: " + what, died);
        }
    }

    public void awaitHttp(AgentProcess... agents) {
        await("HTTP of " + List.of(agents), Duration.ofMinutes(1), () -> {
            for (AgentProcess agent : agents) {
                agent.get("/actuator/health/liveness").expect(200);
            }
        });
    }

    /** Whether a test failed since this was asked last: what it left behind may be broken. */
    boolean failedSinceAsked() {
        boolean answer = failedSinceAsked;
        failedSinceAsked = false;
        return answer;
    }

    private void failIfOneDied() {
        for (AgentProcess agent : all.values()) {
            if (agent.diedUnasked()) {
                throw new Died(agent + " ended by itself with " + agent.exitCode(Duration.ofSeconds(1)));
            }
        }
    }

    /** Not an AssertionError: waiting longer does not help. */
    private static final class Died extends RuntimeException {
        private static final long serialVersionUID = 1;

        Died(String message) {
            super(message);
        }
    }

    // The life of a test.

    @Override
    public void beforeAll(ExtensionContext context) {
        shared = true;
    }

    @Override
    public void afterEach(ExtensionContext context) {
        if (!shared) {
            close();
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        close();
    }

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable problem) throws Throwable {
        show(context, problem);
        throw problem;
    }

    @Override
    public void handleBeforeAllMethodExecutionException(ExtensionContext context, Throwable problem) throws Throwable {
        show(context, problem);
        throw problem;
    }

    @Override
    public void handleBeforeEachMethodExecutionException(ExtensionContext context, Throwable problem) throws Throwable {
        show(context, problem);
        throw problem;
    }

    private void show(ExtensionContext context, Throwable problem) {
        if (problem instanceof org.opentest4j.TestAbortedException) {
            return;
        }
        failed = true;
        failedSinceAsked = true;
        StringBuilder text = new StringBuilder();
        text.append("==== ")
                .append(context.getDisplayName())
                .append(" failed: ")
                .append(problem.getMessage());
        text.append("\n==== everything is kept in ").append(folder).append('\n');
        for (AgentProcess agent : all.values()) {
            text.append("---- ")
                    .append(agent)
                    .append(agent.isAlive() ? " (running)" : " (ended)")
                    .append('\n');
            List<String> lines = agent.log().lines().toList();
            lines.subList(Math.max(0, lines.size() - SHOWN_LINES), lines.size())
                    .forEach(line -> text.append("     ").append(line).append('\n'));
            if (agent.isAlive()) {
                for (String path : List.of("/why", "/info", "/members")) {
                    text.append("     ").append(describe(agent, path)).append('\n');
                }
            }
        }
        System.out.println(text);
    }

    private static String describe(AgentProcess agent, String path) {
        try {
            return agent.get(path).toString();
        } catch (RuntimeException e) {
            return path + ": " + e.getMessage();
        }
    }

    private void close() {
        Collection<AgentProcess> ending = all.values();
        try {
            ending.forEach(AgentProcess::kill);
        } finally {
            RUNNING.removeAll(ending);
            if (!failed) {
                deleteTree(folder);
            }
        }
    }

    private static Path newFolder() {
        try {
            return Files.createTempDirectory(
                    Files.createDirectories(Path.of("target", "it").toAbsolutePath()), "run-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void deleteTree(Path root) {
        if (!Files.exists(root)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<AgentProcess> list(AgentProcess... agents) {
        return new ArrayList<>(List.of(agents));
    }
}
