package io.quorate.bootstrap.driver;

import io.quorate.bootstrap.Effect;
import io.quorate.bootstrap.Folder;
import io.quorate.consensus.Consensus;
import io.quorate.kernel.ClusterRef;
import io.quorate.runtime.Disk;
import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Raft and its folder: begun, looked into, stopped and put away as the core's effects say. All methods block; one thread uses them. */
final class RaftLife {
    private static final Logger LOG = LoggerFactory.getLogger("io.quorate.founding");

    private final Consensus consensus;
    private final RaftFolder folder;

    RaftLife(Consensus consensus, Disk disk, Path data) {
        this.consensus = consensus;
        folder = new RaftFolder(disk, data);
    }

    /** @param member raft itself looks whether a member's log lacks something, when it starts on it: nobody else needs to */
    Folder look(boolean member) throws IOException {
        return folder.look(member ? null : consensus);
    }

    boolean isLogEmpty() {
        return consensus.inspect(folder.path()).isEmpty();
    }

    /** @throws io.quorate.consensus.ConsensusException when raft does not start */
    void carryOut(Effect effect) throws IOException {
        effect.match(new Works()).run();
    }

    private interface Work {
        void run() throws IOException;
    }

    private final class Works implements Effect.Cases<Work> {
        @Override
        public Work persist(Effect.Persist persist) {
            throw new IllegalStateException("the record is not raft's to write");
        }

        @Override
        public Work tell(Effect.Tell tell) {
            throw new IllegalStateException("raft tells nobody");
        }

        @Override
        public Work makeFolder(Effect.MakeFolder make) {
            return () -> {
                folder.make(make.cluster(), make.token());
                complete(make.cluster(), make.token());
            };
        }

        @Override
        public Work removeFolder(Effect.RemoveFolder remove) {
            return folder::remove;
        }

        @Override
        public Work putFolderAside(Effect.PutFolderAside aside) {
            return () -> folder.putAside()
                    .ifPresent(path -> LOG.atWarn()
                            .addKeyValue("folder", path)
                            .log("old raft data was moved aside; this server comes back as a new one"));
        }

        @Override
        public Work startRaft(Effect.StartRaft start) {
            return () -> {
                if (!folder.isComplete()) {
                    // Made by a version that left it to raft to make its files.
                    complete(start.cluster(), start.token());
                }
                consensus.start(new Consensus.GroupStart(
                        start.cluster(), start.self(), folder.path(), start.token(), start.founders(), start.led()));
            };
        }

        @Override
        public Work stopRaft(Effect.StopRaft stop) {
            return consensus::stop;
        }

        @Override
        public Work inspectLog(Effect.InspectLog inspect) {
            throw new IllegalStateException("what the log holds is asked for, not done");
        }

        @Override
        public Work askAll(Effect.AskAll ask) {
            throw new IllegalStateException("raft asks nobody");
        }
    }

    private void complete(ClusterRef cluster, String token) throws IOException {
        consensus.layOut(folder.path(), token);
        folder.completed(cluster, token);
    }

    /** What was done to the folder's name before the disk failed survives a power failure from now on. */
    void settle() throws IOException {
        folder.settle();
    }

    void stop() {
        consensus.stop();
    }
}
