package io.quorate.bootstrap;

import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ReasonCode;
import io.quorate.kernel.ServerId;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Puts into words what a member of a cluster waits for. */
record MemberReasons(Terms terms, State state, Standing.Member member, RaftStatus raft, List<Why.Evidence> evidence) {
    Why why() {
        Why hindered = Reasons.hindered(raft, evidence);
        if (hindered != null) {
            return hindered;
        }
        if (raft.leader() != null) {
            return new Why(
                    ReasonCode.READY,
                    "member of cluster " + member.cluster().id() + ", leader is " + name(raft.leader()),
                    "nothing",
                    evidence);
        }
        if (state.raft() == State.Raft.NONE || raft.role() == RaftStatus.Role.NONE) {
            return new Why(ReasonCode.STARTING, "raft is starting", "nothing: goes on by itself", evidence);
        }
        Peer foreign = foreign();
        if (foreign != null) {
            return new Why(
                    ReasonCode.FOREIGN_CLUSTER,
                    "this server belongs to cluster " + member.cluster() + ", " + foreign.name() + " to "
                            + foreign.cluster() + "; they never merge, and this side has no leader",
                    "keep the cluster whose data you want; on the servers of the other one move the data directories away",
                    evidence);
        }
        return leaderless();
    }

    private @Nullable Peer foreign() {
        return state.peers().values().stream()
                .filter(p -> p.isAlive() && p.cluster() != null && !p.cluster().equals(member.cluster()))
                .findFirst()
                .orElse(null);
    }

    private Why leaderless() {
        Set<ServerId> there = new HashSet<>(state.answers().stream()
                .filter(w -> member.cluster().equals(w.cluster()))
                .map(Word::id)
                .toList());
        there.add(state.record().id());
        Charter charter = member.charter();
        List<ServerId> voters = !raft.voters().isEmpty() || charter == null ? raft.voters() : charter.ids();
        return voters.contains(state.record().id()) ? counted(voters, there) : outside(there.size() == 1);
    }

    private Why outside(boolean alone) {
        return new Why(
                ReasonCode.WAITING_FOR_ADOPTION,
                "belongs to cluster " + member.cluster().id()
                        + ", which it left or has not been added to yet; waits,"
                        + " however long that takes, until the leader of that cluster adds it"
                        + (alone ? ", and no other server of it answers" : ""),
                "bring a majority of that cluster back if it has no leader; if it is gone for good, stop this agent"
                        + " and move its data directory away: it then starts as a new server",
                evidence);
    }

    /** Too few voters to elect a leader, or an election that has not ended. */
    private Why counted(List<ServerId> voters, Set<ServerId> there) {
        List<NodeName> gone =
                voters.stream().filter(v -> !there.contains(v)).map(this::name).toList();
        int answer = voters.size() - gone.size();
        int quorum = voters.size() / 2 + 1;
        if (answer >= quorum) {
            return new Why(
                    ReasonCode.ELECTION,
                    "no leader yet, " + answer + " of " + voters.size() + " voters answer",
                    "nothing: goes on by itself",
                    evidence);
        }
        return new Why(
                member.led() ? ReasonCode.QUORUM_LOST : ReasonCode.FOUNDING,
                answer + " of " + voters.size() + " voters answer, " + quorum + " are needed; silent: "
                        + Reasons.names(gone),
                "start the silent servers again with their data; if they run, mend the network between here and there",
                evidence);
    }

    private NodeName name(ServerId id) {
        if (id.equals(state.record().id())) {
            return terms.name();
        }
        for (Peer peer : state.peers().values()) {
            if (peer.id().equals(id)) {
                return peer.name();
            }
        }
        Charter charter = state.charter();
        if (charter != null) {
            for (Founder founder : charter.founders()) {
                if (founder.id().equals(id)) {
                    return founder.name();
                }
            }
        }
        return new NodeName(id.toString());
    }
}
