package io.quorate.bootstrap;

import io.quorate.bootstrap.FoundingCore.Step;
import io.quorate.kernel.ClusterId;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Datacenter;
import io.quorate.kernel.Expect;
import io.quorate.kernel.FoundingState;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * The states that the founding rules can reach, with the very classes of production behind every step.
 *
 * <p>A state is: each server's {@link Machine}; everything that was ever said, as a set of facts that may reach anybody, at any
 * time, any number of times, or never; and what raft did (stored, committed), as further facts. Before each step a server hears any
 * of what was said, and forgets it afterwards: whatever a server that remembers can do, it can do by hearing it again just then. So
 * the space holds every order of delivery, loss and repetition without a queue. Between any two effects of a step a server may
 * crash.
 *
 * <p>A state is packed into a few longs, and a step of one server, which depends on its machine and on what it hears alone, is
 * computed by the core once and remembered.
 */
@NullMarked
final class Space {
    /** @param wipes how many times a server may lose its disk, its raft directory, or its place in the cluster */
    record Bounds(int expect, int more, int charters, int wipes) {
        int slots() {
            return expect + more;
        }

        @Override
        public String toString() {
            return "expect " + expect + ", servers " + slots() + ", charters " + charters + ", wipes " + wipes;
        }
    }

    /** Facts about one server id and one charter. */
    private static final int PLEDGED = 0;

    private static final int WITHDRAWN = 1;
    private static final int MEMBER = 2;
    private static final int DEAD = 3;
    /** Ghosts: nobody hears them. */
    private static final int PLEDGE_ON_DISK = 4;

    private static final int STORED = 5;
    private static final int KINDS = 6;

    /** Ghost: a message that anybody can send cost a server something. */
    private int harmed() {
        return ids + ids * bounds.charters() * KINDS + bounds.charters();
    }

    /** Ghost: time alone did what only the words of others may bring about, or a deadline passed too early. */
    private int hasty() {
        return harmed() + 1;
    }

    static final Datacenter DC = new Datacenter("dc1");

    final Bounds bounds;
    private final boolean keepIdAfterLoss;
    private final int generations;
    /** Header of a packed state: a number for each server's machine in the first long, charters and counters in the second. */
    private final int machineBits;

    private final int ids;
    private final int factWords;
    final int width;
    private final ServerId[] serverIds;
    private final ClusterId[] clusterIds;
    private final List<Machine> machines = new ArrayList<>();
    private final Map<Machine, Integer> machineIndex = new HashMap<>();
    private final Map<Integer, Charter> charterCache = new HashMap<>();
    private final Map<Long, Outcome[]> memo = new HashMap<>();
    private final FoundingCore[] cores;
    private final SlotFresh[] fresh;

    /** One way in which a step of one server can end. */
    private static final class Outcome {
        final int machine;
        final long[] facts;
        /** Its founders; 0: none was made. */
        final int newCharter;

        final boolean wipe;

        Outcome(int machine, long[] facts, int newCharter, boolean wipe) {
            this.machine = machine;
            this.facts = facts;
            this.newCharter = newCharter;
            this.wipe = wipe;
        }
    }

    Space(Bounds bounds, Rules rules, boolean keepIdAfterLoss) {
        this(bounds, rules, new Patience(Later.TIMING), keepIdAfterLoss);
    }

    Space(Bounds bounds, Rules rules, Patience patience, boolean keepIdAfterLoss) {
        this.bounds = bounds;
        this.keepIdAfterLoss = keepIdAfterLoss;
        machineBits = Math.min(16, 64 / bounds.slots());
        generations = 1 + Math.max(1, bounds.wipes());
        ids = bounds.slots() * generations;
        serverIds = new ServerId[ids];
        for (int i = 0; i < ids; i++) {
            serverIds[i] = new ServerId(new UUID(0, i + 1L));
        }
        clusterIds = new ClusterId[bounds.charters() + 1];
        for (int i = 0; i < clusterIds.length; i++) {
            clusterIds[i] = new ClusterId(new UUID(1, i));
        }
        int facts = hasty() + 1;
        factWords = (facts + 63) / 64;
        width = 2 + factWords;
        cores = new FoundingCore[bounds.slots()];
        fresh = new SlotFresh[bounds.slots()];
        for (int s = 0; s < bounds.slots(); s++) {
            fresh[s] = new SlotFresh();
            cores[s] = new FoundingCore(
                    rules, patience, new Terms(name(s), DC, new Expect(bounds.expect()), List.of(), false), fresh[s]);
        }
    }

