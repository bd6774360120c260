package io.quorate.consensus.jraft;

import io.quorate.consensus.Consensus.GroupStart;
import io.quorate.consensus.ConsensusException;
import io.quorate.kernel.Plain;
import io.quorate.store.StateAheadException;
import io.quorate.store.StateStore;
import io.quorate.store.StateUnavailableException;
import io.quorate.store.StoreIdentity;

/** Opens a group's database, and looks on the way whether its folder lacks what this server once stored. */
final class StateOpening {
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
            StoreIdentity identity = new StoreIdentity(start.cluster(), start.token());
            store.open(RaftStorage.state(start.folder()), identity, stored);
        } catch (StateAheadException e) {
            throw new ConsensusException("raft/log lacks entries: " + Plain.reason(e), true, e);
        } catch (StateUnavailableException e) {
            throw new ConsensusException(Plain.reason(e), false, e);
        }
    }
}
