package io.quorate.bootstrap;

import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ReasonCode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts into words what a server without a cluster and without a pledge waits for. */
record BlankReasons(Terms terms, State state, List<Why.Evidence> evidence) implements Verdict.Cases<Why> {
    @Override
    public Why disagree(Verdict.Disagree d) {
        return new Why(
                ReasonCode.EXPECT_MISMATCH,
                "servers disagree on bootstrap-expect: " + d.one() + " has " + d.ofOne() + ", " + d.other() + " has "
                        + d.ofOther(),
                "restart the one that is wrong with the right -bootstrap-expect",
                evidence);
    }

    @Override
    public Why waitForJoins(Verdict.WaitForJoins wait) {
        return new Why(
                ReasonCode.WAITING_FOR_SERVERS,
                "waiting for the first round of joins to end: the addresses may belong to a cluster",
                "nothing: goes on by itself",
                evidence);
    }

    @Override
    public Why nobodyExpects(Verdict.NobodyExpects nobody) {
        return new Why(
                ReasonCode.WAITING_FOR_SERVERS,
                "no known server has a bootstrap-expect, so none proposes to bootstrap a cluster",
                "set -bootstrap-expect on the servers, or join this one to a cluster",
                evidence);
    }

    @Override
    public Why waitForServers(Verdict.WaitForServers w) {
        int present = w.present().size();
        String names = Reasons.names(w.present().stream().map(Founder::name).toList());
        String missing = w.missing().isEmpty()
                ? (w.expect().servers() - present) + " more needed"
                : "missing " + Reasons.names(w.missing());
        List<NodeName> silent = Verdict.silent(state);
        Why founders = founders(w);
        if (founders != null) {
            return founders;
        }
        return new Why(
                ReasonCode.WAITING_FOR_SERVERS,
                present + " of " + w.expect() + " servers are here (" + names + "), " + missing
                        + (silent.isEmpty() ? "" : "; no answer from " + Reasons.names(silent))
                        + (isDeclared()
                                ? ""
                                : "; this server, " + terms.name()
                                        + ", is not among the declared founders and is added to their cluster once it is there"),
                "start the missing servers and let one side join the other (-retry-join, or quorate join)",
                evidence);
    }

    @Override
    public Why waitForPledged(Verdict.WaitForPledged w) {
        return new Why(
                ReasonCode.FOUNDING,
                "other servers are bootstrapping a cluster: " + w.pledged() + " has pledged",
                "nothing: this server is added afterwards",
                evidence);
    }

    @Override
    public Why waitForSilent(Verdict.WaitForSilent w) {
        return new Why(
                ReasonCode.WAITING_FOR_SERVERS,
                Reasons.names(w.silent()) + " do not answer: they are enough to have a cluster already",
                "bring them back, or if they are gone for good: quorate force-leave each of them",
                evidence);
    }

    @Override
    public Why waitForStability(Verdict.WaitForStability wait) {
        return aMomentMore();
    }

    @Override
    public Why waitForProposer(Verdict.WaitForProposer w) {
        return new Why(
                ReasonCode.FOUNDING,
                "all " + w.candidates().size() + " servers are here, "
                        + w.proposer().name() + " proposes",
                "nothing: goes on by itself",
                evidence);
    }

    @Override
    public Why propose(Verdict.Propose propose) {
        return aMomentMore();
    }

    private Why aMomentMore() {
        return new Why(
                ReasonCode.FOUNDING,
                "all servers are here, founding begins when that has been so for a moment",
                "nothing: goes on by itself",
                evidence);
    }

    private boolean isDeclared() {
        return terms.founders().isEmpty() || terms.founders().contains(terms.name());
    }

    /** Absent unless the declared names cannot be those of the servers that are here. */
    private @Nullable Why founders(Verdict.WaitForServers wait) {
        if (terms.founders().isEmpty()) {
            return null;
        }
        List<NodeName> here = new ArrayList<>(List.of(terms.name()));
        state.peers().values().stream().filter(Peer::isAlive).map(Peer::name).forEach(here::add);
        List<String> nearly = new DeclaredFounders(terms.founders(), here).nearly();
        boolean nobody =
                wait.present().isEmpty() && here.size() >= wait.expect().servers();
        if (nearly.isEmpty() && !nobody) {
            return null;
        }
        return new Why(
                ReasonCode.FOUNDERS_MISMATCH,
                "the declared founders are not the servers that are here: founders declares "
                        + Reasons.names(terms.founders())
                        + ", the servers are named " + Reasons.names(here)
                        + (nearly.isEmpty() ? "" : " (" + String.join(", ", nearly) + ")"),
                "declare the names that the nodes have (-founders), the same on every server, or give the nodes the"
                        + " declared names (-node)",
                evidence);
    }

    @Override
    public Why waitToBeAdopted(Verdict.WaitToBeAdopted wait) {
        boolean former = state.standing() instanceof Standing.Blank blank && blank.formerly() != null;
        boolean led =
                state.heard().values().stream().anyMatch(w -> wait.cluster().equals(w.cluster()) && w.leader());
        String who = wait.by() == null ? "" : " that " + wait.by() + " belongs to or knows of";
        if (former && !led) {
            return new Why(
                    ReasonCode.DATA_LOST,
                    lost(wait.cluster()) + ", and waits to be added again",
                    "bring a majority of that cluster back; if it is gone for good, or this was its only server, move this"
                            + " data directory away and start with an empty one: keep it, lost-1 and the like in it may be"
                            + " the last copy",
                    evidence);
        }
        return new Why(
                ReasonCode.WAITING_FOR_ADOPTION,
                "waiting to be added by cluster " + wait.cluster().id() + who
                        + (led ? "" : ", of which no leader is known"),
                led
                        ? "nothing: its leader adds this server"
                        : "bring a majority of that cluster back; if it is gone for good, force-leave its servers",
                evidence);
    }

    private String lost(ClusterRef cluster) {
        String what = state.standing() instanceof Standing.Blank blank ? blank.lost() : null;
        return what == null
                ? "this server lost its data of cluster " + cluster.id() + " or was replaced in it"
                : "this server gave up its id in cluster " + cluster.id() + " (" + what + ")";
    }
}
