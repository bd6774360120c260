package io.quorate.kv;

import io.quorate.store.Topic;
import java.sql.Connection;
import java.sql.SQLException;

/** When a key, or any that begins so, changed last: from its rows, and from what is left of those that are gone. */
@FunctionalInterface
interface LastChange {
    long in(Connection transaction) throws SQLException;

    /** Of a topic of ours. */
    Topic.Cases<LastChange> OF = new Topic.Cases<>() {
        @Override
        public LastChange whole(Topic.Whole topic) {
            throw new IllegalArgumentException(topic + " is the store's to know");
        }

        @Override
        public LastChange key(Topic.Key topic) {
            return transaction -> {
                KvEntry entry = KvTables.entry(transaction, topic.key());
                return entry == null ? ofAbsent(transaction, topic.key()) : entry.modifyIndex();
            };
        }

        @Override
        public LastChange prefix(Topic.Prefix topic) {
            return transaction -> {
                KvRange range = KvRange.under(topic.prefix());
                return Math.max(KvTables.lastChanged(transaction, range), KvTables.lastDeleted(transaction, range));
            };
        }
    };

    /** Where its own deletion may be forgotten, that of the last one that is. */
    static long ofAbsent(Connection transaction, String key) throws SQLException {
        return Math.max(KvTables.deleted(transaction, key), KvTables.reaped(transaction));
    }

    /** The same of a prefix under which there is nothing. */
    static long ofNothing(Connection transaction, KvRange range) throws SQLException {
        return Math.max(KvTables.lastDeleted(transaction, range), KvTables.reaped(transaction));
    }
}
