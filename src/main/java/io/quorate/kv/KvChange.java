package io.quorate.kv;

import io.quorate.consensus.CommandFamily;
import org.jspecify.annotations.Nullable;

/** What a command comes to. */
sealed interface KvChange {
    <R> R match(Cases<R> cases);

    /** One method for each, so that no reader forgets one. */
    interface Cases<R> {
        R nothing(Nothing change);

        R write(Write change);

        R drop(Drop change);

        R dropTree(DropTree change);

        R reap(Reap change);
    }

    /** Everything stays as it is. */
    record Nothing(CommandFamily.Result result) implements KvChange {
        /** Because it was so already. */
        static final Nothing NEEDED = new Nothing(CommandFamily.Result.DONE);

        /** Because a condition did not hold. */
        static final Nothing ALLOWED = new Nothing(CommandFamily.Result.refused(""));

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.nothing(this);
        }
    }

    /** @param before absent when the key was */
    record Write(@Nullable KvEntry before, KvEntry entry) implements KvChange {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.write(this);
        }
    }

    record Drop(KvEntry before) implements KvChange {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.drop(this);
        }
    }

    record DropTree(String prefix) implements KvChange {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.dropTree(this);
        }
    }

    /** Of tombstones. */
    record Reap(long upTo, int most) implements KvChange {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.reap(this);
        }
    }
}
