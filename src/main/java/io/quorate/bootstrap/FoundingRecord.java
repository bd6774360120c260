package io.quorate.bootstrap;

import io.quorate.kernel.ClusterId;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What a server keeps on disk about founding. All of it stands in one file: who loses one part loses all and is a new server. A
 * server id that outlived its pledge could refuse what it had pledged and kill a living charter.
 *
 * @param name of the node when it last started
 * @param starts how often an agent was started on this record, from 1
 * @param refused charters that this server will never pledge to: each of them is dead
 */
public record FoundingRecord(ServerId id, NodeName name, long starts, SortedSet<ClusterId> refused, Standing standing) {
    /** Beyond so many a server pledges to nothing more: an old refusal is never forgotten. */
    public static final int MAX_REFUSED = 10_000;

    /** One more than it promises with: the charter that binds it when the list is full may turn out to be dead. */
    public static final int MAX_STORED_REFUSED = MAX_REFUSED + 1;

    public FoundingRecord {
        if (starts < 1 || refused.size() > MAX_STORED_REFUSED) {
            throw new IllegalArgumentException(
                    "impossible counts: " + starts + " starts, " + refused.size() + " refused charters");
        }
        refused = Collections.unmodifiableSortedSet(new TreeSet<>(refused));
    }

    static FoundingRecord fresh(ServerId id, NodeName name) {
        return new FoundingRecord(id, name, 1, Collections.emptySortedSet(), new Standing.Blank(null));
    }

    FoundingRecord standing(Standing next) {
        return new FoundingRecord(id, name, starts, refused, next);
    }

    FoundingRecord refusing(ClusterId charter) {
        TreeSet<ClusterId> more = new TreeSet<>(refused);
        more.add(charter);
        return new FoundingRecord(id, name, starts, more, standing);
    }

    /** The same data under another identity: nobody can hold the old one's votes or promises against it. */
    FoundingRecord renewed(ServerId next) {
        return new FoundingRecord(next, name, starts, refused, standing);
    }

    FoundingRecord started(NodeName as) {
        return new FoundingRecord(id, as, starts + 1, refused, standing);
    }

    FoundingRecord withStarts(long count) {
        return new FoundingRecord(id, name, count, refused, standing);
    }
}
