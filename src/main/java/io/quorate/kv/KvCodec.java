package io.quorate.kv;

import io.quorate.codec.Form;
import io.quorate.codec.In;
import io.quorate.codec.MalformedException;
import io.quorate.codec.Out;

/**
 * Commands as they stand in the log: kind, version of that kind, fields. A kind or version that is not known ends the decoding,
 * because guessing would make replicas differ.
 */
final class KvCodec {
    private static final int VERSION = 1;

    /** What an index of keys cannot hold must not enter the log: it would stop every server. */
    static final Form<String> KEY = Form.of(
            (key, out) -> out.text(checked(key), KvTables.MAX_KEY_BYTES),
            in -> checked(in.text(KvTables.MAX_KEY_BYTES)));

    static final Form<Value> VALUE = Form.of(
            (value, out) -> out.blob(value.bytes(), Value.MAX_BYTES), in -> new Value(in.blob(Value.MAX_BYTES)));

    private static final Form<KvCommand.Put> PUT = Form.<KvCommand.Put>of(
                    (command, out) -> out.value(command.key(), KEY)
                            .value(command.value(), VALUE)
                            .i64(command.flags()),
                    in -> new KvCommand.Put(in.value(KEY), in.value(VALUE), in.i64()))
            .version(VERSION, "a command that writes a key");
    private static final Form<KvCommand.CheckAndSet> CHECK_AND_SET = Form.<KvCommand.CheckAndSet>of(
                    (command, out) -> out.value(command.key(), KEY)
                            .value(command.value(), VALUE)
                            .i64(command.flags())
                            .i64(command.expected()),
                    in -> new KvCommand.CheckAndSet(in.value(KEY), in.value(VALUE), in.i64(), in.i64()))
            .version(VERSION, "a command that checks and writes a key");
    private static final Form<KvCommand.Lock> LOCK = Form.<KvCommand.Lock>of(
                    (command, out) -> out.value(command.key(), KEY)
                            .value(command.value(), VALUE)
                            .i64(command.flags())
                            .uuid(command.session()),
                    in -> new KvCommand.Lock(in.value(KEY), in.value(VALUE), in.i64(), in.uuid()))
            .version(VERSION, "a command that locks a key");
    private static final Form<KvCommand.Unlock> UNLOCK = Form.<KvCommand.Unlock>of(
                    (command, out) -> out.value(command.key(), KEY)
                            .value(command.value(), VALUE)
                            .i64(command.flags())
                            .uuid(command.session()),
                    in -> new KvCommand.Unlock(in.value(KEY), in.value(VALUE), in.i64(), in.uuid()))
            .version(VERSION, "a command that unlocks a key");
    private static final Form<KvCommand.Delete> DELETE = Form.<KvCommand.Delete>of(
                    (command, out) -> out.value(command.key(), KEY), in -> new KvCommand.Delete(in.value(KEY)))
            .version(VERSION, "a command that deletes a key");
    private static final Form<KvCommand.CheckAndDelete> CHECK_AND_DELETE = Form.<KvCommand.CheckAndDelete>of(
                    (command, out) -> out.value(command.key(), KEY).i64(command.expected()),
                    in -> new KvCommand.CheckAndDelete(in.value(KEY), in.i64()))
            .version(VERSION, "a command that checks and deletes a key");
    private static final Form<KvCommand.DeleteTree> DELETE_TREE = Form.<KvCommand.DeleteTree>of(
                    (command, out) -> out.value(command.prefix(), KEY), in -> new KvCommand.DeleteTree(in.value(KEY)))
            .version(VERSION, "a command that deletes a prefix");
    private static final Form<KvCommand.Reap> REAP = Form.<KvCommand.Reap>of(
                    (command, out) -> out.i64(command.upTo()).i32(command.most()),
                    in -> new KvCommand.Reap(in.counter(), in.i32()))
            .version(VERSION, "a command that forgets deletions");

    static final Form<KvCommand> FORM = Form.of((command, out) -> command.match(new Written(out)), KvCodec::read);

    private KvCodec() {}

    private static String checked(String key) {
        if (key.length() > KvCommand.MAX_KEY) {
            throw new IllegalArgumentException(
                    "a key of " + key.length() + " characters, at most " + KvCommand.MAX_KEY + " are allowed");
        }
        return key;
    }

    /** Each command behind its number, which is never used again for another. */
    private record Written(Out out) implements KvCommand.Cases<Out> {
        static final int PUTS = 1;
        static final int CHECKS_AND_SETS = 2;
        static final int DELETES = 3;
        static final int CHECKS_AND_DELETES = 4;
        static final int DELETES_TREE = 5;
        static final int REAPS = 6;
        static final int LOCKS = 7;
        static final int UNLOCKS = 8;

        @Override
        public Out put(KvCommand.Put command) {
            return out.u8(PUTS).value(command, PUT);
        }

        @Override
        public Out checkAndSet(KvCommand.CheckAndSet command) {
            return out.u8(CHECKS_AND_SETS).value(command, CHECK_AND_SET);
        }

        @Override
        public Out lock(KvCommand.Lock command) {
            return out.u8(LOCKS).value(command, LOCK);
        }

        @Override
        public Out unlock(KvCommand.Unlock command) {
            return out.u8(UNLOCKS).value(command, UNLOCK);
        }

        @Override
        public Out delete(KvCommand.Delete command) {
            return out.u8(DELETES).value(command, DELETE);
        }

        @Override
        public Out checkAndDelete(KvCommand.CheckAndDelete command) {
            return out.u8(CHECKS_AND_DELETES).value(command, CHECK_AND_DELETE);
        }

        @Override
        public Out deleteTree(KvCommand.DeleteTree command) {
            return out.u8(DELETES_TREE).value(command, DELETE_TREE);
        }

        @Override
        public Out reap(KvCommand.Reap command) {
            return out.u8(REAPS).value(command, REAP);
        }
    }

    private static KvCommand read(In in) throws MalformedException {
        int kind = in.u8();
        return switch (kind) {
            case Written.PUTS -> in.value(PUT);
            case Written.CHECKS_AND_SETS -> in.value(CHECK_AND_SET);
            case Written.DELETES -> in.value(DELETE);
            case Written.CHECKS_AND_DELETES -> in.value(CHECK_AND_DELETE);
            case Written.DELETES_TREE -> in.value(DELETE_TREE);
            case Written.REAPS -> in.value(REAP);
            case Written.LOCKS -> in.value(LOCK);
            case Written.UNLOCKS -> in.value(UNLOCK);
            default -> throw new MalformedException("unknown command for keys " + kind);
        };
    }
}
