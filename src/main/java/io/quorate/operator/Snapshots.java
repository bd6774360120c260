package io.quorate.operator;

import io.quorate.answer.AskException;
import io.quorate.answer.Streamed;
import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.Plain;
import io.quorate.kernel.ServerId;
import io.quorate.runtime.Clocks;
import io.quorate.store.PendingArchive;
import io.quorate.store.StateReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Archives of this server's state for whoever asks. Each is written into a file of its own first, because its head says how long it
 * is, and because nobody who reads slowly may hold the database. Safe for any thread.
 */
final class Snapshots {
    private static final Logger LOG = LoggerFactory.getLogger(Snapshots.class);
    /** Below the data directory; what is in it at a start was left by a process that was killed. */
    private static final String FOLDER = "snapshots";

    /** What raft must have left, whatever else is on the disk. */
    private static final long SPARE = 32 << 20;

    private static final int MAX_FILES = 100_000;

    private static final String NOTHING_YET = "Raft error when taking snapshot: nothing new to snapshot";

    private final AgentParts parts;
    private final AgentParts.ServerParts server;
    private final Path folder;
    private final AtomicLong numbers = new AtomicLong();

    Snapshots(AgentParts parts, AgentParts.ServerParts server) {
        this.parts = parts;
        this.server = server;
        this.folder = parts.identity().dataFolder().resolve(FOLDER);
        clear();
    }

    private void clear() {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Files.delete(file);
            }
        } catch (IOException e) {
            LOG.atWarn()
                    .addKeyValue("folder", folder)
                    .addKeyValue("reason", Plain.reason(e))
                    .log("what is left of snapshots that were not read to their end could not be deleted");
        }
    }

    /** @throws AskException when there is nothing to save, or no room for it */
    Streamed<OperatorOperations.Nothing> save() {
        StateReader state = server.consensus().state();
        if (state.appliedIndex() == 0) {
            throw new AskException(AskException.Kind.REFUSED, NOTHING_YET);
        }
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new AskException(AskException.Kind.FAILED, "no snapshot can be written: " + Plain.reason(e));
        }
        refuseWithoutRoom();
        Instant now = Clocks.wall().instant();
        PendingArchive archive = state.beginArchive();
        return new Streamed<>(
                new OperatorOperations.Nothing(),
                archive.index(),
                new SnapshotArchive(
                        archive,
                        folder.resolve(numbers.incrementAndGet() + ".archive"),
                        size -> NativeJson.write(meta(archive, size, now), false),
                        now));
    }

    /** A full disk would stop this server: an archive has fewer bytes than log, snapshot and database together. */
    private void refuseWithoutRoom() {
        long needed = SPARE;
        long free;
        try (Stream<Path> files = Files.walk(parts.identity().dataFolder())) {
            for (Path file : (Iterable<Path>) files.limit(MAX_FILES)::iterator) {
                needed += Files.isRegularFile(file) ? size(file) : 0;
            }
            free = Files.getFileStore(folder).getUsableSpace();
        } catch (IOException | UncheckedIOException e) {
            throw new AskException(AskException.Kind.FAILED, "no snapshot can be written: " + Plain.reason(e));
        }
        refuseWithoutRoom(free, needed);
    }

    static void refuseWithoutRoom(long free, long needed) {
        if (free < needed) {
            throw new AskException(
                    AskException.Kind.FAILED,
                    "no snapshot is written: " + (free >> 20) + " MB are free in the data directory, and it may need "
                            + (needed >> 20) + " MB");
        }
    }

    /** Files come and go while raft works. */
    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException gone) {
            return 0;
        }
    }

    /** As Consul's archives have it; its readers want no more than id, index, term, version and size. */
    private Map<String, Object> meta(PendingArchive archive, long size, Instant now) {
        RaftStatus raft = server.consensus().status();
        ShownServers servers = ShownServers.of(parts);
        List<Map<String, Object>> voters = new ArrayList<>();
        for (ServerId id : raft.voters()) {
            Map<String, Object> voter = new LinkedHashMap<>();
            voter.put("Suffrage", 0);
            voter.put("ID", id.toString());
            voter.put("Address", servers.address(id));
            voters.add(voter);
        }
        Map<String, Object> meta = new LinkedHashMap<>();
        meta.put("Version", 1);
        meta.put("ID", archive.term() + "-" + archive.index() + "-" + now.toEpochMilli());
        meta.put("Index", archive.index());
        meta.put("Term", archive.term());
        meta.put("Peers", "");
        meta.put("Configuration", Map.of("Servers", voters));
        meta.put("ConfigurationIndex", 0);
        meta.put("Size", size);
        return meta;
    }
}
