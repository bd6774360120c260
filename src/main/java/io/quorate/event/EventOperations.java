package io.quorate.event;

import io.quorate.answer.AskException;
import io.quorate.answer.Offer;
import io.quorate.answer.Operation;
import io.quorate.codec.Form;
import io.quorate.codec.In;
import io.quorate.membership.Membership;
import io.quorate.runtime.Chance;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;

/** What may be asked of the cluster about events. */
public final class EventOperations {
    /**
     * Says something to all agents, by the leader: so that an agent that has lost its cluster says nothing. The answer is the event's
     * id. Nothing is stored.
     */
    public static final Operation<Firing, UUID> FIRE =
            Operation.writes("event.fire", Firing.FORM, Form.of((id, out) -> out.uuid(id), In::uuid));

    private EventOperations() {}

    /**
     * What a server answers of them.
     *
     * @param chance that nobody can guess
     */
    public static List<Offer<?, ?>> offers(Membership membership, RandomGenerator chance) {
        return List.of(Offer.does(FIRE, said -> fire(said, membership, Chance.uuid(chance))));
    }

    private static CompletionStage<UUID> fire(Firing said, Membership membership, UUID id) {
        problem(said);
        return membership.fire(id, Event.body(said)).thenApply(time -> id);
    }

    /** @throws AskException when it cannot be fired, in Consul's words */
    public static void problem(Firing said) {
        Selection.problem(said).ifPresent(text -> {
            throw new AskException(AskException.Kind.REFUSED, text);
        });
        if (!said.fits()) {
            throw new AskException(
                    AskException.Kind.REFUSED,
                    "1 error occurred:\n\t* error broadcasting event to segment \"\": user event exceeds configured limit of 512 bytes"
                            + " before encoding\n\n");
        }
    }
}
