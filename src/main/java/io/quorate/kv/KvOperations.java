package io.quorate.kv;

import io.quorate.answer.AskException;
import io.quorate.answer.Offer;
import io.quorate.answer.Operation;
import io.quorate.codec.Form;
import io.quorate.codec.In;
import io.quorate.codec.MalformedException;
import io.quorate.codec.Out;
import io.quorate.consensus.CommandFamily;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What may be asked of keys.
 *
 * @see <a href="https://developer.hashicorp.com/consul/api-docs/kv">Consul's KV API</a>
 */
public final class KvOperations {
    private static final int MOST_ITEMS = 4_000_000;

    private static final Form<KvEntry> ENTRY = Form.of(KvOperations::write, KvOperations::entry);
    private static final Form<List<KvEntry>> ENTRY_LIST = ENTRY.listOf(MOST_ITEMS);
    private static final Form<List<String>> KEY_LIST = KvCodec.KEY.listOf(MOST_ITEMS);

    /** One key. */
    public static final Operation<Key, Found> GET = Operation.reads(
            "kv.get",
            Operation.Place.LEADER,
            Form.of((question, out) -> out.value(question.key(), KvCodec.KEY), in -> new Key(in.value(KvCodec.KEY))),
            Form.of((found, out) -> out.optional(found.entry(), ENTRY), in -> new Found(in.optional(ENTRY))));

    /** All that begins with a prefix, by the bytes of their keys. */
    public static final Operation<Entries, List<KvEntry>> LIST = Operation.reads(
            "kv.list",
            Operation.Place.LEADER,
            Form.of(
                    (question, out) -> out.value(question.prefix(), KvCodec.KEY)
                            .value(question.after(), KvCodec.KEY)
                            .i32(question.limit()),
                    in -> new Entries(in.value(KvCodec.KEY), in.value(KvCodec.KEY), in.i32())),
            ENTRY_LIST);

    /** The same without what stands behind them, drawn together to folders if asked. */
    public static final Operation<Keys, List<String>> KEYS = Operation.reads(
            "kv.keys",
            Operation.Place.LEADER,
            Form.of(
                    (question, out) -> out.value(question.prefix(), KvCodec.KEY)
                            .value(question.separator(), KvCodec.KEY)
                            .i32(question.depth())
                            .value(question.after(), KvCodec.KEY)
                            .i32(question.limit()),
                    in -> new Keys(
                            in.value(KvCodec.KEY), in.value(KvCodec.KEY), in.i32(), in.value(KvCodec.KEY), in.i32())),
            KEY_LIST);

    /** How many names {@link #KEYS} would give. */
    public static final Operation<Count, Long> COUNT = Operation.reads(
            "kv.count",
            Operation.Place.LEADER,
            Form.of(
                    (question, out) -> out.value(question.prefix(), KvCodec.KEY)
                            .value(question.separator(), KvCodec.KEY)
                            .i32(question.depth()),
                    in -> new Count(in.value(KvCodec.KEY), in.value(KvCodec.KEY), in.i32())),
            Form.of((count, out) -> out.i64(count), In::i64));

    /** What has changed under a prefix. */
    public static final Operation<Since, Changes> SINCE = Operation.reads(
            "kv.since",
            Operation.Place.LEADER,
            Form.of(
                    (question, out) -> out.value(question.prefix(), KvCodec.KEY).i64(question.index()),
                    in -> new Since(in.value(KvCodec.KEY), in.i64())),
            Form.of(
                    (changes, out) -> out.i64(changes.forgotten())
                            .value(changes.changed(), ENTRY_LIST)
                            .value(changes.deleted(), KEY_LIST),
                    in -> new Changes(in.i64(), in.value(ENTRY_LIST), in.value(KEY_LIST))));

    /** One write; what it comes to is what its command does. */
    public static final Operation<KvCommand, CommandFamily.Result> APPLY =
            Operation.writes("kv.apply", KvCodec.FORM, CommandFamily.Result.FORM);

