package io.quorate.membership.net;

import io.quorate.kernel.Endpoint;
import io.quorate.membership.swim.Snapshots;
import io.quorate.membership.swim.Swim;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Who is known, kept over a restart. Owner: the gossip loop, once gossip has begun. */
final class KnownMembers {
    private static final int MAX_REJOINED = 64;
    /** With many members one more is no news to a restart, and the file is long. */
    private static final int LOOKS_BETWEEN_LONG_FILES = 10;

    private final @Nullable GossipFolder folder;
    private final boolean keptAfterLeave;
    private final Snapshots atStart;
    private List<Endpoint> addresses;
    private long version = -1;
    private int looks;
    private boolean left;

    /** @param folder absent: nothing is kept */
    KnownMembers(@Nullable GossipFolder folder, boolean keptAfterLeave) {
        this.folder = folder;
        this.keptAfterLeave = keptAfterLeave;
        atStart = folder == null ? Snapshots.EMPTY : folder.members();
        addresses = atStart.addresses();
    }

    Snapshots atStart() {
        return atStart;
    }

    /** Whom to join again, in any order: one that answers is enough, it knows the others. */
    List<Swim.Target> toRejoin(Random random) {
        List<Endpoint> some = new ArrayList<>(atStart.addresses());
        Collections.shuffle(some, random);
        return some.stream()
                .limit(MAX_REJOINED)
                .map(a -> new Swim.Target(a.toString(), a))
                .toList();
    }

    /**
     * Once a second. Whoever is killed soon after it met the first others must find them again: nobody else may look for it, as
     * after a forced leave.
     */
    void look(Swim swim) {
        looks++;
        if (addresses.size() < MAX_REJOINED || looks % LOOKS_BETWEEN_LONG_FILES == 0) {
            keep(swim);
        }
    }

    void keep(Swim swim) {
        if (folder == null || left || swim.version() == version) {
            return;
        }
        version = swim.version();
        List<Endpoint> living = swim.livingAddresses();
        if (!living.isEmpty()) {
            // With nobody there, where they were last is still the best that is known.
            addresses = living;
        }
        folder.keep(new Snapshots(addresses, swim.clusterMembers()));
    }

    /** From here on nothing more is kept. */
    void leave() {
        left = true;
        if (folder != null && !keptAfterLeave) {
            folder.keep(Snapshots.EMPTY);
        }
    }
}
