package io.quorate.answer;

import io.quorate.codec.Form;
import io.quorate.kernel.Level;
import java.time.Duration;

/**
 * One thing that may be asked of the cluster: what a question and an answer look like, whether anything changes by it, and who may
 * answer. A feature declares each of its operations once, as a constant; every agent knows all of them, whoever carries them out.
 *
 * @param name as Consul names its RPCs, in lower case: {@code catalog.nodes}; never given another meaning, nor other forms: what is
 *     asked or answered in another way is another operation
 * @param level from which {@link Level} on a server knows it; whoever has not said that it does is not asked
 * @param takes how long it may take where it is answered, beyond what every question is given; whoever is asked is waited for so much
 *     longer
 * @param <Q> a question: immutable, equal when it asks the same
 * @param <A> an answer: immutable
 */
public record Operation<Q, A>(
        String name, int level, Effect effect, Place place, Duration takes, Form<Q> question, Form<A> answer) {
    /** Whether it may be carried out twice. */
    public enum Effect {
        /** Changes nothing: asked again wherever an answer was lost. */
        READS,
        /** Asked again only when it is known that nothing happened. */
        WRITES
    }

    /** Who may answer. */
    public enum Place {
        /** Any server of the datacenter, with or without a leader. */
        SERVER,
        /** The leader; what is read from the replicated state, any server that has made sure that it is up to date. */
        LEADER
    }

    public static <Q, A> Operation<Q, A> reads(String name, Place place, Form<Q> question, Form<A> answer) {
        return new Operation<>(name, Level.FIRST, Effect.READS, place, Duration.ZERO, question, answer);
    }

    public static <Q, A> Operation<Q, A> writes(String name, Form<Q> question, Form<A> answer) {
        return new Operation<>(name, Level.FIRST, Effect.WRITES, Place.LEADER, Duration.ZERO, question, answer);
    }

    /** The same, known only from that level on. */
    public Operation<Q, A> since(int newer) {
        return new Operation<>(name, newer, effect, place, takes, question, answer);
    }

    /** The same, which may take that much longer: it waits for other servers, say. */
    public Operation<Q, A> taking(Duration longer) {
        return new Operation<>(name, level, effect, place, longer, question, answer);
    }

    boolean isRead() {
        return effect == Effect.READS;
    }

    @Override
    public String toString() {
        return name;
    }
}
