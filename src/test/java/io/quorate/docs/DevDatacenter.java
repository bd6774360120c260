package io.quorate.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Three servers and a client as {@code dev} starts them, and how the names and addresses of the documents map to theirs: in the
 * documents ports are {@code dev}'s defaults and server-1 leads; here ports may have been taken and another server may lead.
 */
final class DevDatacenter implements AutoCloseable {
    private static final Duration READY = Duration.ofMinutes(2);
    private static final int[] HTTP = {8500, 8501, 8502, 8503};
    private static final int[] GOSSIP = {8301, 8311, 8321, 8331};
    private static final int[] RPC = {8300, 8310, 8320};
    private static final List<String> NAMES = List.of("server-1", "server-2", "server-3", "client-1");
    private static final Pattern ROW = Pattern.compile(
            "((?:server|client)-\\d)\\s+(?:server|client)\\S*(?: leader)?\\s+http://127\\.0\\.0\\.1:(\\d+)"
                    + "\\s+127\\.0\\.0\\.1:(\\d+)\\s.*");
    private static final Pattern ADDRESS = Pattern.compile("(?<![\\w.-])(?:localhost|127\\.0\\.0\\.1):(\\d{4,5})\\b");
    private static final Pattern NAME = Pattern.compile("\\b(?:server|client)-\\d\\b");
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(3)).build();

    private final Path output;
    private final Process process;
    private List<ProcessHandle> children = List.of();
    /** By name: ports of HTTP, gossip, and on servers of the server RPC. */
    private final Map<String, List<Integer>> ports = new LinkedHashMap<>();

    private Map<String, String> realNames = Map.of();

    private DevDatacenter(Path output, Process process) {
        this.output = output;
        this.process = process;
    }

    /** Returns when all are ready, all voters healthy and everybody is in the catalog. */
    static DevDatacenter start(List<String> command, Path output) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            DevDatacenter datacenter = new DevDatacenter(output, process);
            try {
                datacenter.awaitStart();
                return datacenter;
            } catch (RuntimeException | Error e) {
                datacenter.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** 8500 when it and those after it are free, as by default; else some port that is. */
    static int httpPort() {
        List<ServerSocket> held = new ArrayList<>();
        try {
            for (int port : HTTP) {
                held.add(new ServerSocket(port, 1, InetAddress.getLoopbackAddress()));
            }
            return HTTP[0];
        } catch (IOException taken) {
            try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                return other.getLocalPort();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        } finally {
            held.forEach(DevDatacenter::close);
        }
    }

    private static void close(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitStart() {
        await("dev says that all are ready", () -> {
            if (!process.isAlive()) {
                throw new IllegalStateException("dev ended: " + output());
            }
            return output().contains("Ctrl-C stops all of them");
        });
        children = process.descendants().toList();
        output().lines().map(ROW::matcher).filter(Matcher::matches).forEach(row -> {
            List<Integer> own = new ArrayList<>(List.of(Integer.valueOf(row.group(2)), Integer.valueOf(row.group(3))));
            ports.put(row.group(1), own);
        });
        if (!ports.keySet().equals(java.util.Set.copyOf(NAMES))) {
            throw new IllegalStateException("dev's table names others: " + output());
        }
        for (String server : NAMES.subList(0, RPC.length)) {
            String rpc = ask(server, "/info").json().path("agent").path("rpc").asString("");
            ports.computeIfPresent(server, (name, own) -> {
                own.add(Integer.valueOf(rpc.substring(rpc.lastIndexOf(':') + 1)));
                return own;
            });
        }
        awaitWhole();
    }

    /** That everybody is ready, votes and is in the catalog; then says who leads. */
    void awaitWhole() {
        await("the datacenter is whole", () -> {
            for (String name : NAMES) {
                if (ask(name, "/actuator/health/readiness").status() != 200) {
                    return false;
                }
            }
            String leader = leader();
            JsonNode peers = ask(leader, "/peers").json();
            return peers.path("failure_tolerance").asInt() == 1
                    && stream(peers.path("peers"))
                            .allMatch(peer -> peer.path("lag").asLong(-1) == 0)
                    && ask(leader, "/v1/catalog/nodes").json().size() == NAMES.size()
                    && ask(leader, "/members").json().size() == NAMES.size();
        });
        String leader = leader();
        Map<String, String> swapped = new LinkedHashMap<>();
        NAMES.forEach(name -> swapped.put(name, name));
        swapped.put(NAMES.get(0), leader);
        swapped.put(leader, NAMES.get(0));
        realNames = Map.copyOf(swapped);
    }

    private String leader() {
        String leader =
                ask(NAMES.get(0), "/peers").json().path("leader").path("node").asString("");
        if (!ports.containsKey(leader)) {
            throw new NotYet("no leader, but \"" + leader + "\"");
        }
        return leader;
    }

    /** What a document says, in this datacenter's names and addresses. */
    String real(String text) {
        String addressed =
                ADDRESS.matcher(text).replaceAll(found -> "127.0.0.1:" + realPort(Integer.parseInt(found.group(1))));
        return NAME.matcher(addressed).replaceAll(found -> realNames.getOrDefault(found.group(), found.group()));
    }

    /** The other way round: what it says, in the documents' names and addresses. */
    String documented(String text) {
        String addressed = ADDRESS.matcher(text)
                .replaceAll(found -> "127.0.0.1:" + documentedPort(Integer.parseInt(found.group(1))));
        return NAME.matcher(addressed).replaceAll(found -> realNames.getOrDefault(found.group(), found.group()));
    }

    private int realPort(int documented) {
        for (int[] kind : List.of(HTTP, GOSSIP, RPC)) {
            for (int i = 0; i < kind.length; i++) {
                if (kind[i] == documented) {
                    return portsOf(i).get(List.of(HTTP, GOSSIP, RPC).indexOf(kind));
                }
            }
        }
        return documented;
    }

    private int documentedPort(int real) {
        return IntStream.range(0, NAMES.size())
                .filter(i -> portsOf(i).contains(real))
                .map(i -> List.of(HTTP, GOSSIP, RPC).get(portsOf(i).indexOf(real))[i])
                .findFirst()
                .orElse(real);
    }

    private List<Integer> portsOf(int documentedAgent) {
        String name = NAMES.get(documentedAgent);
        return ports.getOrDefault(realNames.getOrDefault(name, name), List.of());
    }

    static List<String> names() {
        return NAMES;
    }

    String output() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @param type empty when there is none */
    record Answer(int status, String type, String body) {
        JsonNode json() {
            return JsonMapper.shared().readTree(body);
        }
    }

    Answer ask(String name, String path) {
        int port = ports.getOrDefault(name, List.of(0)).get(0);
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(15))
                .build();
        try {
            HttpResponse<String> answer = CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
            return new Answer(
                    answer.statusCode(),
                    answer.headers().firstValue("Content-Type").orElse(""),
                    answer.body());
        } catch (IOException e) {
            throw new UncheckedIOException(name + path + ": " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static Stream<JsonNode> stream(JsonNode array) {
        return java.util.stream.StreamSupport.stream(array.spliterator(), false);
    }

    @FunctionalInterface
    interface Condition {
        boolean holds();
    }

    private static final class NotYet extends RuntimeException {
        private static final long serialVersionUID = 1;

        NotYet(String message) {
            super(message);
        }
    }

    static void await(String what, Condition condition) {
        long end = System.nanoTime() + READY.toNanos();
        Throwable last = null;
        while (System.nanoTime() - end < 0) {
            try {
                if (condition.holds()) {
                    return;
                }
                last = null;
            } catch (NotYet | UncheckedIOException | JacksonException e) {
                last = e;
            }
            LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
        }
        throw new AssertionError("not within " + READY.toSeconds() + " s: " + what, last);
    }

    /** Ends dev as Ctrl-C does; whatever is left then is killed. */
    @Override
    public void close() {
        children = Stream.concat(children.stream(), process.descendants()).toList();
        process.destroy();
        try {
            process.waitFor(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            process.destroyForcibly();
            children.forEach(ProcessHandle::destroyForcibly);
        }
    }
}
