package io.quorate.store;

/**
 * A part of the replicated state that a reader has read and a command may change: one name for both, so that a reader can wait for
 * the command, and an answer that is kept can be told from one that is outdated. Compared by content. Immutable.
 *
 * <p>A key belongs to every prefix that it begins with: whoever read a prefix is told of each key beneath it, and a command that
 * changed all that begins with a prefix tells the readers of each of those keys and prefixes.
 */
public sealed interface Topic {
    /** Characters of the longest name, space, key or prefix. Whoever takes keys from users refuses longer ones before a command is made. */
    int MAX_CHARS = 4096;

    <R> R match(Cases<R> cases);

    static Whole whole(String name) {
        return new Whole(name);
    }

    static Key key(String space, String key) {
        return new Key(space, key);
    }

    static Prefix prefix(String space, String prefix) {
        return new Prefix(space, prefix);
    }

    private static void check(String text) {
        if (text.length() > MAX_CHARS) {
            throw new IllegalArgumentException(
                    "a topic of " + text.length() + " characters, at most " + MAX_CHARS + " are allowed");
        }
    }

    /** A table, or another thing that changes as one. Names are written in the code, never made of data: there are few. */
    record Whole(String name) implements Topic {
        public Whole {
            check(name);
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.whole(this);
        }
    }

    /** One key of a space; spaces are named as {@link Whole} is. It may be absent. */
    record Key(String space, String key) implements Topic {
        public Key {
            check(space);
            check(key);
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.key(this);
        }
    }

    /** All keys of a space that begin so; the empty one stands for all of them. */
    record Prefix(String space, String prefix) implements Topic {
        public Prefix {
            check(space);
            check(prefix);
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.prefix(this);
        }
    }

    /** One method per kind. */
    interface Cases<R> {
        R whole(Whole topic);

        R key(Key topic);

        R prefix(Prefix topic);
    }
}
