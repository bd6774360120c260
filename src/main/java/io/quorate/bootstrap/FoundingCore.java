package io.quorate.bootstrap;

import io.quorate.kernel.ClusterId;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.ServerId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The founding protocol: from what a server knows and what happens to what it knows then and what is to be done. Pure but for
 * {@link Fresh}: no disk, no network, and the time comes with the events. {@code src/docs/founding.md} says why it is safe; the
 * explorer and the simulator in the tests run this very class.
 */
public final class FoundingCore {
    /*
     * The idea. A charter names the N founders. Each of them promises itself to one charter, on disk, and a charter comes to life only
     * with the promises of all N: two charters that share a founder can never both have them. Whoever counted the servers that it sees,
     * and began once they were enough, would be two: each half of a cut network, or each of two servers that see different others, counts
     * for itself. The price is that founding waits for every founder, so a promise must end some day: a founder may withdraw while it has
     * stored nothing for the cluster, and a charter is dead once so many withdrew that the rest can never be its majority. Only the death
     * of a charter, proven, frees the others: time alone never does, or a slow founder would start what the others have left.
     *
     * What is promised is written before it is told. So every step returns its effects in order, each ended before the next begins, and
     * Tell, which lets others see a record, stands behind Persist of that record; a crash between any two is one that the next start()
     * sorts out. Where a record and the raft directory change together the record comes second if the directory begins (join) and first
     * if it ends (release, withdraw, lost): in between there is then a directory that nothing names, which may be removed, and never a
     * member without one, which would be lost data.
     *
     * A vote outlives the memory of it. Whoever may have voted or acknowledged, and does not have that any more (lost), comes back
     * under a new id and waits to be taken in; a founder that withdrew and is adopted later changes its id for the same reason. Words of
     * others make nobody give up an id: a majority of the voters that this server knew must say so (Rules.isReplaced).
     *
     * Time lets a server ask again, and give a promise of its own up where the rules above allow it; it founds nothing (Patience). It
     * comes with the events, and what is waited for stands in the state: timers beside the core would be a second state that must
     * follow it, which no explorer sees.
     *
     * settle() runs after whatever was learned: what follows follows from what is known, not from what happened last. It looks at death
     * before life, because whoever holds all promises and then enough withdrawals would start what cannot live.
     *
     * Source: two-phase commit as Gray and Lamport have it (Consensus on Transaction Commit, section 3), but with every participant its
     * own coordinator, so that none waits for one that crashed. The form, effects handed back in order, is that of etcd's raft
     * (rawnode.go); that observations come with their times, of Pekko's JoinDecider.
     */
    private final Rules rules;
    private final Fresh fresh;
    private final Terms terms;
    private final Patience patience;
    private final Hearing hearing;

    public FoundingCore(Terms terms, FoundingSettings.Timing timing, Fresh fresh) {
        this(Rules.STANDARD, new Patience(timing), terms, fresh);
    }

    FoundingCore(Rules rules, Patience patience, Terms terms, Fresh fresh) {
        this.rules = rules;
        this.patience = patience;
        hearing = new Hearing(terms);
        this.fresh = fresh;
        this.terms = terms;
    }

    /** @param effects in this order, each ended before the next begins */
    public record Step(State state, List<Effect> effects) {
        public Step {
            effects = List.copyOf(effects);
        }
    }

    /**
     * The first step of a process.
     *
     * @throws IllegalStateException when there is raft data that nothing says anything about
     */
    public Step start(Optional<FoundingRecord> stored, Folder folder) {
        FoundingRecord record = stored.map(r -> r.started(terms.name()))
                .orElseGet(() -> FoundingRecord.fresh(fresh.serverId(), terms.name()));
        boolean copied = stored.isPresent()
                && !stored.get().name().equals(terms.name())
                && record.standing() instanceof Standing.Blank;
        if (copied) {
            // A template of a machine, started more than once: two servers must not speak under one id.
            record = record.renewed(fresh.serverId());
        }
        return record.standing() instanceof Standing.Member member
                ? startMember(record, member, folder)
                : startOutside(record, folder);
    }

