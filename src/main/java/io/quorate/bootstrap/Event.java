package io.quorate.bootstrap;

import io.quorate.kernel.ClusterId;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.ServerId;
import java.util.List;

/** What happens to a server. Time appears only as the two timeouts, and neither of them founds anything. */
public sealed interface Event {
    /** Another server's own word. */
    record Heard(Word word) implements Event {}

    /**
     * Another server asks: its word may carry a charter that this one is to pledge to or refuse.
     *
     * @param target whom it meant; a question meant for somebody else changes nothing here
     */
    record Asked(Word word, ServerId target) implements Event {}

    /** Gossip's view of the other servers of the datacenter. */
    record PeersChanged(List<Peer> peers) implements Event {
        public PeersChanged {
            peers = List.copyOf(peers);
        }
    }

    /**
     * Every known server was asked; these answered.
     *
     * @param stable the candidates have been the same for the stable margin
     */
    record RoundEnded(List<Word> answers, boolean stable) implements Event {
        public RoundEnded {
            answers = List.copyOf(answers);
        }
    }

    /** The first round of joins is over, whatever came of it. */
    record JoinsEnded() implements Event {}

    /**
     * The release time passed without proof; for one that started: without a leader.
     *
     * @param reachable servers that answered in the last round
     */
    record ReleasePassed(ClusterId charter, List<Word> reachable) implements Event {
        public ReleasePassed {
            reachable = List.copyOf(reachable);
        }
    }

    /** Answer to {@link Effect.InspectLog}. */
    record LogInspected(ClusterId charter, boolean empty) implements Event {}

    /** @param committed whether an entry is known to be committed */
    record RaftKnows(boolean leader, boolean committed) implements Event {}

    /** The leader of that cluster takes this server in. */
    record AdoptedBy(ClusterRef cluster) implements Event {}

    /** The leader of that cluster says that this server's id was replaced while it was away. */
    record ReplacedIn(ClusterRef cluster) implements Event {}

    /**
     * Raft did not run though it should, and what kept it from that is mended.
     *
     * @param folder as it was found with raft stopped
     */
    record RaftMayRun(FoundingCore.Folder folder) implements Event {}

    /** Raft found that log or snapshot lack what this server once stored. */
    record DataLost() implements Event {}
}
