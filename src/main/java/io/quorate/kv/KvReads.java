package io.quorate.kv;

import io.quorate.answer.AskException;
import io.quorate.answer.Changed;
import io.quorate.answer.Seen;
import io.quorate.store.TopicIndexes;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What is read of keys. */
final class KvReads {
    /** Of one answer in memory: it is there once, and what is sent of it is made on the way. */
    static final int MOST_BYTES = 32 << 20;

    private static final int PIECE = 128;
    private static final int NAME_BYTES = 64;
    private static final int NOTHING_BYTES = 64;

    private KvReads() {}

    static Seen<KvOperations.Found> get(KvOperations.Key question, Connection connection) throws SQLException {
        String key = question.key();
        KvEntry entry = KvTables.entry(connection, key);
        Changed changed = entry == null
                ? Changed.at(LastChange.ofAbsent(connection, key)).telling(ofAll(connection))
                : Changed.at(entry.modifyIndex());
        return new Seen<>(
                new KvOperations.Found(entry),
                Set.of(KvTopics.key(key)),
                entry == null ? NOTHING_BYTES : entry.weight(),
                changed);
    }

    static Seen<List<KvEntry>> entries(KvOperations.Entries question, Connection connection) throws SQLException {
        KvRange range = KvRange.under(question.prefix());
        KvRange left = question.after().isEmpty() ? range : range.after(question.after());
        List<KvEntry> entries = new ArrayList<>();
        int most = question.limit() == 0 ? Integer.MAX_VALUE : question.limit();
        int bytes = 0;
        long last = 0;
        while (entries.size() < most) {
            int piece = Math.min(PIECE, most - entries.size());
            List<KvEntry> more = KvTables.entries(connection, left, piece);
            for (KvEntry entry : more) {
                bytes = within(bytes + entry.weight());
                last = Math.max(last, entry.modifyIndex());
            }
            entries.addAll(more);
            if (more.size() < piece) {
                break;
            }
            left = left.after(more.get(more.size() - 1).key());
        }
        return new Seen<>(
                entries,
                Set.of(KvTopics.prefix(question.prefix())),
                bytes + NOTHING_BYTES,
                question.isWhole() ? ofWhole(connection, range, entries.isEmpty(), last) : Changed.asRemembered());
    }

    static Seen<List<String>> keys(KvOperations.Keys question, Connection connection) throws SQLException {
        List<String> names = new ArrayList<>();
        int most = question.limit() == 0 ? Integer.MAX_VALUE : question.limit();
        int[] bytes = {NOTHING_BYTES};
        new KeyWalk(connection, question.fold()).each(question.after(), name -> {
            names.add(name);
            bytes[0] = within(bytes[0] + NAME_BYTES + name.length());
            return names.size() < most;
        });
        return new Seen<>(
                names,
                Set.of(KvTopics.prefix(question.prefix())),
                bytes[0],
                question.isWhole()
                        ? ofWhole(connection, KvRange.under(question.prefix()), names.isEmpty())
                        : Changed.asRemembered());
    }

    static Seen<Long> count(KvOperations.Count question, Connection connection) throws SQLException {
        long[] count = {0};
        if (question.fold().foldsNothing()) {
            count[0] = KvTables.count(connection, KvRange.under(question.prefix()));
        } else {
            new KeyWalk(connection, question.fold()).each("", name -> {
                count[0]++;
                return true;
            });
        }
        return new Seen<>(count[0], Set.of(KvTopics.prefix(question.prefix())), NOTHING_BYTES, Changed.asRemembered());
    }

    static Seen<KvOperations.Changes> since(KvOperations.Since question, Connection connection) throws SQLException {
        Set<io.quorate.store.Topic> topics = Set.of(KvTopics.prefix(question.prefix()));
        long forgotten = KvTables.reaped(connection);
        // The next question begins where this one was read, so that a quiet prefix does not fall behind.
        Changed changed = Changed.asRemembered().tellingOfRead();
        if (question.index() < forgotten) {
            return new Seen<>(
                    new KvOperations.Changes(forgotten, List.of(), List.of()), topics, NOTHING_BYTES, changed);
        }
        KvRange range = KvRange.under(question.prefix());
        List<KvEntry> entries = new ArrayList<>();
        int bytes = NOTHING_BYTES;
        KvRange left = range;
        while (true) {
            List<KvEntry> more = KvTables.changedSince(connection, left, question.index(), PIECE);
            for (KvEntry entry : more) {
                bytes = within(bytes + entry.weight());
            }
            entries.addAll(more);
            if (more.size() < PIECE) {
                break;
            }
            left = left.after(more.get(more.size() - 1).key());
        }
        List<String> deleted = KvTables.deletedSince(connection, range, question.index(), MOST_BYTES / NAME_BYTES);
        for (String key : deleted) {
            bytes = within(bytes + NAME_BYTES + key.length());
        }
        return new Seen<>(new KvOperations.Changes(0, entries, deleted), topics, bytes, changed);
    }

    /** Of everything under a prefix, whose rows were all read. */
    private static Changed ofWhole(Connection connection, KvRange range, boolean isEmpty, long last)
            throws SQLException {
        return isEmpty
                ? Changed.at(LastChange.ofNothing(connection, range)).telling(ofAll(connection))
                : Changed.at(Math.max(last, KvTables.lastDeleted(connection, range)));
    }

    /** The same where only their keys were. */
    private static Changed ofWhole(Connection connection, KvRange range, boolean isEmpty) throws SQLException {
        return ofWhole(connection, range, isEmpty, isEmpty ? 0 : KvTables.lastChanged(connection, range));
    }

    /** What Consul tells whoever finds nothing. */
    private static long ofAll(Connection connection) throws SQLException {
        return TopicIndexes.of(connection, KvTopics.ANY);
    }

    private static int within(int bytes) {
        if (bytes > MOST_BYTES) {
            throw new AskException(
                    AskException.Kind.TOO_LARGE,
                    "the answer has more than " + MOST_BYTES + " bytes: ask for it in parts, with limit and after");
        }
        return bytes;
    }
}
