package io.quorate.answer;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.quorate.store.StateReader;
import org.jspecify.annotations.Nullable;

/** Answers that were read from the state, as long as they hold. Safe for any thread, never blocks. */
final class Kept {
    /*
     * An answer is good while nothing that it depends on has changed since the moment that it was read at. The store says of each topic
     * at which index it last changed, and raises that before the change can be read; so an answer that was read before a change is seen
     * to be old as soon as anybody can read the change, and one that was read after it is never taken for old. Nothing is ever
     * invalidated, nothing has to be put in before it is looked up, and two threads may put in answers in any order: the older one is
     * seen to be old. (To throw answers out at each change would need the change to know every question that it concerns, and a read that
     * is under way meanwhile would put its old answer back.)
     *
     * When the whole content is exchanged, indexes of before mean nothing: a generation of the database is part of the key.
     */
    private static final int ENTRY_BYTES = 256;

    private final Cache<Key, Read<?>> cache;
    private final StateReader state;

    /** @param bytes of all of them together, about */
    Kept(StateReader state, long bytes) {
        this.state = state;
        this.cache = Caffeine.newBuilder()
                .maximumWeight(bytes)
                .weigher(
                        (Key key, Read<?> read) -> ENTRY_BYTES + 2 * read.seen().weight())
                .build();
    }

    /**
     * One read, at one moment of the state.
     *
     * @param index when any of its topics last changed; what a waiter compares
     * @param told the index that the asker is told, not below it
     * @param at the last entry that it has seen
     */
    record Read<A>(Seen<A> seen, long index, long told, long at, Answer.Rendering rendering) {}

    private record Key(Operation<?, ?> operation, Object question, long generation) {}

    /** Absent when it was never read, or may have changed since. */
    <Q, A> @Nullable Read<A> find(Operation<Q, A> operation, Q question) {
        Read<?> read = cache.getIfPresent(new Key(operation, question, state.generation()));
        if (read == null || state.changed(read.seen().topics()) > read.at()) {
            return null;
        }
        @SuppressWarnings("unchecked") // only put in under a key of the same operation
        Read<A> found = (Read<A>) read;
        return found;
    }

    /** @param generation of the database that it was read from */
    <Q, A> void keep(Operation<Q, A> operation, Q question, long generation, Read<A> read) {
        cache.put(new Key(operation, question, generation), read);
    }
}