    private Step startMember(FoundingRecord record, Standing.Member member, Folder folder) {
        String damage = folder.damage(member);
        if (damage != null) {
            return lost(State.starting(record), member.cluster(), folder.exists(), damage);
        }
        List<Effect> effects = List.of(new Effect.Persist(record), new Effect.Tell(record), startRaft(record, member));
        return new Step(State.starting(record).raft(State.Raft.RUNNING), effects);
    }

    /** The same questions as at the start of a process: what happened to the folder meanwhile nobody saw. */
    private Step mayRun(State state, Folder folder) {
        if (state.raft() != State.Raft.RUNNING || !(state.standing() instanceof Standing.Member member)) {
            return same(state);
        }
        String damage = folder.damage(member);
        return damage != null
                ? lost(state, member.cluster(), folder.exists(), damage)
                : new Step(state.leader(false), List.of(startRaft(state.record(), member)));
    }

    private Step startOutside(FoundingRecord record, Folder folder) {
        List<Effect> effects = new ArrayList<>();
        boolean released = folder.cluster() != null
                && record.refused().contains(folder.cluster().id());
        if (folder.exists() && !folder.empty() && !released) {
            if (folder.cluster() == null) {
                throw new IllegalStateException("the raft directory holds entries, but nothing says of which cluster:"
                        + " move the whole data directory away to start as a new server");
            }
            return lost(
                    State.starting(record),
                    folder.cluster(),
                    true,
                    "the founding record is missing or older than the raft directory");
        }
        effects.add(new Effect.Persist(record));
        if (folder.exists()) {
            effects.add(new Effect.RemoveFolder());
        }
        effects.add(new Effect.Tell(record));
        return settle(State.starting(record), effects);
    }

    /**
     * What others may be told.
     *
     * @param record the last that an {@link Effect.Tell} allowed to be told, which may be older than the state's
     * @param about the charter they asked about
     */
    public Word word(State state, FoundingRecord record, @Nullable ClusterId about) {
        Standing standing = record.standing();
        ClusterRef cluster = standing instanceof Standing.Member member ? member.cluster() : null;
        Verdict.WaitToBeAdopted known = cluster == null ? Verdict.knownCluster(state) : null;
        Charter charter = standing.charter();
        return new Word(
                record.id(),
                record.name(),
                terms.datacenter(),
                charter == null ? terms.expect() : charter.expect(),
                record.starts(),
                standing.state(),
                charter,
                cluster,
                state.leader(),
                known == null ? null : known.cluster(),
                about != null && record.refused().contains(about) ? about : null);
    }

    /** All waiting begins now: between {@link #start} and its first event a process may look for another that uses its id. */
    public State begun(State state, long nowMs) {
        return state.waits(patience.from(state, nowMs));
    }

    /** When {@link Event.TimePassed} is wanted next, unless another event comes before: then it is asked anew. */
    public long nextMs(State state) {
        return patience.nextMs(state);
    }

    /** @param nowMs milliseconds of a clock that never goes back, the same for all events of this process */
    public Step on(State before, Event event, long nowMs) {
        Step step = event.match(new Happened(before, nowMs));
        return new Step(step.state().waits(patience.after(before, step.state(), nowMs)), step.effects());
    }

    private final class Happened implements Event.Cases<Step> {
        private final State state;
        private final long nowMs;

        Happened(State state, long nowMs) {
            this.state = state;
            this.nowMs = nowMs;
        }

        @Override
        public Step heard(Event.Heard heard) {
            return FoundingCore.this.heard(state, heard);
        }

        @Override
        public Step asked(Event.Asked question) {
            return new Step(state, List.of(new Effect.Tell(state.record())));
        }

        @Override
        public Step peersChanged(Event.PeersChanged changed) {
            State next = state.peers(changed.peers());
            return same(
                    next.peers().equals(state.peers())
                            ? next
                            : next.waits(next.waits().soon()));
        }

