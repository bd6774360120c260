package io.quorate.bootstrap;

import io.quorate.kernel.FoundingState;
import io.quorate.kernel.ServerId;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What was heard about the one charter that binds this server, from its founders alone. Only grows: each part is a thing that nobody
 * takes back, so the age of a word does not matter.
 *
 * @param pledged founders that said that they pledged
 * @param withdrawn founders that said that they withdrew
 * @param started a founder said that it started: whoever did held all pledges
 * @param dead a founder has refused it for ever
 */
record Proofs(SortedSet<ServerId> pledged, SortedSet<ServerId> withdrawn, boolean started, boolean dead) {
    static final Proofs NONE = new Proofs(Collections.emptySortedSet(), Collections.emptySortedSet(), false, false);

    Proofs with(Charter charter, Word word) {
        boolean founder = charter.names(word.id());
        boolean same = word.charter() != null && word.charter().equals(charter);
        boolean saysPledged = founder && same && word.kind() == FoundingState.PLEDGED;
        boolean saysWithdrawn = founder && same && word.kind() == FoundingState.WITHDRAWN;
        boolean saysStarted =
                founder && word.cluster() != null && word.cluster().id().equals(charter.id());
        // Of somebody whom the charter does not name nobody knows that he ever had a say in it.
        boolean saysDead = founder && charter.id().equals(word.dead());
        return new Proofs(
                saysPledged ? plus(pledged, word.id()) : pledged,
                saysWithdrawn ? plus(withdrawn, word.id()) : withdrawn,
                started || saysStarted,
                dead || saysDead);
    }

    private static SortedSet<ServerId> plus(SortedSet<ServerId> set, ServerId id) {
        if (set.contains(id)) {
            return set;
        }
        TreeSet<ServerId> more = new TreeSet<>(set);
        more.add(id);
        return Collections.unmodifiableSortedSet(more);
    }
}
