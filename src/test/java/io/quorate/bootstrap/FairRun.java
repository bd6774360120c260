package io.quorate.bootstrap;

import io.quorate.bootstrap.FoundingCore.Step;
import io.quorate.kernel.ClusterId;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Expect;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * From some state of several servers: faults stop, everybody is up and answers everybody, time passes. Says how it ends. Words of
 * the past are gone: what is needed must still be said by somebody who is there.
 */
@NullMarked
final class FairRun {
    private static final int MAX_ROUNDS = 60;

    private final int expect;
    private final List<FoundingCore> cores = new ArrayList<>();
    private final List<Machine> machines;
    private final List<State> states = new ArrayList<>();
    private final Set<ClusterId> committed;
    private int fresh;
    private long nowMs;
    private boolean moved;

    FairRun(int expect, List<Machine> from, Collection<ClusterId> committed, Rules rules) {
        this.expect = expect;
        this.machines = new ArrayList<>(from);
        this.committed = new LinkedHashSet<>(committed);
        Fresh names = new Fresh() {
            @Override
            public ServerId serverId() {
                return new ServerId(new UUID(5, fresh++));
            }

            @Override
            public ClusterId clusterId() {
                return new ClusterId(new UUID(6, fresh++));
            }

            @Override
            public String token() {
                return "fair" + fresh++;
            }
        };
        for (int i = 0; i < from.size(); i++) {
            Terms terms = new Terms(name(i), Space.DC, new Expect(expect), List.of(), false);
            cores.add(new FoundingCore(rules, new Patience(Later.TIMING), terms, names));
        }
    }

    private static NodeName name(int slot) {
        return new NodeName("s" + slot);
    }

    /** How it ended badly; null when it ended well. With {@code mayBeStuck} something was lost for good before. */
    @Nullable
    String run(boolean mayBeStuck) {
        for (int i = 0; i < machines.size(); i++) {
            Machine machine = machines.get(i);
            if (machine.phase() == Machine.Phase.DOWN) {
                Step step = cores.get(i).start(Optional.ofNullable(machine.record()), machine.folder());
                machines.set(i, machine.after(step, Machine.Watcher.BLIND));
                states.add(cores.get(i).begun(step.state(), nowMs));
            } else {
                states.add(cores.get(i).begun(machine.state(), nowMs));
            }
        }
        for (int round = 0; round < MAX_ROUNDS; round++) {
            moved = false;
            gossip();
            for (int i = 0; i < machines.size(); i++) {
                ask(i);
            }
            raft();
            if (!moved) {
                nowMs += Later.RELEASE_MS;
                for (int i = 0; i < machines.size(); i++) {
                    Charter charter = states.get(i).charter();
                    if (charter != null && !isLed(i)) {
                        FoundingRecord before = states.get(i).record();
                        boolean was = moved;
                        take(i, new Event.TimePassed(false));
                        inspect(i);
                        // Raft stopped, looked at and started again is no progress.
                        moved = was || !before.equals(states.get(i).record());
                    }
                }
            }
            if (!moved) {
                return verdict(mayBeStuck);
            }
        }
        return "no end after " + MAX_ROUNDS + " rounds";
    }

    private void gossip() {
        for (int i = 0; i < machines.size(); i++) {
            List<Peer> peers = new ArrayList<>();
            for (int j = 0; j < machines.size(); j++) {
                if (i != j) {
                    FoundingRecord record = states.get(j).record();
                    ClusterRef cluster = record.standing() instanceof Standing.Member m ? m.cluster() : null;
                    peers.add(new Peer(
                            name(j),
                            record.id(),
                            null,
                            Peer.Presence.ALIVE,
                            new Expect(expect),
                            cluster,
                            record.standing().state(),
                            1));
                }
            }
            states.set(
                    i,
                    cores.get(i)
                            .on(states.get(i), new Event.PeersChanged(peers), nowMs)
                            .state());
        }
    }

    private void ask(int asker) {
        List<Word> answers = new ArrayList<>();
        for (int j = 0; j < machines.size(); j++) {
            if (j != asker) {
                FoundingRecord record = states.get(asker).record();
                take(j, new Event.Asked(word(asker, null)));
                Word answer = word(j, about(record));
                answers.add(answer);
                take(asker, new Event.Heard(answer));
            }
        }
        take(asker, new Event.RoundEnded(answers));
        nowMs += Later.MARGIN_MS;
        take(asker, new Event.RoundEnded(answers));
        inspect(asker);
    }

    private static @Nullable ClusterId about(FoundingRecord record) {
        Charter charter = record.standing().charter();
        ClusterRef formerly = record.standing() instanceof Standing.Blank blank ? blank.formerly() : null;
        return charter != null ? charter.id() : formerly != null ? formerly.id() : null;
    }