        @Override
        public Step roundEnded(Event.RoundEnded round) {
            return FoundingCore.this.roundEnded(state, round, nowMs);
        }

        @Override
        public Step joinsEnded(Event.JoinsEnded joins) {
            return same(state.afterJoins().waits(state.waits().soon()));
        }

        @Override
        public Step roundWanted(Event.RoundWanted wanted) {
            return same(state.waits(state.waits().soon()));
        }

        @Override
        public Step timePassed(Event.TimePassed passed) {
            return FoundingCore.this.timePassed(state, passed, nowMs);
        }

        @Override
        public Step logInspected(Event.LogInspected inspected) {
            return FoundingCore.this.logInspected(state, inspected);
        }

        @Override
        public Step raftKnows(Event.RaftKnows knows) {
            return FoundingCore.this.raftKnows(state, knows);
        }

        @Override
        public Step inquired(Event.Inquired inquired) {
            return FoundingCore.this.inquired(state, inquired);
        }

        @Override
        public Step raftMayRun(Event.RaftMayRun may) {
            return mayRun(state, may.folder());
        }

        @Override
        public Step dataLost(Event.DataLost loss) {
            return state.standing() instanceof Standing.Member member
                    ? lost(state, member.cluster(), true, loss.what())
                    : same(state);
        }
    }

    /**
     * Whether what somebody says of himself in a question is worth asking that server about: it differs from what it answered last,
     * or a proof of its is missing here.
     */
    public boolean isNews(State state, Word said) {
        return hearing.isNews(state, said);
    }

    /** Whether raft says anything that was not known. */
    public boolean isNews(State state, Event.RaftKnows knows) {
        boolean led = state.standing() instanceof Standing.Member member && member.led();
        return knows.leader() != state.leader()
                || knows.follows() != state.waits().follows()
                || (knows.committed() && !led);
    }

    private Step heard(State before, Event.Heard heard) {
        Word word = heard.word();
        if (hearing.isForeign(before, word)) {
            return settle(before, List.of());
        }
        boolean proves = word.id().equals(heard.asked());
        State state = before.hearing(word, proves);
        if (!proves) {
            // It goes by another id than gossip knows: what it promised is looked at when gossip says the same.
            return settle(state, List.of());
        }
        if (Hearing.isFreedBy(state, word)) {
            FoundingRecord free = state.record().standing(new Standing.Blank(null));
            return new Step(state.record(free), List.of(new Effect.Persist(free), new Effect.Tell(free)));
        }
        Charter charter = word.charter();
        return charter != null && Hearing.isUndecided(state, word, charter)
                ? decide(state, word, charter)
                : settle(state, List.of());
    }

    private Step decide(State state, Word word, Charter charter) {
        FoundingRecord promised = hearing.mayPledge(state, word, charter)
                ? state.record().standing(new Standing.Pledged(charter))
                : state.record().refusing(charter.id());
        return settle(state.record(promised).hearing(word, true), rules.promise(promised));
    }

    private Step roundEnded(State before, Event.RoundEnded round, long nowMs) {
        List<Word> answers = round.answers().stream()
                .filter(w -> w.datacenter().equals(terms.datacenter())
                        && !w.id().equals(before.record().id()))
                .toList();
        State met = before.answers(answers);
        Verdict verdict = Verdict.of(terms, met);
        List<Founder> ready = verdict instanceof Verdict.WaitForStability waiting ? waiting.candidates() : List.of();
        Waits waits = met.waits().candidates(ready, nowMs);
        boolean stable = patience.isStable(waits, nowMs);
        // Whatever comes of it: a proposal that cannot be made now has to wait for the margin again.
        State state = met.waits(stable ? waits.candidates(List.of(), nowMs) : waits);
        List<Founder> proposed =
                verdict instanceof Verdict.Propose declared ? declared.candidates() : stable ? ready : List.of();
        if (proposed.isEmpty()
                || !(state.standing() instanceof Standing.Blank)
                || state.record().refused().size() >= FoundingRecord.MAX_REFUSED) {
            return settle(state, List.of());
        }
        Charter charter = new Charter(fresh.clusterId(), terms.datacenter(), proposed);
        FoundingRecord promised = state.record().standing(new Standing.Pledged(charter));
        return settle(state.record(promised), rules.promise(promised));
    }

