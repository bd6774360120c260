package io.quorate.store;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * At which index each topic changed last, as far as it is known in memory. Raised by the apply thread; asked by any, without a lock.
 * One of these lives as long as one content of the store.
 */
final class KnownChanges implements Topic.Cases<Long> {
    /*
     * Of whole things everything is known: there are few, and the table of the store holds them over a restart. Of keys only the
     * latest changes are kept, in two trees: when the young one is full, the old one is forgotten, the young one becomes the old one,
     * and the space's floor rises to the last change of what was forgotten. So it is never said that a topic changed earlier than it
     * did, what is kept stays within a bound however many keys there are, and forgetting costs nothing per key. To forget one key at
     * a time, the longest unchanged first, would take an order of all keys beside the tree and a tree that shrinks; and one floor for
     * all spaces would let a busy space outdate the answers of a quiet one.
     */
    /** Names are written in the code. More of them than this were made of data. */
    private static final int MOST_NAMES = 1024;

    private static final int CHARS_OF_A_NODE = 64;
    private static final int MOST_CHARS = 4 << 20;

    private final Map<String, Long> wholes;
    private final Map<String, Space> spaces = new ConcurrentHashMap<>();
    private final long opened;
    private final int mostChars;

    /**
     * @param wholes as the table has them
     * @param opened the index that the content had at first: what happened to keys before is not known
     */
    KnownChanges(Map<String, Long> wholes, long opened) {
        this(wholes, opened, MOST_CHARS);
    }

    /** @param mostChars of the keys in one tree */
    KnownChanges(Map<String, Long> wholes, long opened, int mostChars) {
        this.wholes = new ConcurrentHashMap<>(wholes);
        this.opened = opened;
        this.mostChars = mostChars;
    }

    /** @throws IllegalStateException when names of topics are made of data */
    void raise(Topic topic, long index) {
        long unused = topic.match(new Topic.Cases<Long>() {
            @Override
            public Long whole(Topic.Whole whole) {
                limit(wholes, whole.name());
                wholes.put(whole.name(), index);
                return index;
            }

            @Override
            public Long key(Topic.Key key) {
                space(key.space()).raiseKey(key.key(), index);
                return index;
            }

            @Override
            public Long prefix(Topic.Prefix prefix) {
                space(prefix.space()).raisePrefix(prefix.prefix(), index);
                return index;
            }
        });
    }

    private Space space(String name) {
        limit(spaces, name);
        return spaces.computeIfAbsent(name, ignored -> new Space());
    }

    private static void limit(Map<String, ?> known, String name) {
        if (known.size() >= MOST_NAMES && !known.containsKey(name)) {
            throw new IllegalStateException(
                    "more than " + MOST_NAMES + " names of topics: data belongs into keys, not into " + name);
        }
    }

    /** Not earlier than it changed. */
    long changed(Topic topic) {
        return Math.max(floor(topic), topic.match(this));
    }

    /** The last change that is known to be one of this topic; 0 when none is. */
    long known(Topic topic) {
        return topic.match(this);
    }

    /** Up to which index nothing is known of it any more. */
    long floor(Topic topic) {
        return topic.match(new Topic.Cases<>() {
            @Override
            public Long whole(Topic.Whole whole) {
                return 0L;
            }

            @Override
            public Long key(Topic.Key key) {
                return kept(key.space()).floor;
            }

            @Override
            public Long prefix(Topic.Prefix prefix) {
                return kept(prefix.space()).floor;
            }
        });
    }

    @Override
    public Long whole(Topic.Whole whole) {
        return wholes.getOrDefault(whole.name(), 0L);
    }

    @Override
    public Long key(Topic.Key key) {
        Kept kept = kept(key.space());
        return Math.max(kept.young.ofKey(key.key()), kept.old.ofKey(key.key()));
    }

    @Override
    public Long prefix(Topic.Prefix prefix) {
        Kept kept = kept(prefix.space());
        return Math.max(kept.young.ofPrefix(prefix.prefix()), kept.old.ofPrefix(prefix.prefix()));
    }

    private Kept kept(String name) {
        Space space = spaces.get(name);
        return space == null ? new Kept(KeyTree.EMPTY, KeyTree.EMPTY, opened) : space.kept;
    }

    private record Kept(KeyTree young, KeyTree old, long floor) {}

    private final class Space {
        private volatile Kept kept = new Kept(KeyTree.EMPTY, KeyTree.EMPTY, opened);
        private int chars;

        private void raiseKey(String key, long index) {
            Kept now = kept;
            keep(now, now.young.withKey(key, index), key, now.young.ofKey(key) == 0);
        }

        private void raisePrefix(String prefix, long index) {
            Kept now = kept;
            keep(now, now.young.withPrefix(prefix, index), prefix, true);
        }

        private void keep(Kept now, KeyTree young, String text, boolean more) {
            chars += more ? CHARS_OF_A_NODE + text.length() : 0;
            if (chars <= mostChars) {
                kept = new Kept(young, now.old, now.floor);
            } else {
                chars = 0;
                kept = new Kept(KeyTree.EMPTY, young, Math.max(now.floor, now.old.highest()));
            }
        }
    }
}
