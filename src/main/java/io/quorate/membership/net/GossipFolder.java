package io.quorate.membership.net;

import io.quorate.kernel.Plain;
import io.quorate.membership.swim.Snapshots;
import io.quorate.membership.swim.Swim;
import io.quorate.runtime.Disk;
import io.quorate.runtime.DurableFile;
import io.quorate.runtime.Threads;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The two files of gossip: a bound on the incarnations used, and the members known. */
final class GossipFolder implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GossipFolder.class);
    private static final int MAX_SNAPSHOT = 16 * 1024 * 1024;

    private final DurableFile incarnation;
    private final DurableFile snapshot;
    private final AtomicReference<@Nullable Snapshots> newest = new AtomicReference<>();
    /** One runs, one waits. */
    private final ThreadPoolExecutor writer = Threads.pool("gossip-files", 1, 1);

    GossipFolder(Disk disk, Path folder) throws IOException {
        Files.createDirectories(folder);
        incarnation = new DurableFile(disk, folder.resolve("incarnation"), 64);
        snapshot = new DurableFile(disk, folder.resolve("members"), MAX_SNAPSHOT);
    }

    /**
     * The first incarnation that was surely never used in this folder, as far as it is known. The file holds no promise: an agent
     * that begins anew is corrected by the others, and refutes what they still hold of it.
     */
    long firstIncarnation() throws IOException {
        byte[] bytes = incarnation.read().orElse(null);
        if (bytes == null) {
            return 1;
        }
        try {
            long kept = Long.parseLong(new String(bytes, StandardCharsets.US_ASCII).strip());
            if (kept >= Swim.SPOILT_INCARNATION) {
                LOG.atWarn()
                        .addKeyValue("file", incarnation.path())
                        .addKeyValue("number", kept)
                        .log(
                                "no agent counts that far: forged gossip has driven this number up, and it begins at 1 again");
                return 1;
            }
            return Math.max(1, kept);
        } catch (NumberFormatException e) {
            LOG.atWarn()
                    .addKeyValue("file", incarnation.path())
                    .log(
                            "the incarnations used are not known: the file is empty or damaged; the other members correct it");
            return 1;
        }
    }

    /** Returns once it is durable. */
    void raise(long bound) {
        try {
            incarnation.write((bound + "\n").getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            // The others would still be told apart by refuting; a full disk must not silence this member.
            LOG.atWarn()
                    .addKeyValue("file", incarnation.path())
                    .setCause(e)
                    .log("cannot note the incarnations used; free the disk");
        }
    }

    Snapshots members() {
        try {
            byte[] bytes = snapshot.read().orElse(null);
            return bytes == null ? Snapshots.EMPTY : Snapshots.decode(bytes);
        } catch (IOException e) {
            LOG.atWarn()
                    .addKeyValue("file", snapshot.path())
                    .addKeyValue("reason", Plain.reason(e))
                    .log("known members cannot be read; they are found again by joining");
            return Snapshots.EMPTY;
        }
    }

    /** Written in the background; of those that wait only the newest is. */
    void keep(Snapshots members) {
        newest.set(members);
        try {
            writer.execute(this::writeNewest);
        } catch (RejectedExecutionException e) {
            LOG.atDebug().log("the task that waits already takes the newest");
        }
    }

    private void writeNewest() {
        Snapshots members = newest.getAndSet(null);
        if (members == null) {
            return;
        }
        try {
            snapshot.write(members.encode());
        } catch (IOException e) {
            LOG.atWarn()
                    .addKeyValue("file", snapshot.path())
                    .setCause(e)
                    .log("cannot write the known members; free the disk");
        }
    }

    /** Waits for what is being written. */
    @Override
    public void close() {
        writer.shutdown();
        try {
            if (!writer.awaitTermination(2, TimeUnit.SECONDS)) {
                LOG.atWarn().log("known members were not written in 2 s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