    private KvOperations() {}

    /** Which key. */
    public record Key(String key) {}

    /** @param entry absent when the key is */
    public record Found(@Nullable KvEntry entry) {}

    /**
     * @param after only keys behind this one; empty: from the first
     * @param limit as many at most; 0: all
     */
    public record Entries(String prefix, String after, int limit) {
        public Entries {
            checkLimit(limit);
        }

        boolean isWhole() {
            return after.isEmpty() && limit == 0;
        }
    }

    /**
     * @param separator behind which keys are cut and drawn together; empty: none are
     * @param depth behind which one of them, from 1
     * @param after only names behind this one; empty: from the first
     * @param limit as many at most; 0: all
     */
    public record Keys(String prefix, String separator, int depth, String after, int limit) {
        public Keys {
            checkLimit(limit);
            checkDepth(depth);
        }

        boolean isWhole() {
            return after.isEmpty() && limit == 0;
        }

        Fold fold() {
            return new Fold(prefix, separator, depth);
        }
    }

    /** As of {@link Keys}. */
    public record Count(String prefix, String separator, int depth) {
        public Count {
            checkDepth(depth);
        }

        Fold fold() {
            return new Fold(prefix, separator, depth);
        }
    }

    /** @param index what was changed after it is asked for */
    public record Since(String prefix, long index) {}

    /**
     * @param forgotten above 0: deletions up to there are forgotten, and the question reaches further back, so there is no answer
     * @param changed as they are now
     * @param deleted and absent now
     */
    public record Changes(long forgotten, List<KvEntry> changed, List<String> deleted) {
        public Changes {
            changed = List.copyOf(changed);
            deleted = List.copyOf(deleted);
        }
    }

    private static void checkLimit(int limit) {
        if (limit < 0) {
            throw new IllegalArgumentException("a limit of " + limit);
        }
    }

    private static void checkDepth(int depth) {
        if (depth < 1) {
            throw new IllegalArgumentException("a depth of " + depth);
        }
    }

    /**
     * What a server answers of them.
     *
     * @param delays asked where the lock would be proposed
     */
    public static List<Offer<?, ?>> offers(LockDelays delays) {
        return List.of(
                Offer.reads(GET, KvReads::get),
                Offer.reads(LIST, KvReads::entries),
                Offer.reads(KEYS, KvReads::keys),
                Offer.reads(COUNT, KvReads::count),
                Offer.reads(SINCE, KvReads::since),
                Offer.writesUnless(APPLY, command -> refused(command, delays), KvOperations::asked, result -> result));
    }

    /** What to forget is the leader's own to say. */
    private static KvCommand asked(KvCommand command) {
        if (command instanceof KvCommand.Reap) {
            throw new AskException(AskException.Kind.SENSELESS, "deletions are forgotten by the leader alone");
        }
        return command;
    }

    /** Decided here and not by the command: how much time has passed is no part of the state. */
    private static Optional<CommandFamily.Result> refused(KvCommand command, LockDelays delays) {
        return command instanceof KvCommand.Lock lock && delays.isRunning(lock.key())
                ? Optional.of(CommandFamily.Result.refused(""))
                : Optional.empty();
    }

    private static void write(KvEntry entry, Out out) {
        out.value(entry.key(), KvCodec.KEY)
                .value(entry.value(), KvCodec.VALUE)
                .i64(entry.flags())
                .optional(entry.session(), Out::uuid)
                .i64(entry.createIndex())
                .i64(entry.modifyIndex())
                .i64(entry.lockIndex())
                .i64(entry.modifiedMs());
    }

    private static KvEntry entry(In in) throws MalformedException {
        return new KvEntry(
                in.value(KvCodec.KEY),
                in.value(KvCodec.VALUE),
                in.i64(),
                in.optional((Form.Reading<UUID>) In::uuid),
                in.i64(),
                in.i64(),
                in.i64(),
                in.i64());
    }
}
