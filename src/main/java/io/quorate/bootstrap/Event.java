package io.quorate.bootstrap;

import io.quorate.kernel.ClusterId;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.ServerId;
import java.util.List;

/** What happens to a server. {@link FoundingCore#on} is told the time with each of them. */
public sealed interface Event {
    <R> R match(Cases<R> cases);

    /** One method for each, so that no reader forgets one. */
    interface Cases<R> {
        R heard(Heard event);

        R asked(Asked event);

        R peersChanged(PeersChanged event);

        R roundEnded(RoundEnded event);

        R joinsEnded(JoinsEnded event);

        R roundWanted(RoundWanted event);

        R timePassed(TimePassed event);

        R logInspected(LogInspected event);

        R raftKnows(RaftKnows event);

        R inquired(Inquired event);

        R raftMayRun(RaftMayRun event);

        R dataLost(DataLost event);
    }

    /**
     * A server's own word, as the answer to a question of ours on a connection that we opened.
     *
     * @param asked whose address that was, by our own directory: as a proof counts only what this very server says of itself
     */
    record Heard(Word word, ServerId asked) implements Event {
        public Heard(Word word) {
            this(word, word.id());
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.heard(this);
        }
    }

    /**
     * Somebody asks, and says who he is and what he promised. Anybody can say that: it is answered and otherwise changes nothing.
     * At most it is a reason to ask that server ourselves; {@link FoundingCore#isNews} says when.
     */
    record Asked(Word word) implements Event {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.asked(this);
        }
    }

    /** Gossip's view of the other servers of the datacenter. */
    record PeersChanged(List<Peer> peers) implements Event {
        public PeersChanged {
            peers = List.copyOf(peers);
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.peersChanged(this);
        }
    }

    /** Answer to {@link Effect.AskAll}: every known server was asked, and these answered, just now. */
    record RoundEnded(List<Word> answers) implements Event {
        public RoundEnded {
            answers = List.copyOf(answers);
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.roundEnded(this);
        }
    }

    /** The first round of joins is over, whatever came of it. */
    record JoinsEnded() implements Event {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.joinsEnded(this);
        }
    }

    /** Another part of this server wants to hear from everybody before their turn. */
    record RoundWanted() implements Event {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.roundWanted(this);
        }
    }

    /**
     * It is as late as {@link FoundingCore#nextMs} wanted to know, or later. What comes of it is a question to all others, or that this
     * server gives a promise of its own up; it may come any number of times.
     *
     * @param asking the last round of questions has not ended
     */
    record TimePassed(boolean asking) implements Event {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.timePassed(this);
        }
    }

    /** Answer to {@link Effect.InspectLog}. */
    record LogInspected(ClusterId charter, boolean empty) implements Event {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.logInspected(this);
        }
    }

    /**
     * @param leader a leader is known
     * @param leads it is this server
     * @param committed whether an entry is known to be committed
     */
    record RaftKnows(boolean leader, boolean leads, boolean committed) implements Event {
        boolean follows() {
            return leader && !leads;
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.raftKnows(this);
        }
    }

    /**
     * Somebody said that this cluster takes this server in, or that it replaced it. So the servers were asked, each on a connection
     * that we opened; these answered.
     *
     * @param voters of the configuration that this server's own log ended with; empty when it has none
     * @param testimonies one of each server at most
     */
    record Inquired(ClusterRef cluster, List<ServerId> voters, List<Testimony> testimonies) implements Event {
        public Inquired {
            voters = List.copyOf(voters);
            testimonies = List.copyOf(testimonies);
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.inquired(this);
        }
    }

    /**
     * Raft did not run though it should, and what kept it from that is mended.
     *
     * @param folder as it was found with raft stopped
     */
    record RaftMayRun(Folder folder) implements Event {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.raftMayRun(this);
        }
    }

    /**
     * Raft found that its folder lacks what this server once stored.
     *
     * @param what for people: which file, and what is wrong with it
     */
    record DataLost(String what) implements Event {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.dataLost(this);
        }
    }
}
