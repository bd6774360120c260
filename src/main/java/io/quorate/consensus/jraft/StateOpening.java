package io.quorate.consensus.jraft;

import io.quorate.consensus.Consensus.GroupStart;
import io.quorate.consensus.ConsensusException;
import io.quorate.kernel.Plain;
import io.quorate.runtime.Chance;
import io.quorate.store.StateAheadException;
import io.quorate.store.StateStore;
import io.quorate.store.StateUnavailableException;
import io.quorate.store.StoreIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens a group's database, and looks on the way whether its folder lacks what this server once stored. */
final class StateOpening {
    private static final Logger LOG = LoggerFactory.getLogger(StateOpening.class);
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    private StateOpening() {}

    /** @throws ConsensusException when the folder shows by itself that data was lost */
    static void check(GroupStart start, RaftStorage.Stored stored, Promise promise) {
        if (start.led() && stored.lastIndex() == 0) {
            throw Inventory.lost("log", "is empty, but this server knew entries committed");
        }
        if (stored.hasGap()) {
            throw Inventory.lost(
                    "snapshot", "is missing, or older than the log: what stood before the log's begin is nowhere");
        }
        Inventory.checkAge(promise, stored.termAt(stored.lastIndex()));
    }

    /** @throws ConsensusException when the database does not open, or knows more than the log; then nothing is open */
    static void open(StateStore<?> store, GroupStart start, RaftStorage.Stored stored) {
        try {
            StoreIdentity identity = new StoreIdentity(start.cluster(), start.token(), bootId());
            store.open(RaftStorage.state(start.folder()), identity, stored);
        } catch (StateAheadException e) {
            throw new ConsensusException("raft/log lacks entries: " + Plain.reason(e), true, e);
        } catch (StateUnavailableException e) {
            throw new ConsensusException(Plain.reason(e), false, e);
        }
    }

    /** Without one every unclean stop counts as a restart of the machine. */
    private static String bootId() {
        try {
            String id = Files.readString(BOOT_ID).strip();
            if (!id.isEmpty()) {
                return id;
            }
        } catch (IOException e) {
            LOG.atDebug().setCause(e).log("this system does not name its runs");
        }
        return "unknown-" + Chance.uuid(Chance.secure());
    }
}
