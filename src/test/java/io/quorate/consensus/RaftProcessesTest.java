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
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real processes, killed hard: what one JVM cannot show, because SOFAJRaft's nodes in it answer for each other. */
class RaftProcessesTest {
    private static final Duration LONG = Duration.ofMinutes(2);

    @TempDir
    Path root;

    private final ClusterRef cluster = ClusterRef.founded(new ClusterId(UUID.randomUUID()));
    private final List<ServerId> ids = RaftCluster.ids(3);
    private final Map<ServerId, Member> running = new LinkedHashMap<>();

    @AfterEach
    void close() {
        running.values().forEach(Member::kill);
    }

    private record Member(Process process, BufferedReader output, Writer input) {
        String ask(String command) {
            try {
                input.write(command + "\n");
                input.flush();
                String answer = CompletableFuture.supplyAsync(this::line, task -> new Thread(task).start())
                        .get(10, TimeUnit.SECONDS);
                return answer == null ? "gone" : answer;
            } catch (Exception e) {
                return "gone " + e;
            }
        }

        private @Nullable String line() {
            try {
                return output.readLine();
            } catch (IOException e) {
                return null;
            }
        }

        void kill() {
            process.destroyForcibly();
            try {
                assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        boolean leads() {
            return ask("status").startsWith("LEADER");
        }
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

    private void book(List<Integer> ports) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < ids.size(); i++) {
            text.append(ids.get(i)).append(' ').append(ports.get(i)).append('\n');
        }
        Path fresh = Files.writeString(root.resolve("book.new"), text);
        Files.move(fresh, root.resolve("book"), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private void start(int which, int port, boolean founding) throws IOException {
        ServerId id = ids.get(which);
        Files.createDirectories(root.resolve(id.toString()));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                RaftProcess.class.getName(),
                cluster.toString(),
                id.toString(),
                root.resolve(id.toString()).toString(),
                root.resolve("book").toString(),
                Integer.toString(port)));
        if (founding) {
            command.add(ids.stream().map(ServerId::toString).collect(Collectors.joining(",")));
        }
        Process process = new ProcessBuilder(command)
                .redirectError(root.resolve("log-" + which).toFile())
                .start();
        running.put(
                id,
                new Member(
                        process,
                        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)),
                        process.outputWriter(StandardCharsets.UTF_8)));
    }

    private void awaitStarted() {
        running.values().forEach(member -> assertThat(member.line()).isEqualTo("started"));
    }

    private Member leader() {
        Await.until("a leader", LONG, () -> running.values().stream().anyMatch(Member::leads), this::logs);
        return running.values().stream().filter(Member::leads).findFirst().orElseThrow();
    }

    private Object logs() {
        try {
            StringBuilder all = new StringBuilder();
            for (int i = 0; i < ids.size(); i++) {
                List<String> lines = Files.readAllLines(root.resolve("log-" + i));
                all.append(String.join("\n", lines.subList(Math.max(0, lines.size() - 15), lines.size())));
            }
            return running.values().stream()
                            .map(m -> m.ask("status") + ", notes: " + m.ask("count"))
                            .toList()
                    + "\n" + all;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void noAcknowledgedWriteIsLostWhenTheLeaderAndThenAllAreKilledAndComeBackElsewhere() throws Exception {
        List<Integer> ports = freePorts(3);
        book(ports);
        for (int i = 0; i < 3; i++) {
            start(i, ports.get(i), true);
        }
        awaitStarted();
        Member first = leader();
        List<String> acknowledged = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            if (first.ask("write a" + i + " x").equals("ok")) {
                acknowledged.add("a" + i);
            }
        }
        assertThat(acknowledged).hasSize(20);

        long before = System.nanoTime();
        ServerId killed = running.entrySet().stream()
                .filter(e -> e.getValue().process().pid() == first.process().pid())
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
        first.kill();
        running.remove(killed);
        Member second = leader();
        Duration failover = Duration.ofNanos(System.nanoTime() - before);
        System.out.println("failover after a hard kill: " + failover.toMillis() + " ms");
        for (int i = 0; i < 20; i++) {
            if (second.ask("write b" + i + " x").equals("ok")) {
                acknowledged.add("b" + i);
            }
        }
        assertThat(acknowledged).hasSize(40);

        running.values().forEach(Member::kill);
        running.clear();
        // Everybody comes back at another's port, and the book tells the truth only afterwards.
        List<Integer> moved = new ArrayList<>(ports);
        Collections.rotate(moved, 1);
        for (int i = 0; i < 3; i++) {
            start(i, moved.get(i), false);
        }
        awaitStarted();
        for (Member member : running.values()) {
            assertThat(member.ask("status")).contains(" 3");
        }
        book(moved);
        Member third = leader();
        assertThat(third.ask("write c x")).isEqualTo("ok");
        acknowledged.add("c");
        for (Member member : running.values()) {
            Await.until(
                    "everything acknowledged is there",
                    LONG,
                    () -> member.ask("count").equals(Integer.toString(acknowledged.size())),
                    this::logs);
            for (String name : acknowledged) {
                assertThat(member.ask("has " + name)).isEqualTo("1");
            }
        }
    }
}
