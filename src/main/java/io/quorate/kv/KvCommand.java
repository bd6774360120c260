package io.quorate.kv;

import io.quorate.consensus.Command;
import io.quorate.consensus.CommandFamily;
import io.quorate.store.Topic;
import java.util.UUID;

/** What the log says about keys. Each comes to done, to not done (its condition did not hold), or to a refusal with words. */
public sealed interface KvCommand extends Command<CommandFamily.Result> {
    /** UTF-16 characters of the longest key or prefix. */
    int MAX_KEY = Topic.MAX_CHARS;

    <R> R match(Cases<R> cases);

    /** Writes whatever is there; a lock stays with who holds it. */
    record Put(String key, Value value, long flags) implements KvCommand {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.put(this);
        }
    }

    /**
     * Writes when the key was last changed at that index.
     *
     * @param expected 0: when the key is absent
     */
    record CheckAndSet(String key, Value value, long flags, long expected) implements KvCommand {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.checkAndSet(this);
        }
    }

    /**
     * Writes and takes the lock, unless another session holds it; who holds it already writes.
     *
     * @param session refused when there is none such
     */
    record Lock(String key, Value value, long flags, UUID session) implements KvCommand {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.lock(this);
        }
    }

    /** Writes and gives the lock back, when that session holds it. */
    record Unlock(String key, Value value, long flags, UUID session) implements KvCommand {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.unlock(this);
        }
    }

    /** Deletes; what is absent may be so. */
    record Delete(String key) implements KvCommand {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.delete(this);
        }
    }

    /** Deletes when the key was last changed at that index, or is absent. */
    record CheckAndDelete(String key, long expected) implements KvCommand {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.checkAndDelete(this);
        }
    }

    /** Deletes every key that begins so; the empty prefix is that of all. */
    record DeleteTree(String prefix) implements KvCommand {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.deleteTree(this);
        }
    }

    /**
     * Forgets what was deleted up to that index, the eldest first. Proposed by the leader itself.
     *
     * @param most so many at once: what is left is for the next one
     */
    record Reap(long upTo, int most) implements KvCommand {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.reap(this);
        }
    }

    /** One method for each command, so that no reader forgets one. */
    interface Cases<R> {
        R put(Put command);

        R checkAndSet(CheckAndSet command);

        R lock(Lock command);

        R unlock(Unlock command);

        R delete(Delete command);

        R checkAndDelete(CheckAndDelete command);

        R deleteTree(DeleteTree command);

        R reap(Reap command);
    }
}