    private static NodeName name(int slot) {
        return new NodeName("s" + slot);
    }

    private final class SlotFresh implements Fresh {
        int nextId;
        int nextCharter;
        String nextToken = "t0";

        @Override
        public ServerId serverId() {
            if (nextId >= ids) {
                throw new Exhausted();
            }
            return serverIds[nextId];
        }

        @Override
        public ClusterId clusterId() {
            if (nextCharter >= bounds.charters()) {
                throw new Exhausted();
            }
            return clusterIds[nextCharter];
        }

        @Override
        public String token() {
            return nextToken;
        }
    }

    /** The bounds hold no further id or charter: that branch ends here. */
    private static final class Exhausted extends RuntimeException {
        Exhausted() {
            super("bounds", null, false, false);
        }
    }

    // ---- packing
    // ------------------------------------------------------------------------------------------------------

    private int machine(Machine machine) {
        Integer known = machineIndex.get(machine);
        if (known == null) {
            known = machines.size();
            if (known >= 1 << machineBits) {
                throw new IllegalStateException("more than " + known + " machines");
            }
            machines.add(machine);
            machineIndex.put(machine, known);
        }
        return known;
    }

    private int machineAt(long[] state, int slot) {
        return (int) (state[0] >>> (slot * machineBits)) & ((1 << machineBits) - 1);
    }

    private void putMachine(long[] state, int slot, int machine) {
        long mask = (1L << machineBits) - 1;
        state[0] = (state[0] & ~(mask << (slot * machineBits))) | ((long) machine << (slot * machineBits));
    }

    /** Founders of each charter, then the counters. */
    private int foundersOf(long[] state, int charter) {
        return (int) (state[1] >>> (charter * ids)) & ((1 << ids) - 1);
    }

    private int charters(long[] state) {
        return (int) (state[1] >>> 56) & 0xF;
    }

    private int wipes(long[] state) {
        return (int) (state[1] >>> 60);
    }

    private int fact(int id, int charter, int kind) {
        return ids + (id * bounds.charters() + charter) * KINDS + kind;
    }

    private int committed(int charter) {
        return ids + ids * bounds.charters() * KINDS + charter;
    }

    private static boolean has(long[] state, int fact) {
        return (state[2 + (fact >> 6)] >>> (fact & 63) & 1) != 0;
    }

    private int idIndex(ServerId id) {
        return (int) id.value().getLeastSignificantBits() - 1;
    }

    private int charterIndex(ClusterId id) {
        return (int) id.value().getLeastSignificantBits();
    }

    private Charter charter(int index, int founders) {
        return charterCache.computeIfAbsent(index << 20 | founders, k -> {
            List<Founder> all = new ArrayList<>();
            for (int id = 0; id < ids; id++) {
                if ((founders >>> id & 1) != 0) {
                    all.add(new Founder(serverIds[id], name(id % bounds.slots())));
                }
            }
            return new Charter(clusterIds[index], DC, all);
        });
    }

    long[] initial() {
        long[] state = new long[width];
        for (int s = 0; s < bounds.slots(); s++) {
            prepare(s, Machine.NEW, 0);
            Facts facts = new Facts();
            Machine up = Machine.NEW.after(cores[s].start(Optional.empty(), Machine.NEW.folder()), facts);
            putMachine(state, s, machine(up));
            facts.into(state);
        }
        return state;
    }

    /** Everything a machine wrote or said in one step. */
    private final class Facts implements Machine.Watcher {
        final long[] bits = new long[factWords];

        void add(int fact) {
            bits[fact >> 6] |= 1L << (fact & 63);
        }

        @Override
        public void persisted(FoundingRecord record) {
            if (record.standing() instanceof Standing.Pledged pledged) {
                add(fact(idIndex(record.id()), charterIndex(pledged.charter().id()), PLEDGE_ON_DISK));
            }
        }

