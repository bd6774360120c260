package io.quorate.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.Await;
import io.quorate.testing.FailingDisk;
import io.quorate.testing.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The leader's disk hangs under write load, in three real processes. What {@code src/docs/consensus.md} says of it comes from here.
 */
class StalledProcessesTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final int SERVERS = 3;
    private static final int AT_A_TIME = 2000;
    /** As {@link RaftProcess} has it. */
    private static final Duration ELECTION_TIMEOUT = Duration.ofSeconds(1);

    private static final int RUNS = 10;

    @TempDir
    Path root;

    /**
     * @param ledAfterMs from the stall's begin until another server led
     * @param quietMs the longest time without an acknowledged write, from the stall's begin on
     */
    private record Figures(long ledAfterMs, long quietMs, int acknowledged) {}

    @Test
    @Fault(
            line = "A1b",
            fault = "the fsync of the leader's raft log hangs for some seconds under write load",
            seen =
                    "a follower leads while it hangs; afterwards all three have every acknowledged write, and nobody waits")
    void whileTheLeadersLogHangsAnotherLeads() throws Exception {
        try (RaftProcesses processes = new RaftProcesses(root, SERVERS)) {
            Path faults = root.resolve("faults");
            processes.startFounding(which -> List.of("-D" + SwitchedLogFaults.PROPERTY + "=" + faults + which));
            Figures figures = stall(
                    processes,
                    Duration.ofSeconds(6),
                    leader -> write(Path.of(faults.toString() + leader), "stall"),
                    leader -> delete(Path.of(faults.toString() + leader)));
            System.out.println("log stalled for 6 s: " + figures);
        }
    }

    @Test
    @Fault(
            line = "A1b",
            fault = "every fsync of the leader's process hangs: log, votes and all else",
            seen =
                    "a follower leads while it hangs; afterwards all three have every acknowledged write, and nobody waits")
    void whileTheLeadersWholeDiskHangsAnotherLeads() throws Exception {
        FailingDisk[] disks = new FailingDisk[SERVERS];
        for (int i = 0; i < SERVERS; i++) {
            disks[i] = FailingDisk.in(root, "disk-" + i);
        }
        try (RaftProcesses processes = new RaftProcesses(root, SERVERS)) {
            for (int i = 0; i < SERVERS; i++) {
                processes.environment(i, disks[i].environment());
            }
            processes.startFounding(which -> List.of());
            Figures figures = stall(
                    processes,
                    Duration.ofSeconds(6),
                    leader -> disks[leader].stall("/"),
                    leader -> disks[leader].heal());
            System.out.println("whole disk stalled for 6 s: " + figures);
        }
    }

    @Test
    @Tag("long")
    void tenOfTenClustersRecoverFromAStallOfSixteenSeconds() throws Exception {
        List<Figures> all = new ArrayList<>();
        for (int run = 0; run < RUNS; run++) {
            Path folder = Files.createDirectory(root.resolve("run-" + run));
            FailingDisk[] disks = new FailingDisk[SERVERS];
            try (RaftProcesses processes = new RaftProcesses(folder, SERVERS)) {
                for (int i = 0; i < SERVERS; i++) {
                    disks[i] = FailingDisk.in(folder, "disk-" + i);
                    processes.environment(i, disks[i].environment());
                }
                processes.startFounding(which -> List.of());
                Figures figures = stall(
                        processes,
                        Duration.ofSeconds(16),
                        leader -> disks[leader].stall("/log/"),
                        leader -> disks[leader].heal());
                System.out.println("run " + run + ", log stalled for 16 s: " + figures);
                all.add(figures);
            }
        }
        System.out.println("another leads after: "
                + summary(all.stream().map(Figures::ledAfterMs).toList()));
        System.out.println("longest time without an acknowledged write: "
                + summary(all.stream().map(Figures::quietMs).toList()));
        assertThat(all)
                .allSatisfy(f -> assertThat(f.ledAfterMs()).isLessThanOrEqualTo(3 * ELECTION_TIMEOUT.toMillis()));
    }

    private static String summary(List<Long> ms) {
        List<Long> sorted = ms.stream().sorted().toList();
        return "min " + sorted.get(0) + " ms, median " + sorted.get(sorted.size() / 2) + " ms, max "
                + sorted.get(sorted.size() - 1) + " ms";
    }

    private interface Deed {
        void to(int server) throws IOException;
    }

    private Figures stall(RaftProcesses processes, Duration length, Deed begin, Deed end) throws Exception {
        int stalled = processes.leader();
        for (int i = 0; i < SERVERS; i++) {
            assertThat(processes.ask(i, "load " + (char) ('a' + i) + " " + AT_A_TIME))
                    .isEqualTo("ok");
        }
        until("the load runs", processes, () -> number(processes, stalled, "acknowledged") >= AT_A_TIME);
        long begun = System.currentTimeMillis();
        begin.to(stalled);
        try {
            until(
                    "another leads while it hangs",
                    processes,
                    () -> others(stalled).stream().anyMatch(i -> number(processes, i, "led") > begun));
            until(
                    "it says that its disk hangs",
                    processes,
                    () -> processes.ask(stalled, "disk").contains("has not returned"));
            int next = others(stalled).stream()
                    .filter(i -> number(processes, i, "led") > begun)
                    .findFirst()
                    .orElseThrow();
            long before = number(processes, next, "acknowledged");
            until("the new leader writes", processes, () -> number(processes, next, "acknowledged") > before + 100);
            until("the stall has its length", processes, () -> System.currentTimeMillis() - begun >= length.toMillis());
        } finally {
            end.to(stalled);
        }
        until(
                "it follows, and its disk is well",
                processes,
                () -> processes.ask(stalled, "status").startsWith("FOLLOWER")
                        && processes.ask(stalled, "disk").equals("well"));
        return after(processes, begun, stalled);
    }

    private Figures after(RaftProcesses processes, long begun, int stalled) throws IOException {
        for (int i = 0; i < SERVERS; i++) {
            assertThat(processes.ask(i, "enough")).isEqualTo("ok");
        }
        long ended = System.currentTimeMillis();
        int acknowledged = 0;
        TreeSet<Long> steps = new TreeSet<>();
        List<String> names = new ArrayList<>();
        for (int i = 0; i < SERVERS; i++) {
            int server = i;
            until("no write is left without an end", processes, () -> number(processes, server, "unanswered") == 0);
            acknowledged += (int) number(processes, i, "acknowledged");
            Path file = root.resolve("acknowledged-" + i);
            assertThat(processes.ask(i, "names " + file)).isEqualTo("ok");
            names.addAll(lines(file));
            assertThat(processes.ask(i, "steps " + file)).isEqualTo("ok");
            lines(file).forEach(line -> steps.add(Long.parseLong(line)));
        }
        assertThat(names).hasSize(acknowledged);
        Path all = Files.write(root.resolve("acknowledged"), names);
        for (int i = 0; i < SERVERS; i++) {
            int server = i;
            until("every acknowledged write is there", processes, () -> number(processes, server, "lacks " + all) == 0);
        }
        long led = others(stalled).stream()
                .map(i -> number(processes, i, "led"))
                .filter(at -> at > begun)
                .min(Long::compare)
                .orElseThrow();
        return new Figures(led - begun, longestGapMs(steps, begun, ended), acknowledged);
    }

    private static long longestGapMs(SortedSet<Long> steps, long from, long to) {
        long longest = 0;
        long before = from / Load.STEP_MS;
        for (long step : steps.tailSet(before)) {
            longest = Math.max(longest, step - before);
            before = step;
        }
        return Math.max(longest, to / Load.STEP_MS - before) * Load.STEP_MS;
    }

    private static List<Integer> others(int than) {
        List<Integer> all = new ArrayList<>();
        for (int i = 0; i < SERVERS; i++) {
            if (i != than) {
                all.add(i);
            }
        }
        return all;
    }

    private static long number(RaftProcesses processes, int server, String question) {
        String answer = processes.ask(server, question);
        return answer.matches("[0-9]+") ? Long.parseLong(answer) : -1;
    }

    private static void until(String what, RaftProcesses processes, BooleanSupplier condition) {
        Await.until(what, LONG, condition::getAsBoolean, processes::evidence);
    }

    private static List<String> lines(Path file) throws IOException {
        return Files.readAllLines(file).stream().filter(line -> !line.isEmpty()).toList();
    }

    private static void write(Path file, String text) throws IOException {
        Files.writeString(file, text);
    }

    private static void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
    }
}
