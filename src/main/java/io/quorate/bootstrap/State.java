package io.quorate.bootstrap;

import io.quorate.kernel.NodeName;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Everything one server knows about founding: the record, which is on disk, and what it saw and heard since it started.
 *
 * @param leader raft knows a leader
 * @param peers other servers of the datacenter, by gossip
 * @param heard the last word of each other server
 * @param proofs about the charter that binds this server
 * @param answers of the last round
 * @param joined the first round of joins is over
 * @param waits for what this server waits, and since when
 */
public record State(
        FoundingRecord record,
        Raft raft,
        boolean leader,
        SortedMap<NodeName, Peer> peers,
        SortedMap<NodeName, Word> heard,
        Proofs proofs,
        List<Word> answers,
        boolean joined,
        Waits waits) {
    static final int MAX_HEARD = 1024;

    static State starting(FoundingRecord record) {
        return new State(
                record,
                Raft.NONE,
                false,
                Collections.emptySortedMap(),
                Collections.emptySortedMap(),
                Proofs.NONE,
                List.of(),
                false,
                Waits.NONE);
    }

    public Standing standing() {
        return record.standing();
    }

    public @Nullable Charter charter() {
        return record.standing().charter();
    }

    /** A new standing under another charter, or none, begins without proofs. */
    State record(FoundingRecord next) {
        Charter before = record.standing().charter();
        Charter after = next.standing().charter();
        boolean same = before != null && before.equals(after) && record.id().equals(next.id());
        return new State(next, raft, leader, peers, heard, same ? proofs : Proofs.NONE, answers, joined, waits);
    }

    State raft(Raft next) {
        return new State(record, next, next == Raft.RUNNING && leader, peers, heard, proofs, answers, joined, waits);
    }

    State leader(boolean known) {
        return new State(record, raft, known, peers, heard, proofs, answers, joined, waits);
    }

    State afterJoins() {
        return new State(record, raft, leader, peers, heard, proofs, answers, true, waits);
    }

    State answers(List<Word> last) {
        return new State(record, raft, leader, peers, heard, proofs, last, joined, waits);
    }

    State waits(Waits next) {
        return new State(record, raft, leader, peers, heard, proofs, answers, joined, next);
    }

    /** @param proves whether it is what that very server says of itself */
    State hearing(Word word, boolean proves) {
        TreeMap<NodeName, Word> words = new TreeMap<>(heard);
        if (words.size() < MAX_HEARD || words.containsKey(word.name())) {
            words.put(word.name(), word);
        }
        Charter charter = charter();
        Proofs more = charter == null || !proves ? proofs : proofs.with(charter, word);
        return new State(
                record, raft, leader, peers, Collections.unmodifiableSortedMap(words), more, answers, joined, waits);
    }

    /**
     * With these known and no others; what was heard of the others is forgotten. A word stays only while gossip tells the same of its
     * server as when it was heard: else the news is the fresher.
     */
    public State peers(List<Peer> now) {
        TreeMap<NodeName, Peer> next = new TreeMap<>();
        now.forEach(p -> next.put(p.name(), p));
        TreeMap<NodeName, Word> words = new TreeMap<>(heard);
        words.keySet().removeIf(name -> {
            Peer before = peers.get(name);
            Peer after = next.get(name);
            return after == null || (before != null && !before.equals(after));
        });
        return new State(
                record,
                raft,
                leader,
                Collections.unmodifiableSortedMap(next),
                Collections.unmodifiableSortedMap(words),
                proofs,
                answers,
                joined,
                waits);
    }

    /** Whether there is a raft node in this process. */
    public enum Raft {
        NONE,
        RUNNING,
        /** Stopped to look whether it ever stored an entry. */
        CHECKING
    }
}