        @Override
        public void told(FoundingRecord record) {
            int id = idIndex(record.id());
            FoundingCore core = cores[id % bounds.slots()];
            Word word = core.word(State.starting(record), record, null);
            if (word.isBlank() && word.knows() == null) {
                add(id);
            }
            if (word.kind() == FoundingState.PLEDGED && word.charter() != null) {
                add(fact(id, charterIndex(word.charter().id()), PLEDGED));
            } else if (word.kind() == FoundingState.WITHDRAWN && word.charter() != null) {
                add(fact(id, charterIndex(word.charter().id()), WITHDRAWN));
            } else if (word.cluster() != null) {
                add(fact(id, charterIndex(word.cluster().id()), MEMBER));
            }
            for (ClusterId refused : record.refused()) {
                if (refused.equals(
                        core.word(State.starting(record), record, refused).dead())) {
                    add(fact(id, charterIndex(refused), DEAD));
                }
            }
        }

        boolean isNews() {
            return Arrays.stream(bits).anyMatch(b -> b != 0);
        }

        Facts copy() {
            Facts copy = new Facts();
            System.arraycopy(bits, 0, copy.bits, 0, factWords);
            return copy;
        }

        void into(long[] state) {
            for (int i = 0; i < factWords; i++) {
                state[2 + i] |= bits[i];
            }
        }
    }

    private Word word(
            int id,
            FoundingState kind,
            @Nullable Charter charter,
            @Nullable ClusterId member,
            @Nullable ClusterId dead) {
        return new Word(
                serverIds[id],
                name(id % bounds.slots()),
                DC,
                new Expect(bounds.expect()),
                1,
                kind,
                charter,
                member == null ? null : ClusterRef.founded(member),
                false,
                null,
                dead);
    }

    private void prepare(int slot, Machine machine, int charters) {
        SlotFresh names = fresh[slot];
        int present = machine.record() == null ? -1 : idIndex(machine.record().id());
        names.nextId = present < 0 ? slot : keepIdAfterLoss ? present : present + bounds.slots();
        names.nextCharter = charters;
        names.nextToken = "t0".equals(machine.folder().token()) ? "t1" : "t0";
    }

    // ---- steps
    // --------------------------------------------------------------------------------------------------------

    /** Each successor of the state, handed over in an array that is used again. */
    void successors(long[] state, Consumer<long[]> to) {
        long[] next = new long[width];
        for (int slot = 0; slot < bounds.slots(); slot++) {
            steps(state, slot, next, to);
        }
        for (int c = 0; c < charters(state); c++) {
            if (!has(state, committed(c)) && founders(state, c, STORED) >= bounds.expect() / 2 + 1) {
                System.arraycopy(state, 0, next, 0, width);
                int fact = committed(c);
                next[2 + (fact >> 6)] |= 1L << (fact & 63);
                to.accept(next);
            }
        }
    }

    private int founders(long[] state, int charter, int kind) {
        int founders = foundersOf(state, charter);
        int count = 0;
        for (int id = 0; id < ids; id++) {
            if ((founders >>> id & 1) != 0 && has(state, fact(id, charter, kind))) {
                count++;
            }
        }
        return count;
    }

    private int idsWith(long[] state, int charter, int kind, int but) {
        int set = 0;
        for (int id = 0; id < ids; id++) {
            if (id != but && has(state, fact(id, charter, kind))) {
                set |= 1 << id;
            }
        }
        return set;
    }

    private enum Act {
        START(0),
        PROPOSE(1),
        /** A pledged founder answers: its charter names this server. */
        PROPOSED(2),
        PROPOSED_KNOWING_A_CLUSTER(3),
        HEAR_PLEDGES(4),
        HEAR_MEMBER(5),
        HEAR_DEAD(6),
        HEAR_WITHDRAWALS(7),
        RELEASE(8),
        INSPECTED(9),
        LED(10),
        STORE(11),
        ADOPTED(12),
        REPLACED(13),
        WIPED(14),
        FOLDER_LOST(15),
        FORGED(16),
        /** As long as a moment less than any deadline, and then far beyond all of them. */
        TIME(17);

        final int code;

        Act(int code) {
            this.code = code;
        }
    }

