package io.quorate.answer;

import io.quorate.codec.MalformedException;
import io.quorate.consensus.Command;
import io.quorate.rpc.RpcHandler;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** What a server says that does nothing but say it: the method {@link Answers#METHOD} for one operation, without a thread. */
public final class Said {
    private Said() {}

    /** @param offer of what is known without looking anywhere */
    public static <Q, A> RpcHandler by(Offer<Q, A> offer) {
        return message -> CompletableFuture.completedFuture(answer(offer, message));
    }

    private static <Q, A> byte[] answer(Offer<Q, A> offer, byte[] message) {
        try {
            Envelope.Forwarded asked = Envelope.read(message);
            if (!asked.operation().equals(offer.operation().name())) {
                return Envelope.failure(new AskException(AskException.Kind.NOT_UNDERSTOOD, "not known here"));
            }
            Q question = offer.operation().question().of(asked.question());
            A known = offer.match(new Knowledge<Q, A>()).apply(question);
            return Envelope.answer(
                    new Answer<>(known, -1, false, 0, Mode.DEFAULT, null),
                    offer.operation().answer());
        } catch (MalformedException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static final class Knowledge<Q, A> implements Offer.Cases<Q, A, Function<Q, A>> {
        @Override
        public Function<Q, A> reads(Offer.Reading<Q, A> reading) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <T> Function<Q, A> writes(
                Function<Q, Optional<A>> already, Function<Q, ? extends Command<T>> command, Function<T, A> answer) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Function<Q, A> does(Function<Q, CompletionStage<A>> work) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Function<Q, A> streams(Function<Q, Streamed<A>> work) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Function<Q, A> knows(Function<Q, A> knowledge) {
            return knowledge;
        }
    }
}
