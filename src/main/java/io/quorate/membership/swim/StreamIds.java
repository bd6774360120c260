package io.quorate.membership.swim;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Streams opened here, from 1 up; those opened by others have numbers below 0. */
final class StreamIds {
    private final Core core;
    private final Map<Long, Answers> open = new HashMap<>();
    private long last;

    StreamIds(Core core) {
        this.core = core;
    }

    void open(io.quorate.kernel.Endpoint to, Message ask, Answers answers) {
        long id = ++last;
        open.put(id, answers);
        core.emit(new Effect.OpenStream(id, to, ask));
    }

    @Nullable
    Answers finish(long id) {
        return open.remove(id);
    }

    /** What comes of a question. One of the two is called, once. */
    interface Answers {
        /** @return the last word to the other side, if there is one */
        @Nullable
        Message answered(Message answer);

        void failed(Hindrance hindrance);
    }
}