    private void steps(long[] state, int slot, long[] next, Consumer<long[]> to) {
        int at = machineAt(state, slot);
        Machine machine = machines.get(at);
        int charters = charters(state);
        boolean mayWipe = wipes(state) < bounds.wipes();
        if (mayWipe) {
            take(state, slot, at, Act.WIPED, 0, 0, 0, next, to);
            if (machine.folder().exists()) {
                take(state, slot, at, Act.FOLDER_LOST, 0, 0, 0, next, to);
            }
        }
        // Of a running server this is: it crashed, and comes back.
        take(state, slot, at, Act.START, 0, 0, 0, next, to);
        take(state, slot, at, Act.TIME, 0, 0, 1, next, to);
        int self = idIndex(machine.disk().id());
        Standing standing = machine.disk().standing();
        if (standing instanceof Standing.Blank blank && blank.formerly() == null && charters < bounds.charters()) {
            propose(state, slot, at, self, charters, next, to);
        }
        for (int c = 0; c < charters; c++) {
            int founders = foundersOf(state, c);
            boolean names = (founders >>> self & 1) != 0;
            if (names) {
                proposed(state, slot, at, self, c, founders, next, to);
            }
            take(state, slot, at, Act.FORGED, c, founders, 1, next, to);
            Charter own = standing.charter();
            if (own != null && own.id().equals(clusterIds[c])) {
                int pledged = idsWith(state, c, PLEDGED, self);
                take(state, slot, at, Act.HEAR_PLEDGES, c, founders, pledged, next, to);
                int withdrawn = idsWith(state, c, WITHDRAWN, self);
                take(state, slot, at, Act.HEAR_WITHDRAWALS, c, founders, withdrawn, next, to);
                int member = Integer.lowestOneBit(idsWith(state, c, MEMBER, self) & founders);
                take(state, slot, at, Act.HEAR_MEMBER, c, founders, member, next, to);
                int dead = Integer.lowestOneBit(idsWith(state, c, DEAD, self) & founders);
                take(state, slot, at, Act.HEAR_DEAD, c, founders, dead, next, to);
                take(state, slot, at, Act.RELEASE, c, founders, 1, next, to);
                take(state, slot, at, Act.INSPECTED, c, founders, 1, next, to);
            }
            boolean committed = has(state, committed(c));
            if (standing instanceof Standing.Member member
                    && member.cluster().id().equals(clusterIds[c])) {
                boolean elected = founders(state, c, MEMBER) >= bounds.expect() / 2 + 1;
                if (machine.phase() == Machine.Phase.RAFT_RUNS
                        && machine.folder().empty()
                        && (names ? elected : committed)) {
                    take(state, slot, at, Act.STORE, c, founders, 1, next, to);
                }
                if (committed) {
                    // Raft never knows more to be committed than it has stored.
                    if (!machine.folder().empty()) {
                        take(state, slot, at, Act.LED, c, founders, 1, next, to);
                    }
                    int others = idsWith(state, c, MEMBER, self) & founders;
                    if (mayWipe && Integer.bitCount(others) > bounds.expect() / 2) {
                        take(state, slot, at, Act.REPLACED, c, founders, others, next, to);
                    }
                }
            } else if (committed) {
                int members = idsWith(state, c, MEMBER, -1) & founders;
                take(state, slot, at, Act.ADOPTED, c, founders, members, next, to);
            }
        }
    }

    private void propose(long[] state, int slot, int at, int self, int charters, long[] next, Consumer<long[]> to) {
        int blank = 0;
        for (int id = 0; id < ids; id++) {
            if (id % bounds.slots() != slot && has(state, id)) {
                blank |= 1 << id;
            }
        }
        // Any servers may be the ones that it knows of, one id of each node.
        for (int known = blank; ; known = (known - 1) & blank) {
            if (Integer.bitCount(known) == bounds.expect() - 1 && oneOfEachNode(known)) {
                take(state, slot, at, Act.PROPOSE, charters, known | 1 << self, known, next, to);
            }
            if (known == 0) {
                return;
            }
        }
    }

    private boolean oneOfEachNode(int known) {
        int nodes = 0;
        for (int id = 0; id < ids; id++) {
            if ((known >>> id & 1) != 0) {
                int node = 1 << id % bounds.slots();
                if ((nodes & node) != 0) {
                    return false;
                }
                nodes |= node;
            }
        }
        return true;
    }

    private void proposed(
            long[] state, int slot, int at, int self, int c, int founders, long[] next, Consumer<long[]> to) {
        int pledged = idsWith(state, c, PLEDGED, self) & founders;
        int withdrawn = idsWith(state, c, WITHDRAWN, self) & founders;
        for (int asking = pledged; asking != 0; asking &= asking - 1) {
            int one = Integer.lowestOneBit(asking);
            take(state, slot, at, Act.PROPOSED, c, founders, one, next, to);
            take(state, slot, at, Act.PROPOSED_KNOWING_A_CLUSTER, c, founders, one, next, to);
        }
        if (withdrawn != 0) {
            // The kind of the word is told by a bit above all ids.
            take(state, slot, at, Act.PROPOSED, c, founders, Integer.lowestOneBit(withdrawn) | 1 << ids, next, to);
        }
    }

