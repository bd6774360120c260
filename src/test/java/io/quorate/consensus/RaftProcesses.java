package io.quorate.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.Await;
import io.quorate.kernel.ClusterId;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.ServerId;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Some {@link RaftProcess}es of one group, by number. */
final class RaftProcesses implements AutoCloseable {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final int SHOWN_LINES = 25;

    private final Path root;
    private final ClusterRef cluster = ClusterRef.founded(new ClusterId(UUID.randomUUID()));
    private final List<ServerId> ids;
    private final Map<Integer, Map<String, String>> environments = new HashMap<>();
    private final List<Member> members = new ArrayList<>();

    private record Member(Process process, BufferedReader output, Writer input) {
        synchronized String ask(String command) {
            try {
                input.write(command + "\n");
                input.flush();
                String answer = CompletableFuture.supplyAsync(this::line, task -> new Thread(task).start())
                        .get(20, TimeUnit.SECONDS);
                return answer == null ? "gone" : answer;
            } catch (Exception e) {
                return "gone " + e;
            }
        }

        @Nullable
        String line() {
            try {
                return output.readLine();
            } catch (IOException e) {
                return null;
            }
        }
    }

    RaftProcesses(Path root, int count) {
        this.root = root;
        ids = RaftCluster.ids(count);
    }

    /** Before it is started. */
    void environment(int which, Map<String, String> more) {
        environments.put(which, more);
    }

    void startFounding(IntFunction<List<String>> flags) throws IOException {
        List<Integer> ports = freePorts(ids.size());
        Files.writeString(
                root.resolve("book"),
                IntStream.range(0, ids.size())
                        .mapToObj(i -> ids.get(i) + " " + ports.get(i) + "\n")
                        .collect(Collectors.joining()));
        for (int i = 0; i < ids.size(); i++) {
            ServerId id = ids.get(i);
            Path folder = Files.createDirectories(root.resolve(id.toString()));
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx256m",
                    "-XX:TieredStopAtLevel=1"));
            command.addAll(flags.apply(i));
            command.addAll(List.of(
                    "-cp",
                    System.getProperty("java.class.path"),
                    RaftProcess.class.getName(),
                    cluster.toString(),
                    id.toString(),
                    folder.toString(),
                    root.resolve("book").toString(),
                    Integer.toString(ports.get(i)),
                    ids.stream().map(ServerId::toString).collect(Collectors.joining(","))));
            ProcessBuilder builder = new ProcessBuilder(command).redirectError(log(i).toFile());
            builder.environment().putAll(environments.getOrDefault(i, Map.of()));
            Process process = builder.start();
            members.add(new Member(
                    process,
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)),
                    process.outputWriter(StandardCharsets.UTF_8)));
        }
        members.forEach(member -> assertThat(member.line()).as(this::evidence).isEqualTo("started"));
    }

    private static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
        }
        List<Integer> ports = sockets.stream().map(ServerSocket::getLocalPort).toList();
        for (ServerSocket socket : sockets) {
            socket.close();
        }
        return ports;
    }

    private Path log(int which) {
        return root.resolve("log-" + which);
    }

    String ask(int which, String command) {
        return members.get(which).ask(command);
    }

    /** Its number, once there is one. */
    int leader() {
        Await.until("a leader", LONG, () -> leading().size() == 1, this::evidence);
        return leading().get(0);
    }

    private List<Integer> leading() {
        return IntStream.range(0, members.size())
                .filter(i -> ask(i, "status").startsWith("LEADER"))
                .boxed()
                .toList();
    }

    String evidence() {
        StringBuilder all = new StringBuilder();
        try {
            for (int i = 0; i < members.size(); i++) {
                List<String> lines = Files.readAllLines(log(i));
                all.append("\n---- ")
                        .append(i)
                        .append(": ")
                        .append(ask(i, "status"))
                        .append('\n')
                        .append(String.join(
                                "\n", lines.subList(Math.max(0, lines.size() - SHOWN_LINES), lines.size())));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all.toString();
    }

    @Override
    public void close() {
        for (Member member : members) {
            member.process().destroyForcibly();
            try {
                assertThat(member.process().waitFor(20, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
