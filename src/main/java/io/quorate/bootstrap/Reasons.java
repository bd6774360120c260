package io.quorate.bootstrap;

import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.FoundingState;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ReasonCode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Puts into words what a server waits for. Decides nothing: it asks the same {@link Verdict} that founding follows. */
public final class Reasons {
    private static final String DISK_STEP =
            "repair the disk or free space on it: raft starts again by itself as soon as a write"
                    + " to the data directory succeeds";

    private final Terms terms;

    public Reasons(Terms terms) {
        this.terms = terms;
    }

    /**
     * Why this server stopped taking part.
     *
     * @param code {@link ReasonCode#DISK}, {@link ReasonCode#DATA_LOST} or {@link ReasonCode#FAILED}
     */
    public record Failure(ReasonCode code, String message, String nextStep) {}

    /** For a member whose raft is tried again and again. */
    public static Failure raftDoesNotStart(String why) {
        return new Failure(ReasonCode.DISK, "raft does not start: " + why, DISK_STEP);
    }

    /** Before the first question was sent. */
    public Why starting(State state) {
        return new Why(ReasonCode.STARTING, "the agent is starting", "nothing: goes on by itself", evidence(state));
    }

    /** For a member that an operator removed and that hears of no leader any more. */
    public Why removed(State state, ClusterRef cluster) {
        return removed(cluster, evidence(state));
    }

    /** The same, of what others say. */
    public static Why removed(ClusterRef cluster, List<Why.Evidence> evidence) {
        return new Why(
                ReasonCode.WAITING_FOR_ADOPTION,
                "this server was removed from cluster " + cluster.id()
                        + " by hand, and stays outside as long as it runs",
                "stop it, or start it again to be added as a learner and then as a voter",
                evidence);
    }

    /** With a {@code failure} once this server stopped taking part; absent while it does. */
    public Why why(State state, RaftStatus raft, @Nullable Failure failure) {
        List<Why.Evidence> evidence = evidence(state);
        if (failure != null) {
            return new Why(
                    failure.code(),
                    "this server stopped taking part: " + failure.message(),
                    failure.nextStep(),
                    evidence);
        }
        return state.standing().match(new Standing.Cases<>() {
            @Override
            public Why blank(Standing.Blank blank) {
                return Verdict.of(terms, state).match(new BlankReasons(terms, state, evidence));
            }

            @Override
            public Why pledged(Standing.Pledged pledged) {
                return Reasons.this.pledged(state, pledged.charter(), evidence);
            }

            @Override
            public Why withdrawn(Standing.Withdrawn withdrawn) {
                return Reasons.withdrawn(state, withdrawn.charter(), evidence);
            }

            @Override
            public Why member(Standing.Member member) {
                return new MemberReasons(terms, state, member, raft, evidence).why();
            }
        });
    }

    private Why pledged(State state, Charter charter, List<Why.Evidence> evidence) {
        List<NodeName> missing = charter.founders().stream()
                .filter(f -> !f.id().equals(state.record().id())
                        && !state.proofs().pledged().contains(f.id()))
                .map(Founder::name)
                .toList();
        return new Why(
                ReasonCode.FOUNDING,
                "pledged to found cluster " + charter.id() + " with " + names(names(charter))
                        + (missing.isEmpty() ? "; all of them have pledged" : "; no word yet from " + names(missing)),
                "nothing: when they stay silent this server withdraws and tries again",
                evidence);
    }

    private static Why withdrawn(State state, Charter charter, List<Why.Evidence> evidence) {
        List<NodeName> missing = charter.founders().stream()
                .filter(f -> !f.id().equals(state.record().id())
                        && !state.proofs().withdrawn().contains(f.id()))
                .map(Founder::name)
                .toList();
        return new Why(
                ReasonCode.FOUNDING,
                "withdrew from founding cluster " + charter.id()
                        + (missing.isEmpty()
                                ? ", as all the others did"
                                : ", and cannot know whether others founded it: no word from " + names(missing)),
                missing.isEmpty()
                        ? "nothing: goes on by itself"
                        : "bring them back; if their disks are gone, move the data directory of this server away, it holds"
                                + " nothing",
                evidence);
    }