    private void take(
            long[] state, int slot, int at, Act act, int c, int founders, int who, long[] next, Consumer<long[]> to) {
        if (who == 0 && needsSomebody(act)) {
            return;
        }
        long key = (((long) at << 5 | act.code) << 2 | c) << 16 | founders;
        key = key << 17 | who;
        Outcome[] outcomes = memo.get(key * 8 + slot);
        if (outcomes == null) {
            outcomes = outcomes(slot, machines.get(at), act, c, founders, who);
            memo.put(key * 8 + slot, outcomes);
        }
        for (Outcome outcome : outcomes) {
            System.arraycopy(state, 0, next, 0, width);
            putMachine(next, slot, outcome.machine);
            for (int i = 0; i < factWords; i++) {
                next[2 + i] |= outcome.facts[i];
            }
            if (outcome.newCharter != 0) {
                next[1] |= (long) outcome.newCharter << (c * ids);
                next[1] += 1L << 56;
            }
            if (outcome.wipe) {
                next[1] += 1L << 60;
            }
            to.accept(next);
        }
    }

    private boolean needsSomebody(Act act) {
        return act == Act.HEAR_DEAD
                || act == Act.ADOPTED
                || act == Act.HEAR_MEMBER
                || act == Act.HEAR_WITHDRAWALS
                || (act == Act.HEAR_PLEDGES && bounds.expect() > 1);
    }

    private Outcome[] outcomes(int slot, Machine machine, Act act, int c, int founders, int who) {
        prepare(slot, machine, act == Act.PROPOSE ? c : bounds.charters());
        try {
            List<Outcome> all = new ArrayList<>();
            boolean wipe = act == Act.WIPED || act == Act.FOLDER_LOST || act == Act.REPLACED;
            if (act == Act.STORE) {
                Facts facts = new Facts();
                facts.add(fact(idIndex(machine.disk().id()), c, STORED));
                return new Outcome[] {new Outcome(machine(machine.storing()), facts.bits, 0, false)};
            }
            if (act == Act.WIPED || act == Act.FOLDER_LOST) {
                // What it comes back as, or if the bounds hold no further id, nothing.
                Machine hurt = act == Act.WIPED ? Machine.NEW : machine.without(true);
                add(slot, all, hurt, cores[slot].start(Optional.ofNullable(hurt.record()), hurt.folder()), 0, true);
                return all.toArray(new Outcome[0]);
            }
            if (act == Act.TIME) {
                return timed(slot, machine);
            }
            if (act == Act.FORGED) {
                return forged(slot, machine, c, founders);
            }
            Step step = step(slot, machine, act, c, founders, who);
            boolean proposed = act == Act.PROPOSE && !machine.changesNothing(step);
            add(slot, all, machine, step, proposed ? founders : 0, wipe);
            return all.toArray(new Outcome[0]);
        } catch (Exhausted e) {
            return new Outcome[0];
        }
    }

    private Outcome[] forged(int slot, Machine machine, int c, int founders) {
        State state = cores[slot].begun(machine.state(), 0);
        for (Event event : forgeries(c, founders, idIndex(machine.disk().id()))) {
            Step step = cores[slot].on(state, event, 0);
            if (!step.state().equals(state) || !machine.changesNothing(step)) {
                Facts facts = new Facts();
                facts.add(harmed());
                return new Outcome[] {new Outcome(machine(machine), facts.bits, 0, false)};
            }
        }
        return new Outcome[0];
    }

    /**
     * Time alone: before the deadline it at most asks, beyond it this server at most gives a promise of its own up, or looks whether
     * it may. What it does then, RELEASE explores.
     */
    private Outcome[] timed(int slot, Machine machine) {
        FoundingCore core = cores[slot];
        State state = core.begun(machine.state(), 0);
        Facts facts = new Facts();
        for (boolean asking : List.of(true, false)) {
            Step early = core.on(state, new Event.TimePassed(asking), Later.RELEASE_MS - 1);
            Step late = core.on(state, new Event.TimePassed(asking), 100L * Later.RELEASE_MS);
            boolean asksOnly = early.effects().stream().allMatch(e -> !asking && e instanceof Effect.AskAll)
                    && early.state().record().equals(state.record())
                    && early.state().raft() == state.raft();
            Standing then = late.state().standing();
            boolean binds = !then.equals(state.standing())
                    && (then instanceof Standing.Pledged || then instanceof Standing.Member);
            boolean starts = late.effects().stream()
                    .anyMatch(e -> e instanceof Effect.StartRaft || e instanceof Effect.MakeFolder);
            if (!asksOnly || binds || starts) {
                facts.add(hasty());
            }
        }
        return facts.isNews() ? new Outcome[] {new Outcome(machine(machine), facts.bits, 0, false)} : new Outcome[0];
    }

