package io.quorate.bootstrap;

import io.quorate.kernel.ServerId;
import java.util.List;

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

    /** What a founder records when it waited long enough. Not a refusal: its pledge may be what another one started with. */
    FoundingRecord withdrawn(FoundingRecord record, Charter charter) {
        return record.standing(new Standing.Withdrawn(charter));
    }

    /** Written before it is told: a server that forgot a pledge which another one counts could pledge elsewhere. */
    List<Effect> promise(FoundingRecord record) {
        return List.of(new Effect.Persist(record), new Effect.Tell(record));
    }
}