    /** What keeps raft on this server from working; absent while it works, or need not. */
    public static @Nullable Why hindered(RaftStatus raft, List<Why.Evidence> evidence) {
        RaftStatus.Disk disk = raft.disk();
        if (disk != null) {
            String where = disk.words() + " (" + disk.file() + ")";
            return disk.stopped()
                    ? new Why(
                            ReasonCode.DISK,
                            "raft stopped on this server because of its disk: " + where,
                            DISK_STEP,
                            evidence)
                    : new Why(
                            ReasonCode.DISK,
                            "the disk of this server does not take what raft writes: " + where,
                            "look at the disk; this server goes on by itself once its writes return",
                            evidence);
        } else if (raft.outdated()) {
            return new Why(
                    ReasonCode.VERSION_TOO_OLD,
                    "raft stopped on this server, whose version is older than that of another: " + raft.error(),
                    "upgrade this server to the version of the others and start it again: its data is whole, and it goes"
                            + " on where it was",
                    evidence);
        } else if (raft.role() == RaftStatus.Role.ERROR || raft.error() != null) {
            return new Why(
                    ReasonCode.FAILED,
                    "raft stopped on this server by an error of its own: "
                            + (raft.error() == null ? "no reason is known" : raft.error()),
                    "start this agent again; if raft stops there once more, keep the data directory and the log, and report"
                            + " both",
                    evidence);
        }
        return null;
    }

    private static List<NodeName> names(Charter charter) {
        return charter.founders().stream().map(Founder::name).toList();
    }

    static String names(Collection<NodeName> names) {
        return names.isEmpty()
                ? "nobody"
                : names.stream().sorted().map(NodeName::value).collect(Collectors.joining(", "));
    }

    /** This server first, then those that gossip shows, then those that founding needs and nobody has seen. */
    private List<Why.Evidence> evidence(State state) {
        Map<NodeName, Why.Evidence> all = new LinkedHashMap<>();
        all.put(terms.name(), own(state));
        for (Peer peer : state.peers().values()) {
            Word word = state.answers().stream()
                    .filter(w -> w.name().equals(peer.name()))
                    .findFirst()
                    .orElse(null);
            all.put(peer.name(), word == null ? silent(peer) : answering(peer, word));
        }
        List<NodeName> expected = new ArrayList<>(terms.founders());
        Charter charter = state.charter();
        if (charter != null) {
            expected.addAll(names(charter));
        }
        for (NodeName name : expected) {
            all.putIfAbsent(
                    name,
                    new Why.Evidence(name.value(), null, null, false, false, FoundingState.UNKNOWN, null, -1, null));
        }
        return List.copyOf(all.values());
    }

    private Why.Evidence own(State state) {
        FoundingRecord own = state.record();
        Charter charter = state.charter();
        ClusterRef cluster = own.standing() instanceof Standing.Member member ? member.cluster() : null;
        return new Why.Evidence(
                terms.name().value(),
                own.id().toString(),
                null,
                true,
                true,
                own.standing().state(),
                text(cluster),
                (charter == null ? terms.expect() : charter.expect()).servers(),
                charter == null ? null : charter.id().toString());
    }

    private static Why.Evidence silent(Peer peer) {
        return new Why.Evidence(
                peer.name().value(),
                peer.id().toString(),
                text(peer.address()),
                true,
                false,
                FoundingState.UNKNOWN,
                text(peer.cluster()),
                peer.expect().servers(),
                null);
    }

    private static Why.Evidence answering(Peer peer, Word word) {
        Charter charter = word.charter();
        return new Why.Evidence(
                peer.name().value(),
                word.id().toString(),
                text(peer.address()),
                true,
                true,
                word.kind(),
                text(word.cluster()),
                word.expect().servers(),
                charter == null ? null : charter.id().toString());
    }

    private static @Nullable String text(@Nullable Object value) {
        return value == null ? null : value.toString();
    }

    /** How many servers are known, and how many more are needed before founding can begin. */
    public int missing(State state) {
        if (!(state.standing() instanceof Standing.Blank)) {
            return 0;
        }
        return Verdict.of(terms, state) instanceof Verdict.WaitForServers wait
                ? wait.expect().servers() - wait.present().size()
                : 0;
    }

    /** Servers that are known and did not leave, itself included. */
    public static int known(State state) {
        return 1
                + (int) state.peers().values().stream()
                        .filter(p -> p.presence() != Peer.Presence.LEFT)
                        .count();
    }
}
