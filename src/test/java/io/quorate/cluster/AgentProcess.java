package io.quorate.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One agent as a process of its own, started from the jar: what it is told, and what it says. Flags, place and data directory
 * outlive the process, so that it can be started again, elsewhere or otherwise.
 */
public final class AgentProcess {
    static final Path JAR =
            Path.of(System.getProperty("quorate.jar", "target/quorate.jar")).toAbsolutePath();
    static final List<String> SMALL_JVM =
            List.of(java(), "-Xmx160m", "-Xss512k", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto");

    /** The machine has two cores: more agents than these would test the scheduler. */
    private static final Semaphore AT_ONCE = new Semaphore(7);

    private final String name;
    private final Path folder;
    private boolean server;
    private final List<String> flags = new ArrayList<>();
    private List<String> launch = jarCommand();
    private Place place;
    private @Nullable Process process;
    private boolean mayEnd;

    AgentProcess(String name, Path folder, boolean server, Place place, Collection<String> flags) {
        this.name = name;
        this.folder = folder;
        this.server = server;
        this.place = place;
        this.flags.addAll(flags);
    }

    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private static List<String> jarCommand() {
        List<String> command = new ArrayList<>(SMALL_JVM);
        command.addAll(List.of("-jar", JAR.toString()));
        return command;
    }

    public String name() {
        return name;
    }

    /** The same name, place and folder, from the next start on as a client. */
    void becomeClient() {
        server = false;
    }

    public boolean isServer() {
        return server;
    }

    public Place place() {
        return place;
    }

    /** Takes effect at the next start. */
    void move(Place to) {
        place = to;
    }

    /** Takes effect at the next start. */
    void setFlags(String... now) {
        flags.clear();
        flags.addAll(List.of(now));
    }

    /** Another way to start the same program, up to the word {@code agent}. */
    void launchWith(List<String> command) {
        launch = List.copyOf(command);
    }

    Path dataFolder() {
        return folder.resolve("data");
    }

    Path logFile() {
        return folder.resolve("log.txt");
    }

    String log() {
        try {
            return Files.exists(logFile()) ? Files.readString(logFile(), StandardCharsets.UTF_8) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<String> command() {
        List<String> command = new ArrayList<>(launch);
        command.add("agent");
        if (server) {
            command.add("-server");
        }
        if (flags.stream().noneMatch(flag -> flag.startsWith("-node="))) {
            command.add("-node=" + name);
        }
        command.addAll(List.of(
                "-data-dir=" + dataFolder(),
                "-bind=" + place.address(),
                "-client=" + place.address(),
                "-http-port=" + place.http(),
                "-serf-lan-port=" + place.gossip(),
                "-server-port=" + place.rpc(),
                "-dns-port=-1",
                "-retry-interval=1s"));
        command.addAll(flags);
        return command;
    }

    AgentProcess start() {
        if (process != null && process.isAlive()) {
            throw new IllegalStateException(name + " runs already");
        }
        if (!AT_ONCE.tryAcquire()) {
            throw new IllegalStateException("too many agents at once");
        }
        mayEnd = false;
        try {
            Files.createDirectories(folder);
            Process started = new ProcessBuilder(command())
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(logFile().toFile()))
                    .start();
            process = started;
            var unused = started.onExit().thenRun(AT_ONCE::release);
            return this;
        } catch (IOException e) {
            AT_ONCE.release();
            throw new UncheckedIOException(e);
        }
    }

    long pid() {
        return running().pid();
    }

    public boolean isAlive() {
        return process != null && process.isAlive();
    }

    boolean diedUnasked() {
        return process != null && !process.isAlive() && !mayEnd;
    }

    /** From now on the end of the process is expected. */
    AgentProcess mayEnd() {
        mayEnd = true;
        return this;
    }

    /** SIGKILL, and waits until it is gone. */
    public void kill() {
        if (process != null) {
            mayEnd = true;
            process.destroyForcibly();
            exitCode(Duration.ofSeconds(10));
        }
    }

    /** SIGTERM, without waiting. */
    void terminate() {
        mayEnd = true;
        running().destroy();
    }

    /** SIGSTOP. */
    void pause() {
        signal("STOP");
    }

    /** SIGHUP. */
    void hangUp() {
        signal("HUP");
    }

    /** SIGCONT. */
    void resume() {
        signal("CONT");
    }

    int exitCode(Duration within) {
        Process ending = running();
        try {
            if (!ending.waitFor(within.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError(name + " still runs after " + within.toMillis() + " ms");
            }
            return ending.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the end of " + name, e);
        }
    }

    /** Removes everything that it keeps: a lost disk. */
    void wipe() {
        if (isAlive()) {
            throw new IllegalStateException(name + " still runs");
        }
        Agents.deleteTree(dataFolder());
    }

    private void signal(String signal) {
        try {
            Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(pid()))
                    .inheritIO()
                    .start();
            if (kill.waitFor() != 0) {
                throw new IllegalStateException("kill -" + signal + " failed for " + name);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while sending a signal to " + name, e);
        }
    }

    private Process running() {
        return Objects.requireNonNull(process, name + " was never started");
    }

    // What it says.

    Reply get(String path, String... headers) {
        return Reply.to("GET", place.httpAddress(), path, "", headers);
    }

    Reply delete(String path) {
        return Reply.to("DELETE", place.httpAddress(), path, "");
    }

    Reply put(String path) {
        return Reply.to("PUT", place.httpAddress(), path, "");
    }

    Reply put(String path, String json) {
        return Reply.to("PUT", place.httpAddress(), path, json, "Content-Type", "application/json");
    }

    Reply join(AgentProcess... others) {
        List<String> addresses = Stream.of(others)
                .map(o -> '"' + o.place().gossipAddress() + '"')
                .toList();
        return put("/join", "{\"addresses\":[" + String.join(",", addresses) + "]}");
    }

    JsonNode info() {
        return get("/info").expect(200).json();
    }

    JsonNode why() {
        return get("/why").expect(200).json();
    }

    JsonNode peers() {
        return get("/peers").expect(200).json();
    }

    JsonNode members() {
        return get("/members").expect(200).json();
    }

    /** Whatever the status. */
    JsonNode health() {
        return get("/actuator/health").json();
    }

    boolean isReady() {
        return get("/actuator/health/readiness").status() == 200;
    }

    /** Status of a member as this agent sees it; empty when it does not know that name. */
    String statusOf(String member) {
        return elements(members())
                .filter(m -> m.path("name").asString("").equals(member))
                .map(m -> m.path("status").asString(""))
                .findFirst()
                .orElse("");
    }

    /** Empty when it belongs to none. */
    String clusterId() {
        return info().path("cluster").path("cluster_id").asString("");
    }

    String serverId() {
        return info().path("agent").path("server_id").asString("");
    }

    long raft(String key) {
        return info().path("raft").path(key).asLong(-1);
    }

    public boolean isLeader() {
        return info().path("raft").path("state").asString("").equalsIgnoreCase("leader");
    }

    /** {@code ip:port} of the leader's server port, empty while there is none. */
    String leaderAddress() {
        return get("/v1/status/leader").expect(200).json().asString("");
    }

    /** Server ids of the voters. */
    List<String> voters() {
        return elements(peers().path("peers"))
                .filter(p -> p.path("voter").asBoolean(false))
                .map(p -> p.path("server_id").asString(""))
                .sorted()
                .toList();
    }

    /** Names in the catalog, sorted. */
    List<String> catalog() {
        return elements(get("/v1/catalog/nodes").expect(200).json())
                .map(n -> n.path("Node").asString(""))
                .sorted()
                .toList();
    }

    /** The index at which a node was created in the replicated state: it changes only if the entry was lost and made again. */
    long createIndex(String node) {
        return elements(get("/v1/catalog/nodes").expect(200).json())
                .filter(n -> n.path("Node").asString("").equals(node))
                .map(n -> n.path("CreateIndex").asLong(-1))
                .findFirst()
                .orElse(-1L);
    }

    static Stream<JsonNode> elements(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    static List<AgentProcess> byName(Collection<AgentProcess> agents) {
        return agents.stream().sorted(Comparator.comparing(AgentProcess::name)).toList();
    }

    @Override
    public String toString() {
        return name + "@" + place.address();
    }
}