    /**
     * The whole step, and for each place between two effects a crash there. Who crashed is back at once: a server that is down is
     * not different from one that is up and does nothing, and what it says too early nobody needs to hear.
     */
    private void add(int slot, List<Outcome> all, Machine from, Step step, int newCharter, boolean wipe) {
        Set<List<Object>> crashed = new HashSet<>();
        for (int done = 1; done < step.effects().size(); done++) {
            Facts facts = new Facts();
            Machine down = from.after(step, done, facts);
            boolean same = Objects.equals(from.record(), down.record())
                    && from.folder().equals(down.folder())
                    && !facts.isNews();
            if (!same || wipe) {
                restart(slot, all, down, facts, newCharter, wipe, crashed);
            }
        }
        Facts facts = new Facts();
        Machine then = from.after(step, facts);
        if (!then.equals(from) || facts.isNews() || wipe) {
            all.add(new Outcome(machine(then), facts.bits, newCharter, wipe));
        }
    }

    private void restart(
            int slot,
            List<Outcome> all,
            Machine down,
            Facts said,
            int newCharter,
            boolean wipe,
            Set<List<Object>> crashed) {
        if (down.record() == null || !crashed.add(List.of(down, LongBuffer.wrap(said.bits)))) {
            return;
        }
        Step step;
        try {
            prepare(slot, down, bounds.charters());
            step = cores[slot].start(Optional.of(down.record()), down.folder());
        } catch (Exhausted e) {
            return;
        }
        for (int done = 1; done < step.effects().size(); done++) {
            Facts facts = said.copy();
            restart(slot, all, down.after(step, done, facts), facts, newCharter, wipe, crashed);
        }
        Facts facts = said.copy();
        all.add(new Outcome(machine(down.after(step, facts)), facts.bits, newCharter, wipe));
    }

    private Step step(int slot, Machine machine, Act act, int c, int founders, int who) {
        FoundingCore core = cores[slot];
        if (act == Act.START) {
            return core.start(Optional.of(machine.disk()), machine.folder());
        }
        State state = core.begun(machine.state(), 0);
        ClusterId cluster = clusterIds[c];
        return switch (act) {
            case PROPOSE -> propose(core, state, who);
            case PROPOSED -> core.on(state, proposing(c, founders, who), 0);
            case PROPOSED_KNOWING_A_CLUSTER ->
                core.on(state.peers(List.of(foreigner())), proposing(c, founders, who), 0);
            case HEAR_PLEDGES ->
                hear(core, state, who, id -> word(id, FoundingState.PLEDGED, charter(c, founders), null, null));
            case HEAR_WITHDRAWALS ->
                hear(core, state, who, id -> word(id, FoundingState.WITHDRAWN, charter(c, founders), null, null));
            case HEAR_MEMBER -> hear(core, state, who, id -> word(id, FoundingState.MEMBER, null, cluster, null));
            case HEAR_DEAD -> hear(core, state, who, id -> word(id, FoundingState.BLANK, null, null, cluster));
            case RELEASE -> core.on(state, new Event.TimePassed(true), Later.RELEASE_MS);
            case INSPECTED ->
                core.on(state, new Event.LogInspected(cluster, machine.folder().empty()), 0);
            case LED -> core.on(state, new Event.RaftKnows(true, false, true), 0);
            case ADOPTED -> core.on(state, inquired(c, founders, who, Testimony.Place.NONE), 0);
            case REPLACED -> core.on(state, inquired(c, founders, who, Testimony.Place.EXPELLED), 0);
            default -> throw new IllegalStateException(act.toString());
        };
    }

    private Peer foreigner() {
        return new Peer(
                new NodeName("foreigner"),
                new ServerId(new UUID(9, 9)),
                null,
                Peer.Presence.FAILED,
                Expect.NONE,
                ClusterRef.founded(new ClusterId(new UUID(9, 9))),
                FoundingState.MEMBER,
                1);
    }