    /**
     * Two things follow from what is known alone, whenever it grows: a dead charter lets go, a proven one is started. Death is
     * looked at first: who holds both proofs, all pledges and then enough withdrawals, would start what cannot live.
     */
    private Step settle(State state, List<Effect> before) {
        List<Effect> effects = new ArrayList<>(before);
        FoundingRecord record = state.record();
        Charter charter = state.charter();
        boolean led = record.standing() instanceof Standing.Member member && member.led();
        if (charter == null || led) {
            return new Step(state, effects);
        }
        if (rules.isDead(charter, record.id(), record.standing(), state.proofs())) {
            return release(state, charter, effects);
        }
        if (record.standing() instanceof Standing.Pledged && rules.mayStart(charter, record.id(), state.proofs())) {
            Standing.Member member = new Standing.Member(charter.cluster(), fresh.token(), false, charter);
            return join(state, record.standing(member), member, effects);
        }
        return new Step(state, effects);
    }

    private Step release(State state, Charter charter, List<Effect> effects) {
        FoundingRecord free = state.record().refusing(charter.id()).standing(new Standing.Blank(null));
        boolean hadFolder = state.standing() instanceof Standing.Member;
        if (state.raft() == State.Raft.RUNNING) {
            effects.add(new Effect.StopRaft());
        }
        effects.add(new Effect.Persist(free));
        if (hadFolder) {
            // After the record: a folder of a refused charter is a leftover, a member without folder has lost its data.
            effects.add(new Effect.RemoveFolder());
        }
        effects.add(new Effect.Tell(free));
        return new Step(state.raft(State.Raft.NONE).record(free), effects);
    }

    private Step join(State state, FoundingRecord next, Standing.Member member, List<Effect> effects) {
        effects.add(new Effect.MakeFolder(member.cluster(), member.token()));
        effects.add(new Effect.Persist(next));
        effects.add(new Effect.Tell(next));
        effects.add(startRaft(next, member));
        return new Step(state.record(next).raft(State.Raft.RUNNING), effects);
    }

    private static Effect startRaft(FoundingRecord record, Standing.Member member) {
        List<ServerId> founders =
                member.charter() == null ? List.of() : member.charter().ids();
        return new Effect.StartRaft(member.cluster(), record.id(), member.token(), founders, member.led());
    }

    private Step timePassed(State before, Event.TimePassed passed, long nowMs) {
        Step step = patience.isReleaseDue(before, nowMs) ? unproven(before, nowMs) : same(before);
        State state = step.state();
        if (!step.effects().isEmpty() || passed.asking() || !patience.isRoundDue(state, nowMs)) {
            return step;
        }
        return new Step(state.waits(state.waits().asked(nowMs)), List.of(new Effect.AskAll()));
    }

    /** Bound for too long: without proof, or for one that started, without a leader. */
    private Step unproven(State before, long nowMs) {
        Charter charter = before.charter();
        if (charter == null) {
            return same(before);
        }
        State state = before.waits(before.waits().unproven(charter.id(), nowMs));
        if (state.standing() instanceof Standing.Pledged) {
            return withdraw(state, charter, List.of());
        }
        boolean idle = state.standing() instanceof Standing.Member member
                && !member.led()
                && state.raft() == State.Raft.RUNNING
                && !state.leader();
        long started = 1
                + state.answers().stream()
                        .filter(w -> charter.names(w.id()) && isStarted(w, charter))
                        .map(Word::id)
                        .distinct()
                        .count();
        if (!idle || started >= charter.majority()) {
            return same(state);
        }
        return new Step(
                state.raft(State.Raft.CHECKING), List.of(new Effect.StopRaft(), new Effect.InspectLog(charter)));
    }

    private static boolean isStarted(Word word, Charter charter) {
        return word.cluster() != null && word.cluster().id().equals(charter.id());
    }

