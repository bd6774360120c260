package io.quorate.consensus;

import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.ServerId;
import io.quorate.rpc.AddressBook;
import io.quorate.rpc.BoltRpcCaller;
import io.quorate.rpc.RpcPort;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One server as a process of its own: {@code <cluster> <id> <folder> <address book file> <port> <founders, comma separated>}.
 * Takes commands on its standard input and ends when that closes. The book is a file of {@code id port} lines, read at each ask.
 */
final class RaftProcess {
    private RaftProcess() {}

    private record FileBook(Path file, ServerId self) implements AddressBook {
        Map<ServerId, Endpoint> entries() {
            Map<ServerId, Endpoint> all = new LinkedHashMap<>();
            try {
                for (String line : Files.readAllLines(file)) {
                    String[] words = line.split(" ", -1);
                    all.put(
                            ServerId.of(words[0]),
                            new Endpoint(InetAddress.getLoopbackAddress(), Integer.parseInt(words[1])));
                }
            } catch (IOException e) {
                return Map.of();
            }
            return all;
        }

        @Override
        public Optional<Endpoint> find(ServerId server) {
            return Optional.ofNullable(entries().get(server));
        }

        @Override
        public Set<ServerId> known() {
            Set<ServerId> all = new TreeSet<>(entries().keySet());
            all.remove(self);
            return all;
        }

        @Override
        public void onMove(Consumer<ServerId> listener) {}
    }

    public static void main(String[] arguments) throws Exception {
        PrintStream answers = System.out;
        // What libraries print must not be taken for answers.
        System.setOut(System.err);
        ServerId self = ServerId.of(arguments[1]);
        RpcPort port =
                RpcPort.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[4])));
        Consensus consensus = JraftConsensus.create(ConsensusSettings.of(
                new FileBook(Path.of(arguments[3]), self),
                port,
                new BoltRpcCaller(),
                List.of(new NoteCommand.Family()),
                new ConsensusSettings.Timing(1000, 500, ConsensusSettings.Snapshots.DEFAULT)));
        List<ServerId> founders = arguments.length < 6
                ? List.of()
                : Arrays.stream(arguments[5].split(",", -1)).map(ServerId::of).toList();
        Path folder = Path.of(arguments[2]);
        try (var files = Files.list(folder)) {
            if (files.findAny().isEmpty()) {
                consensus.layOut(folder, "token");
            }
        }
        consensus.start(new Consensus.GroupStart(
                ClusterRef.of(arguments[0]), self, folder, "token", founders, founders.isEmpty()));
        AtomicLong led = new AtomicLong();
        consensus.listen(status -> {
            if (status.isLeader() && led.get() == 0) {
                led.set(System.currentTimeMillis());
            } else if (!status.isLeader()) {
                led.set(0);
            }
        });
        answers.println("started");
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            answers.println(answer(consensus, led, line.split(" ", -1)));
        }
        consensus.close();
        port.close();
        System.exit(0);
    }

    private static @Nullable Load load;

    private static Load load() {
        return Objects.requireNonNull(load, "no load was asked for");
    }

    /** How many of the names in that file have no note here. */
    private static long lacks(Consensus consensus, Path file) throws IOException {
        Set<String> there = consensus
                .state()
                .read(connection -> {
                    Set<String> names = new HashSet<>();
                    try (Statement statement = connection.createStatement();
                            ResultSet rows = statement.executeQuery("SELECT name FROM notes")) {
                        while (rows.next()) {
                            names.add(rows.getString(1));
                        }
                    }
                    return names;
                })
                .value();
        try (Stream<String> names = Files.lines(file)) {
            return names.filter(name -> !there.contains(name)).count();
        }
    }

    private static String answer(Consensus consensus, AtomicLong led, String[] words) {
        try {
            return switch (words[0]) {
                case "status" -> {
                    RaftStatus status = consensus.status();
                    yield status.role() + " " + status.leader() + " " + status.term() + " " + status.lastLogIndex()
                            + " " + status.voters().size();
                }
                case "write" -> {
                    consensus.append(new NoteCommand.Write(words[1], words[2])).get(5, TimeUnit.SECONDS);
                    yield "ok";
                }
                case "count" ->
                    ""
                            + consensus
                                    .state()
                                    .read(connection -> {
                                        try (Statement statement = connection.createStatement();
                                                ResultSet row = statement.executeQuery("SELECT COUNT(*) FROM notes")) {
                                            row.next();
                                            return row.getLong(1);
                                        }
                                    })
                                    .value();
                case "has" ->
                    ""
                            + consensus
                                    .state()
                                    .read(connection -> {
                                        try (Statement statement = connection.createStatement();
                                                ResultSet row = statement.executeQuery(
                                                        "SELECT COUNT(*) FROM notes WHERE name = '" + words[1] + "'")) {
                                            row.next();
                                            return row.getLong(1);
                                        }
                                    })
                                    .value();
                case "led" -> Long.toString(led.get());
                case "disk" -> {
                    RaftStatus.Disk disk = consensus.status().disk();
                    yield disk == null ? "well" : disk.toString();
                }
                case "load" -> {
                    load = new Load(consensus, words[1], Integer.parseInt(words[2]));
                    yield "ok";
                }
                case "enough" -> {
                    load().stop();
                    yield "ok";
                }
                case "acknowledged" -> Integer.toString(load().acknowledged());
                case "unanswered" -> Integer.toString(load().unanswered());
                case "names" -> {
                    load().writeNames(Path.of(words[1]));
                    yield "ok";
                }
                case "steps" -> {
                    load().writeSteps(Path.of(words[1]));
                    yield "ok";
                }
                case "lacks" -> Long.toString(lacks(consensus, Path.of(words[1])));
                default -> "unknown";
            };
        } catch (Exception e) {
            return "failed " + e;
        }
    }
}