    private Event.Inquired inquired(int c, int founders, int who, Testimony.Place place) {
        Charter charter = charter(c, founders);
        List<Testimony> testimonies = new ArrayList<>();
        for (int id = 0; id < ids; id++) {
            if ((who >>> id & 1) != 0) {
                testimonies.add(new Testimony(serverIds[id], charter.cluster(), charter.ids(), true, place));
            }
        }
        return new Event.Inquired(charter.cluster(), List.of(), testimonies);
    }

    /** All that a stranger can bring about: any message, and with it a round of questions that too few confirm. */
    private List<Event> forgeries(int c, int founders, int self) {
        Charter charter = charter(c, founders);
        List<Event> forged = new ArrayList<>();
        for (int id = 0; id < ids; id++) {
            boolean founder = (founders >>> id & 1) != 0;
            for (FoundingState kind : FoundingState.STANDINGS) {
                boolean bound = kind == FoundingState.PLEDGED || kind == FoundingState.WITHDRAWN;
                if (id != self && (founder || !bound)) {
                    forged.add(new Event.Asked(word(
                            id,
                            kind,
                            bound ? charter : null,
                            kind == FoundingState.MEMBER ? charter.id() : null,
                            charter.id())));
                }
            }
        }
        int minority = 0;
        for (int id = 0; id < ids && Integer.bitCount(minority) < bounds.expect() / 2; id++) {
            minority |= id == self ? 0 : founders & 1 << id;
        }
        for (Testimony.Place place : Testimony.Place.values()) {
            forged.add(inquired(c, founders, minority, place));
            // Strangers say so, too, and name whom they like.
            List<ServerId> strangers = List.of(new ServerId(new UUID(8, 1)), new ServerId(new UUID(8, 2)));
            List<Testimony> more =
                    new ArrayList<>(inquired(c, founders, minority, place).testimonies());
            strangers.forEach(s -> more.add(new Testimony(s, charter.cluster(), charter.ids(), true, place)));
            forged.add(new Event.Inquired(charter.cluster(), List.of(), more));
        }
        return forged;
    }

    private Event.Heard proposing(int c, int founders, int who) {
        boolean withdrawn = (who >>> ids & 1) != 0;
        int id = Integer.numberOfTrailingZeros(who);
        FoundingState kind = withdrawn ? FoundingState.WITHDRAWN : FoundingState.PLEDGED;
        return new Event.Heard(word(id, kind, charter(c, founders), null, null));
    }

    private Step propose(FoundingCore core, State state, int known) {
        List<Word> answers = new ArrayList<>();
        for (int id = 0; id < ids; id++) {
            if ((known >>> id & 1) != 0) {
                answers.add(word(id, FoundingState.BLANK, null, null, null));
            }
        }
        return Later.stable(core, state, answers);
    }

    private interface Speaking {
        Word of(int id);
    }

    /** One word after the other, until something comes of it. */
    private Step hear(FoundingCore core, State from, int who, Speaking speaking) {
        Step step = new Step(from, List.of());
        if (who == 0) {
            // With an expect of 1 nobody else has to say anything.
            return Later.stable(core, from, List.of());
        }
        for (int id = 0; id < ids && step.effects().isEmpty(); id++) {
            if ((who >>> id & 1) != 0) {
                step = core.on(step.state(), new Event.Heard(speaking.of(id)), 0);
            }
        }
        return step;
    }

    // ---- what must never be
    // --------------------------------------------------------------------------------------------

    /** The rule that this state breaks; null when it breaks none. */
    @Nullable
    String broken(long[] state) {
        if (has(state, harmed())) {
            return "a message that anybody can send cost a server something";
        }
        if (has(state, hasty())) {
            return "time alone bound a server, or freed it before its time";
        }
        int charters = charters(state);
        for (int c = 0; c < charters; c++) {
            int founders = foundersOf(state, c);
            int onDisk = idsWith(state, c, PLEDGE_ON_DISK, -1);
            boolean started = founders(state, c, MEMBER) > 0 || isMemberOnDisk(state, c);
            if (started && (onDisk & founders) != founders) {
                return "started without all pledges";
            }
            if (has(state, committed(c))) {
                if (idsWith(state, c, DEAD, -1) != 0) {
                    return "a committed charter is called dead";
                }
                if (founders(state, c, WITHDRAWN) >= (bounds.expect() + 1) / 2) {
                    return "a committed charter is dead by withdrawals";
                }
                for (int other = 0; other < c; other++) {
                    boolean share = (foundersOf(state, other) & founders) != 0;
                    if (has(state, committed(other)) && (share || everThere(state) < 2 * bounds.expect())) {
                        return "two living charters" + (share ? " share a founder" : " with less than 2N servers");
                    }
                }
            }
            for (int other = 0; other < charters; other++) {
                int both = other == c ? 0 : onDisk & idsWith(state, other, PLEDGE_ON_DISK, -1);
                if (both != 0 && !isProvenDead(state, c) && !isProvenDead(state, other)) {
                    return "pledged to two charters without proof that one is dead";
                }
            }
        }
        return null;
    }

