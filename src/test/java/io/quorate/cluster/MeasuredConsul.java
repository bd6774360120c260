package io.quorate.cluster;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Three real Consul servers that found a datacenter as ours do, to measure beside them. */
final class MeasuredConsul implements AutoCloseable {
    private static final Duration WITHIN = Duration.ofSeconds(60);

    private final String binary;
    private final Path folder;
    private final List<Place> places = List.of(Place.next(), Place.next(), Place.next());
    private final List<Process> processes = new ArrayList<>();
    private long began;

    MeasuredConsul(String binary, Path folder) {
        this.binary = binary;
        this.folder = folder;
    }

    /** When it began, by the monotonic clock; returns once all three know a leader. */
    long start() {
        began = System.nanoTime();
        for (int i = 0; i < places.size(); i++) {
            processes.add(started(i));
        }
        Patience.until("consul has a leader", WITHIN, () -> {
            for (Place place : places) {
                if (Reply.to("GET", place.httpAddress(), "/v1/status/leader", "")
                                .body()
                                .length()
                        < 5) {
                    throw new AssertionError("no leader at " + place.address());
                }
            }
        });
        return began;
    }

    /** Likewise, once a first write is acknowledged. */
    long write() {
        Patience.until("consul takes a write", WITHIN, () -> {
            String answer = Reply.to("PUT", places.get(0).httpAddress(), "/v1/kv/measured", "v")
                    .body();
            if (!answer.strip().equals("true")) {
                throw new AssertionError(answer);
            }
        });
        return began;
    }

    Map<String, Long> pids() {
        Map<String, Long> pids = new LinkedHashMap<>();
        for (int i = 0; i < processes.size(); i++) {
            pids.put("server consul-" + i, processes.get(i).pid());
        }
        return pids;
    }

    private Process started(int i) {
        Place place = places.get(i);
        try {
            Path own = Files.createDirectories(folder.resolve("s" + i));
            File log = own.resolve("log.txt").toFile();
            return new ProcessBuilder(
                            binary,
                            "agent",
                            "-server",
                            "-bootstrap-expect=3",
                            "-node=consul-" + i,
                            "-data-dir=" + own.resolve("data"),
                            "-bind=" + place.address(),
                            "-client=" + place.address(),
                            "-http-port=" + place.http(),
                            "-server-port=" + place.rpc(),
                            "-serf-lan-port=" + place.gossip(),
                            "-serf-wan-port=-1",
                            "-dns-port=-1",
                            "-retry-interval=1s",
                            "-retry-join=" + places.get(0).gossipAddress(),
                            "-hcl=performance { raft_multiplier = 1 }")
                    .redirectErrorStream(true)
                    .redirectOutput(log)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        processes.forEach(Process::destroyForcibly);
        for (Process process : processes) {
            process.onExit().join();
        }
    }
}
