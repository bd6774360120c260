package io.quorate.answer;

import io.quorate.kernel.Endpoint;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The answer to a question, and how far it may be trusted. Immutable but for what is remembered beside it. */
public final class Answer<A> {
    private final A value;
    private final long index;
    private final boolean knownLeader;
    private final long lastContactMs;
    private final Mode mode;
    private final @Nullable Rendering rendering;
    private final @Nullable Ticket ticket;

    Answer(A value, long index, boolean knownLeader, long lastContactMs, Mode mode, @Nullable Rendering rendering) {
        this(value, index, knownLeader, lastContactMs, mode, rendering, null);
    }

    private Answer(
            A value,
            long index,
            boolean knownLeader,
            long lastContactMs,
            Mode mode,
            @Nullable Rendering rendering,
            @Nullable Ticket ticket) {
        this.value = value;
        this.index = index;
        this.knownLeader = knownLeader;
        this.lastContactMs = lastContactMs;
        this.mode = mode;
        this.rendering = rendering;
        this.ticket = ticket;
    }

    /**
     * Where the body of a streamed answer is read.
     *
     * @param at whose server port; absent: of the one that gave the answer
     */
    record Ticket(UUID stream, @Nullable Endpoint at) {}

    /** The same with a body. */
    Answer<A> streaming(Ticket body) {
        return new Answer<>(value, index, knownLeader, lastContactMs, mode, null, body);
    }

    /** As it came from that server, which does not know under which address it is reached. */
    Answer<A> streamedBy(Endpoint server) {
        Ticket body = ticket;
        return body == null || body.at() != null ? this : streaming(new Ticket(body.stream(), server));
    }

    /** Absent unless it is streamed. */
    @Nullable
    Ticket ticket() {
        return ticket;
    }

    public A value() {
        return value;
    }

    /** When anything that the answer depends on last changed; -1 for what does not come from the replicated state. */
    public long index() {
        return index;
    }

    /** Whether a leader was known where it was answered. */
    public boolean knownLeader() {
        return knownLeader;
    }

    /** Since the server that answered heard of the leader, in milliseconds; 0 where the leader confirmed the answer. */
    public long lastContactMs() {
        return lastContactMs;
    }

    /** How it was read. */
    public Mode mode() {
        return mode;
    }

    /**
     * The value in an edge's own form. Made once as long as the answer itself is kept, and given out again; else made now.
     *
     * @param renderer a constant of the edge, which has one rendering of such a value
     */
    public byte[] rendered(Function<A, byte[]> renderer) {
        return rendering == null ? renderer.apply(value) : rendering.of(renderer, value);
    }

    /** The last rendering of one kept value. Two threads may both make it: they make the same. */
    static final class Rendering {
        private volatile @Nullable Made made;

        @SuppressWarnings("ArrayRecordComponent") // never compared, only handed out
        private record Made(Object renderer, byte[] bytes) {}

        <A> byte[] of(Function<A, byte[]> renderer, A value) {
            Made last = made;
            if (last == null || last.renderer != renderer) {
                last = new Made(renderer, renderer.apply(value));
                made = last;
            }
            return last.bytes;
        }
    }
}
