package io.quorate.kv;

import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A key with what stands behind it.
 *
 * @param flags unsigned, of no meaning here
 * @param session that holds the lock; absent when nobody does
 * @param lockIndex how often the lock was taken since it was last written to without one
 * @param modifiedMs wall time of the leader at the last change, in milliseconds since 1970
 */
public record KvEntry(
        String key,
        Value value,
        long flags,
        @Nullable UUID session,
        long createIndex,
        long modifyIndex,
        long lockIndex,
        long modifiedMs) {
    /** Of an entry beside its key and value, in memory, about. */
    private static final int OVERHEAD = 160;

    /** When its holder's session ends. */
    KvEntry released(long index, long ms) {
        return new KvEntry(key, value, flags, null, createIndex, index, lockIndex, ms);
    }

    /** Bytes that it takes in memory, about. */
    int weight() {
        return OVERHEAD + key.length() + value.length();
    }

    /** Whether a reader sees a difference beside indexes and times. */
    boolean saysTheSameAs(KvEntry other) {
        return lockIndex == other.lockIndex
                && flags == other.flags
                && Objects.equals(session, other.session)
                && value.equals(other.value);
    }
}
