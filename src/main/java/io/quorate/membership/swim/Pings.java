package io.quorate.membership.swim;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Questions that wait for an answer, by a number of 64 random bits: no answer is guessed, or used twice. */
final class Pings {
    private final Core core;
    private final Map<Long, Waiting> waiting = new HashMap<>();

    Pings(Core core) {
        this.core = core;
    }

    long open(Consumer<Message.Ack> answered, @Nullable Runnable denied) {
        long seq = core.random.nextLong();
        waiting.put(seq, new Waiting(answered, denied));
        return seq;
    }

    void close(long seq) {
        waiting.remove(seq);
    }

    void onAck(Message.Ack ack) {
        Waiting question = waiting.get(ack.seq());
        if (question != null) {
            question.answered.accept(ack);
        }
    }

    void onNack(Message.Nack nack) {
        Waiting question = waiting.get(nack.seq());
        if (question != null && question.denied != null) {
            question.denied.run();
        }
    }

    int size() {
        return waiting.size();
    }

    private record Waiting(
            Consumer<Message.Ack> answered, @Nullable Runnable denied) {}
}