    private boolean isMemberOnDisk(long[] state, int c) {
        for (int s = 0; s < bounds.slots(); s++) {
            Machine machine = machines.get(machineAt(state, s));
            if (machine.record() != null
                    && machine.record().standing() instanceof Standing.Member member
                    && member.cluster().id().equals(clusterIds[c])) {
                return true;
            }
        }
        return false;
    }

    /** Refused by a founder that never pledged, or half of the founders withdrew. */
    private boolean isProvenDead(long[] state, int c) {
        int founders = foundersOf(state, c);
        int refusing = 0;
        for (int s = 0; s < bounds.slots(); s++) {
            FoundingRecord record = machines.get(machineAt(state, s)).record();
            if (record != null && record.refused().contains(clusterIds[c])) {
                refusing |= 1 << idIndex(record.id());
            }
        }
        refusing |= idsWith(state, c, DEAD, -1);
        int neverPledged = founders & ~idsWith(state, c, PLEDGE_ON_DISK, -1) & refusing;
        return neverPledged != 0 || withdrawals(state, c) >= (bounds.expect() + 1) / 2;
    }

    private int withdrawals(long[] state, int c) {
        int withdrawn = idsWith(state, c, WITHDRAWN, -1);
        for (int s = 0; s < bounds.slots(); s++) {
            FoundingRecord record = machines.get(machineAt(state, s)).record();
            if (record != null
                    && record.standing() instanceof Standing.Withdrawn w
                    && w.charter().id().equals(clusterIds[c])) {
                withdrawn |= 1 << idIndex(record.id());
            }
        }
        return Integer.bitCount(withdrawn & foundersOf(state, c));
    }

    private int everThere(long[] state) {
        int count = 0;
        int seen = 0;
        for (int id = 0; id < ids; id++) {
            if (has(state, id)) {
                count++;
                seen |= 1 << id;
            }
        }
        for (int s = 0; s < bounds.slots(); s++) {
            FoundingRecord record = machines.get(machineAt(state, s)).record();
            if (record != null && (seen >>> idIndex(record.id()) & 1) == 0) {
                count++;
            }
        }
        return count;
    }

    // ---- for the fair run and for people
    // -------------------------------------------------------------------------------

    List<Machine> machines(long[] state) {
        List<Machine> all = new ArrayList<>();
        for (int s = 0; s < bounds.slots(); s++) {
            all.add(machines.get(machineAt(state, s)));
        }
        return all;
    }

    List<ClusterId> committed(long[] state) {
        List<ClusterId> all = new ArrayList<>();
        for (int c = 0; c < charters(state); c++) {
            if (has(state, committed(c))) {
                all.add(clusterIds[c]);
            }
        }
        return all;
    }

    int wipesIn(long[] state) {
        return wipes(state);
    }

    String describe(long[] state) {
        StringBuilder text = new StringBuilder();
        for (int s = 0; s < bounds.slots(); s++) {
            text.append("  ").append(machines.get(machineAt(state, s))).append('\n');
        }
        for (int c = 0; c < charters(state); c++) {
            text.append("  charter ").append(charter(c, foundersOf(state, c)).ids());
            for (int kind = 0; kind < KINDS; kind++) {
                text.append(List.of(" pledged ", " withdrawn ", " member ", " dead ", " on disk ", " stored ")
                                .get(kind))
                        .append(Integer.toBinaryString(idsWith(state, c, kind, -1)));
            }
            text.append(has(state, committed(c)) ? " committed" : "").append('\n');
        }
        return text + "  " + wipes(state) + " wipes";
    }

    int machinesSeen() {
        return machines.size();
    }

    static long hash(long[] state) {
        return Arrays.hashCode(state) * 0x9E3779B97F4A7C15L;
    }
}
