package io.quorate.bootstrap;

import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Expect;
import io.quorate.kernel.FoundingState;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a blank server may do next about founding a cluster. Waiting has as many forms as there are reasons to wait. */
sealed interface Verdict {
    <R> R match(Cases<R> cases);

    /** One method for each, so that no reader forgets one. */
    interface Cases<R> {
        R waitToBeAdopted(WaitToBeAdopted verdict);

        R disagree(Disagree verdict);

        R waitForJoins(WaitForJoins verdict);

        R nobodyExpects(NobodyExpects verdict);

        R waitForServers(WaitForServers verdict);

        R waitForPledged(WaitForPledged verdict);

        R waitForSilent(WaitForSilent verdict);

        R waitForStability(WaitForStability verdict);

        R waitForProposer(WaitForProposer verdict);

        R propose(Propose verdict);
    }

    /** A cluster outranks every founding. It was {@code by} that told of it; absent: this server itself was its member. */
    record WaitToBeAdopted(ClusterRef cluster, @Nullable NodeName by) implements Verdict {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.waitToBeAdopted(this);
        }
    }

    record Disagree(NodeName one, Expect ofOne, NodeName other, Expect ofOther) implements Verdict {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.disagree(this);
        }
    }

    record WaitForJoins() implements Verdict {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.waitForJoins(this);
        }
    }

    /** Nobody says how many servers found a cluster. */
    record NobodyExpects() implements Verdict {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.nobodyExpects(this);
        }
    }

    /** Not all are there; {@code missing} names them, only when founders are declared. */
    record WaitForServers(List<Founder> present, Expect expect, List<NodeName> missing) implements Verdict {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.waitForServers(this);
        }
    }

    /** Others are about to found: whether they succeed is known soon. */
    record WaitForPledged(NodeName pledged) implements Verdict {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.waitForPledged(this);
        }
    }

    /** So many servers are silent that they could have founded without us. */
    record WaitForSilent(List<NodeName> silent) implements Verdict {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.waitForSilent(this);
        }
    }

    /** This server proposes as soon as these have been the candidates for a while: others may only be a little late. */
    record WaitForStability(List<Founder> candidates) implements Verdict {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.waitForStability(this);
        }
    }

    record WaitForProposer(Founder proposer, List<Founder> candidates) implements Verdict {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.waitForProposer(this);
        }
    }

    /** The candidates were declared, and nobody else can come. */
    record Propose(List<Founder> candidates) implements Verdict {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.propose(this);
        }
    }

    /** Looks at the last round only: what was answered in another one may have changed since. */
    static Verdict of(Terms terms, State state) {
        WaitToBeAdopted cluster = anyCluster(state);
        if (cluster != null) {
            return cluster;
        }
        SortedMap<NodeName, Expect> expects = expects(terms, state);
        if (expects.isEmpty()) {
            return new NobodyExpects();
        }
        Disagree different = disagreement(expects);
        if (different != null) {
            return different;
        }
        Expect expect = expects.values().iterator().next();
        if (expect.servers() == 1 && terms.awaitJoins() && !state.joined()) {
            return new WaitForJoins();
        }
        List<Founder> candidates = candidates(terms, state, expect);
        if (candidates.size() < expect.servers()) {
            return new WaitForServers(candidates, expect, missing(terms, candidates));
        }
        Verdict perhapsFounded = perhapsFounded(terms, state, expect);
        return perhapsFounded == null ? proposal(terms, state, expects.keySet(), candidates) : perhapsFounded;
    }

    private static @Nullable WaitToBeAdopted anyCluster(State state) {
        WaitToBeAdopted cluster = knownCluster(state);
        if (cluster != null) {
            return cluster;
        }
        for (Word answer : state.answers()) {
            if (answer.knows() != null) {
                return new WaitToBeAdopted(answer.knows(), answer.name());
            }
        }
        return null;
    }

    private static @Nullable Disagree disagreement(SortedMap<NodeName, Expect> expects) {
        NodeName first = expects.firstKey();
        Expect ofFirst = expects.getOrDefault(first, Expect.NONE);
        for (var entry : expects.entrySet()) {
            if (!entry.getValue().equals(ofFirst)) {
                return new Disagree(first, ofFirst, entry.getKey(), entry.getValue());
            }
        }
        return null;
    }

    private static List<NodeName> missing(Terms terms, List<Founder> candidates) {
        Set<NodeName> there =
                new HashSet<>(candidates.stream().map(Founder::name).toList());
        return terms.founders().stream().filter(n -> !there.contains(n)).toList();
    }

    /** Who may have founded without this server, or be about to. */
    private static @Nullable Verdict perhapsFounded(Terms terms, State state, Expect expect) {
        for (Word answer : state.answers()) {
            if (answer.kind() == FoundingState.PLEDGED) {
                return new WaitForPledged(answer.name());
            }
        }
        List<NodeName> silent = silent(state);
        return terms.founders().isEmpty() && silent.size() >= expect.servers() ? new WaitForSilent(silent) : null;
    }

    private static Verdict proposal(Terms terms, State state, Set<NodeName> expecting, List<Founder> candidates) {
        Founder proposer = candidates.stream()
                .filter(c -> expecting.contains(c.name()))
                .min(Comparator.naturalOrder())
                .orElse(null);
        if (proposer == null) {
            return new NobodyExpects();
        }
        if (!proposer.id().equals(state.record().id())) {
            return new WaitForProposer(proposer, candidates);
        }
        return terms.founders().isEmpty() ? new WaitForStability(candidates) : new Propose(candidates);
    }

    /** First-hand knowledge only: what others merely know of would keep a rumour alive among them after its cause is gone. */
    static @Nullable WaitToBeAdopted knownCluster(State state) {
        if (state.standing() instanceof Standing.Blank blank && blank.formerly() != null) {
            return new WaitToBeAdopted(blank.formerly(), null);
        }
        for (Word word : state.heard().values()) {
            if (word.cluster() != null) {
                return new WaitToBeAdopted(word.cluster(), word.name());
            }
        }
        for (Peer peer : state.peers().values()) {
            // A failed one counts too: it may come back with all it stored.
            boolean counts =
                    peer.presence() != Peer.Presence.LEFT && !state.heard().containsKey(peer.name());
            if (counts && peer.cluster() != null) {
                return new WaitToBeAdopted(peer.cluster(), peer.name());
            }
        }
        return null;
    }

    /** Known servers that did not answer in the last round, and did not leave. */
    static List<NodeName> silent(State state) {
        Set<NodeName> answered =
                new HashSet<>(state.answers().stream().map(Word::name).toList());
        return state.peers().values().stream()
                .filter(p -> p.presence() != Peer.Presence.LEFT && !answered.contains(p.name()))
                .map(Peer::name)
                .toList();
    }

    /** Who would found now: itself and those that answered, of which the declared ones, else the first N. Sorted. */
    static List<Founder> candidates(Terms terms, State state, Expect expect) {
        SortedMap<NodeName, Expect> expects = expects(terms, state);
        List<Founder> blank = new ArrayList<>();
        Set<ServerId> ids = new HashSet<>(Set.of(state.record().id()));
        Set<NodeName> names = new HashSet<>(Set.of(terms.name()));
        if (state.standing() instanceof Standing.Blank own && own.formerly() == null) {
            blank.add(new Founder(state.record().id(), terms.name()));
        }
        for (Word answer : state.answers()) {
            // A renamed server stands in the roster twice for a while, and answers under both names.
            if (answer.isBlank() && ids.add(answer.id()) && names.add(answer.name())) {
                blank.add(new Founder(answer.id(), answer.name()));
            }
        }
        if (!terms.founders().isEmpty()) {
            return blank.stream()
                    .filter(f -> terms.founders().contains(f.name()))
                    .sorted()
                    .toList();
        }
        return blank.stream()
                .sorted(Comparator.comparing((Founder f) -> !expects.containsKey(f.name()))
                        .thenComparing(Comparator.naturalOrder()))
                .limit(expect.servers())
                .sorted()
                .toList();
    }

    /** The expect of every server that has one and is there: its own word, else what gossip says of a live one. */
    static SortedMap<NodeName, Expect> expects(Terms terms, State state) {
        TreeMap<NodeName, Expect> all = new TreeMap<>();
        for (Peer peer : state.peers().values()) {
            if (peer.isAlive()) {
                all.put(peer.name(), peer.expect());
            }
        }
        // A charter carries its own number and outlives the flags: only who may still propose has a say.
        state.answers().forEach(a -> all.put(a.name(), a.isBlank() ? a.expect() : Expect.NONE));
        all.put(terms.name(), terms.expect());
        all.values().removeIf(e -> !e.isSet());
        return all;
    }
}
