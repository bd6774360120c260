package io.quorate.bootstrap;

import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.ServerId;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The few conditions that founding's safety hangs on, in one place. The explorer replaces one at a time by a wrong one and must
 * notice: that is the only reason why they can be overridden, and only inside this package.
 */
class Rules {
    static final Rules STANDARD = new Rules();

    /** All founders have pledged: each said so itself, or somebody started, who then knew. */
    boolean mayStart(Charter charter, ServerId self, Proofs proofs) {
        return proofs.started()
                || charter.ids().stream()
                        .allMatch(f -> f.equals(self) || proofs.pledged().contains(f));
    }

    /** No majority of its founders can ever have stored, or will ever store, an entry of it. */
    boolean isDead(Charter charter, ServerId self, Standing standing, Proofs proofs) {
        int withdrawn = proofs.withdrawn().size();
        if (standing instanceof Standing.Withdrawn && !proofs.withdrawn().contains(self)) {
            withdrawn++;
        }
        return proofs.dead() || withdrawn >= charter.fatalWithdrawals();
    }

    /** Whoever stored an entry may be part of the majority that committed it. */
    boolean mayWithdrawStarted(boolean logIsEmpty) {
        return logIsEmpty;
    }

    /**
     * Whether an id was given to another server for good. Only a majority of the voters that this server itself last knew can have
     * decided that, and it was not among them.
     *
     * @param voters of its last configuration, else the founders; empty when it knows of none: then who they are is
     *     the majority's word, too
     */
    boolean isReplaced(ServerId self, ClusterRef cluster, List<ServerId> voters, List<Testimony> testimonies) {
        List<Testimony> saying = testimonies.stream()
                .filter(t ->
                        t.cluster().equals(cluster) && t.place() == Testimony.Place.EXPELLED && !t.by().equals(self))
                .toList();
        return voters.isEmpty() ? isMajorityOfItsOwn(saying) : isMajority(voters, saying);
    }

    /** Whether a cluster with a leader is there: a majority of its voters, all naming the same voters, say so. */
    boolean takesIn(ClusterRef cluster, List<Testimony> testimonies) {
        return isMajorityOfItsOwn(testimonies.stream()
                .filter(t -> t.cluster().equals(cluster) && t.leader())
                .toList());
    }

    private static boolean isMajorityOfItsOwn(List<Testimony> saying) {
        return saying.stream()
                .map(Testimony::voters)
                .distinct()
                .anyMatch(voters -> isMajority(
                        voters,
                        saying.stream().filter(t -> t.voters().equals(voters)).toList()));
    }

    static boolean isMajority(List<ServerId> voters, List<Testimony> saying) {
        Set<ServerId> by = new HashSet<>(saying.stream().map(Testimony::by).toList());
        by.retainAll(voters);
        return by.size() > voters.size() / 2;
    }

    /** What a founder records when it waited long enough. Not a refusal: its pledge may be what another one started with. */
    FoundingRecord withdrawn(FoundingRecord record, Charter charter) {
        return record.standing(new Standing.Withdrawn(charter));
    }

    /** Written before it is told: a server that forgot a pledge which another one counts could pledge elsewhere. */
    List<Effect> promise(FoundingRecord record) {
        return List.of(new Effect.Persist(record), new Effect.Tell(record));
    }
}