    private Word word(int of, @Nullable ClusterId about) {
        return cores.get(of).word(states.get(of), states.get(of).record(), about);
    }

    private void inspect(int i) {
        Charter charter = states.get(i).charter();
        if (states.get(i).raft() == State.Raft.CHECKING && charter != null) {
            take(
                    i,
                    new Event.LogInspected(
                            charter.id(), machines.get(i).folder().empty()));
        }
    }

    private void raft() {
        Set<ClusterId> clusters = new LinkedHashSet<>(committed);
        states.forEach(s -> {
            if (s.standing() instanceof Standing.Member m) {
                clusters.add(m.cluster().id());
            }
        });
        for (ClusterId cluster : clusters) {
            if (!hasLeader(cluster)) {
                continue;
            }
            committed.add(cluster);
            for (int i = 0; i < machines.size(); i++) {
                if (isRunning(i, cluster)) {
                    machines.set(i, machines.get(i).storing());
                    take(i, new Event.RaftKnows(true, false, true));
                } else if (!(states.get(i).standing() instanceof Standing.Member)) {
                    take(i, new Event.Inquired(ClusterRef.founded(cluster), List.of(), testimonies(cluster)));
                }
            }
        }
    }

    private List<Testimony> testimonies(ClusterId cluster) {
        List<ServerId> running = new ArrayList<>();
        for (int i = 0; i < machines.size(); i++) {
            if (isRunning(i, cluster)) {
                running.add(states.get(i).record().id());
            }
        }
        return running.stream()
                .map(by -> new Testimony(by, ClusterRef.founded(cluster), running, true, Testimony.Place.NONE))
                .toList();
    }

    /** Who votes after servers were taken in is raft's own matter: any majority of members will do here. */
    private boolean hasLeader(ClusterId cluster) {
        int founders = 0;
        int members = 0;
        for (int i = 0; i < machines.size(); i++) {
            if (isRunning(i, cluster)) {
                members++;
                Charter charter = states.get(i).charter();
                founders += charter == null ? 0 : 1;
            }
        }
        return (committed.contains(cluster) ? members : founders) >= expect / 2 + 1;
    }

    private boolean isRunning(int i, ClusterId cluster) {
        State state = states.get(i);
        return state.raft() == State.Raft.RUNNING
                && state.standing() instanceof Standing.Member m
                && m.cluster().id().equals(cluster);
    }

    private boolean isLed(int i) {
        return states.get(i).standing() instanceof Standing.Member m && m.led();
    }

    private void take(int i, Event event) {
        State before = states.get(i);
        Step step = cores.get(i).on(before, event, nowMs);
        states.set(i, step.state());
        machines.set(i, machines.get(i).after(step, Machine.Watcher.BLIND));
        moved |= !before.record().equals(step.state().record())
                || before.raft() != step.state().raft()
                || !before.proofs().equals(step.state().proofs());
    }

    private @Nullable String verdict(boolean mayBeStuck) {
        Set<ClusterId> led = new HashSet<>();
        for (ClusterId cluster : committed) {
            if (hasLeader(cluster)) {
                led.add(cluster);
            }
        }
        boolean allIn = true;
        for (State state : states) {
            allIn &= state.standing() instanceof Standing.Member m
                    && led.contains(m.cluster().id());
        }
        if (allIn) {
            return null;
        }
        if (!mayBeStuck) {
            return "not all in one cluster at the end:\n" + this;
        }
        return stuck(led);
    }

    /** Something was lost: then those who wait must each have a reason that only a person can remove. */
    private @Nullable String stuck(Set<ClusterId> led) {
        Set<ServerId> there = new HashSet<>();
        states.forEach(s -> there.add(s.record().id()));
        int free = 0;
        boolean clusterKnown = false;
        for (State state : states) {
            Charter charter = state.charter();
            if (state.standing() instanceof Standing.Member m) {
                clusterKnown = true;
                boolean gone = charter == null || !there.containsAll(charter.ids());
                if (!led.contains(m.cluster().id()) && !gone) {
                    return "a member without a leader although all founders are there:\n" + this;
                }
            } else if (state.standing() instanceof Standing.Blank blank) {
                clusterKnown |= blank.formerly() != null;
                free += blank.formerly() == null ? 1 : 0;
            } else if (charter != null && there.containsAll(charter.ids())) {
                return "bound by a charter although all founders are there:\n" + this;
            }
        }
        return free >= expect && !clusterKnown ? "enough are free, and nothing is founded:\n" + this : null;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        machines.forEach(m -> text.append("  ").append(m).append('\n'));
        states.forEach(s -> text.append("  ").append(s.proofs()).append('\n'));
        return text + "  committed " + committed;
    }
}