    private Step logInspected(State state, Event.LogInspected inspected) {
        if (state.raft() != State.Raft.CHECKING
                || !(state.standing() instanceof Standing.Member member)
                || member.charter() == null
                || !inspected.charter().equals(member.charter().id())) {
            return same(state);
        }
        if (rules.mayWithdrawStarted(inspected.empty())) {
            return withdraw(state.raft(State.Raft.NONE), member.charter(), List.of(new Effect.RemoveFolder()));
        }
        return new Step(state.raft(State.Raft.RUNNING), List.of(startRaft(state.record(), member)));
    }

    private Step withdraw(State state, Charter charter, List<Effect> afterRecord) {
        FoundingRecord next = rules.withdrawn(state.record(), charter);
        List<Effect> effects = new ArrayList<>();
        effects.add(new Effect.Persist(next));
        effects.addAll(afterRecord);
        effects.add(new Effect.Tell(next));
        return settle(state.record(next), effects);
    }

    private Step raftKnows(State before, Event.RaftKnows knows) {
        State state = before.leader(knows.leader()).waits(before.waits().follows(knows.follows()));
        if (!knows.committed()
                || state.raft() != State.Raft.RUNNING
                || !(state.standing() instanceof Standing.Member member)
                || member.led()) {
            return same(state);
        }
        FoundingRecord led =
                state.record().standing(new Standing.Member(member.cluster(), member.token(), true, member.charter()));
        return new Step(state.record(led), List.of(new Effect.Persist(led), new Effect.Tell(led)));
    }

    private Step inquired(State state, Event.Inquired inquired) {
        ClusterRef cluster = inquired.cluster();
        if (state.standing() instanceof Standing.Member member) {
            Charter charter = member.charter();
            List<ServerId> voters = !inquired.voters().isEmpty() || charter == null ? inquired.voters() : charter.ids();
            return member.cluster().equals(cluster)
                            && rules.isReplaced(state.record().id(), cluster, voters, inquired.testimonies())
                    ? lost(state, cluster, true, "its id was replaced: a majority of the voters that it knew say so")
                    : same(state);
        }
        return rules.takesIn(cluster, inquired.testimonies()) ? adopted(state, cluster) : same(state);
    }

    private Step adopted(State state, ClusterRef cluster) {
        FoundingRecord record = state.record();
        boolean blank = record.standing() instanceof Standing.Blank own
                && (own.formerly() == null || own.formerly().id().equals(cluster.id()));
        boolean withdrawn = record.standing() instanceof Standing.Withdrawn;
        if ((!blank && !withdrawn) || record.refused().contains(cluster.id())) {
            return same(state);
        }
        // A withdrawn founder may have given a vote, and its word may still be counted: that id never comes back.
        FoundingRecord as = withdrawn ? record.renewed(fresh.serverId()) : record;
        Standing.Member member = new Standing.Member(cluster, fresh.token(), false, null);
        return join(state, as.standing(member), member, new ArrayList<>());
    }

    /** A new server that waits to be taken in again: under the old id it may have voted for what it no longer knows. */
    private Step lost(State state, ClusterRef cluster, boolean folder, String what) {
        Charter charter = state.charter();
        boolean led = state.standing() instanceof Standing.Member member && member.led();
        Charter founded = charter != null && charter.id().equals(cluster.id()) && !led ? charter : null;
        FoundingRecord next =
                state.record().renewed(fresh.serverId()).standing(new Standing.Blank(cluster, founded, what));
        List<Effect> effects = new ArrayList<>();
        if (state.raft() == State.Raft.RUNNING) {
            effects.add(new Effect.StopRaft());
        }
        effects.add(new Effect.Persist(next));
        if (folder) {
            // After the record: blank and without a folder it would look as if it had never been a member.
            effects.add(new Effect.PutFolderAside());
        }
        effects.add(new Effect.Tell(next));
        return new Step(state.record(next).raft(State.Raft.NONE), effects);
    }

    private static Step same(State state) {
        return new Step(state, List.of());
    }
}
