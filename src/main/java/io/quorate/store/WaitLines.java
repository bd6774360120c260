package io.quorate.store;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The lines of those who wait, one for each topic that anybody waits for. Guarded by the lock of {@link Waits}. */
final class WaitLines {
    private final NavigableMap<String, Line> wholes = new TreeMap<>();
    private final Map<String, Space> spaces = new HashMap<>();

    /** The wait stands in that topic's line from now on. */
    Seat enter(Topic topic, Waits.Wait wait) {
        Line line = topic.match(new Topic.Cases<>() {
            @Override
            public Line whole(Topic.Whole whole) {
                return wholes.computeIfAbsent(whole.name(), name -> new Line(() -> wholes.remove(name)));
            }

            @Override
            public Line key(Topic.Key key) {
                return space(key.space()).ofKey(key.key());
            }

            @Override
            public Line prefix(Topic.Prefix prefix) {
                return space(prefix.space()).ofPrefix(prefix.prefix());
            }
        });
        return new Seat(line, wait);
    }

    private Space space(String name) {
        return spaces.computeIfAbsent(name, ignored -> new Space());
    }

    /** Whether anybody waits for something of that space. */
    boolean has(String space) {
        Space of = spaces.get(space);
        return of != null && !(of.keys.isEmpty() && of.prefixes.isEmpty());
    }

    /** Takes out the lines that a change of the topic wakes, but for those of keys and prefixes beneath a prefix. */
    void take(Topic topic, List<Line> taken) {
        boolean unused = topic.match(new Topic.Cases<Boolean>() {
            @Override
            public Boolean whole(Topic.Whole whole) {
                return take(wholes.get(whole.name()), taken);
            }

            @Override
            public Boolean key(Topic.Key key) {
                Space space = spaces.get(key.space());
                if (space == null) {
                    return false;
                }
                boolean itself = take(space.keys.get(key.key()), taken);
                return space.takeAbove(key.key(), taken) || itself;
            }

            @Override
            public Boolean prefix(Topic.Prefix prefix) {
                Space space = spaces.get(prefix.space());
                return space != null && space.takeAbove(prefix.prefix(), taken);
            }
        });
    }

    private static boolean take(@Nullable Line line, List<Line> taken) {
        if (line == null) {
            return false;
        }
        line.detach();
        return taken.add(line);
    }

    /** Takes out the next line beneath; absent when there is none any more. */
    @Nullable
    Line takeNext(Cursor cursor) {
        Space space = spaces.get(cursor.space);
        if (space == null) {
            return null;
        }
        Line line = cursor.next(cursor.inPrefixes ? space.prefixes : space.keys);
        if (line == null && !cursor.inPrefixes) {
            cursor.inPrefixes = true;
            cursor.last = null;
            line = cursor.next(space.prefixes);
        }
        if (line != null) {
            line.detach();
        }
        return line;
    }

    /** Takes out any line; absent when nobody waits. */
    @Nullable
    Line takeAny() {
        if (!wholes.isEmpty()) {
            return detached(wholes.firstEntry().getValue());
        }
        while (!spaces.isEmpty()) {
            Map.Entry<String, Space> any = spaces.entrySet().iterator().next();
            Space space = any.getValue();
            if (!space.keys.isEmpty()) {
                return detached(space.keys.firstEntry().getValue());
            }
            if (!space.prefixes.isEmpty()) {
                return detached(space.prefixes.firstEntry().getValue());
            }
            spaces.remove(any.getKey());
        }
        return null;
    }

    private static Line detached(Line line) {
        line.detach();
        return line;
    }

    private static final class Space {
        private final NavigableMap<String, Line> keys = new TreeMap<>();
        private final NavigableMap<String, Line> prefixes = new TreeMap<>();
        /** How many lines of prefixes have each length: a changed key asks for these beginnings of itself only. */
        private final TreeMap<Integer, Integer> lengths = new TreeMap<>();

        private Line ofKey(String key) {
            return keys.computeIfAbsent(key, name -> new Line(() -> keys.remove(name)));
        }

        private Line ofPrefix(String prefix) {
            return prefixes.computeIfAbsent(prefix, name -> {
                lengths.merge(name.length(), 1, Integer::sum);
                return new Line(() -> {
                    prefixes.remove(name);
                    lengths.computeIfPresent(name.length(), (length, count) -> count == 1 ? null : count - 1);
                });
            });
        }

        private boolean takeAbove(String text, List<Line> taken) {
            boolean any = false;
            Integer length = lengths.floorKey(text.length());
            while (length != null) {
                any |= take(prefixes.get(text.substring(0, length)), taken);
                length = lengths.lowerKey(length);
            }
            return any;
        }
    }

    /** How far a prefix has been gone through. */
    static final class Cursor {
        private final String space;
        private final String prefix;
        private boolean inPrefixes;
        private @Nullable String last;

        Cursor(String space, String prefix) {
            this.space = space;
            this.prefix = prefix;
        }

        private @Nullable Line next(NavigableMap<String, Line> of) {
            Map.Entry<String, Line> entry = last == null ? of.ceilingEntry(prefix) : of.higherEntry(last);
            if (entry == null || !entry.getKey().startsWith(prefix)) {
                return null;
            }
            last = entry.getKey();
            return entry.getValue();
        }
    }

    /** Those who wait for one topic, the first first. */
    static final class Line {
        private final Runnable takeOut;
        private boolean detached;
        private @Nullable Seat first;
        private @Nullable Seat last;

        private Line(Runnable takeOut) {
            this.takeOut = takeOut;
        }

        private void detach() {
            detached = true;
            takeOut.run();
        }

        Waits.@Nullable Wait first() {
            return first == null ? null : first.wait;
        }
    }

    /** One wait's place in one line. */
    static final class Seat {
        private final Line line;
        private final Waits.Wait wait;
        private @Nullable Seat before;
        private @Nullable Seat behind;

        private Seat(Line line, Waits.Wait wait) {
            this.line = line;
            this.wait = wait;
            before = line.last;
            if (before == null) {
                line.first = this;
            } else {
                before.behind = this;
            }
            line.last = this;
        }

        /** A line that becomes empty goes, too. */
        void leave() {
            if (before == null) {
                line.first = behind;
            } else {
                before.behind = behind;
            }
            if (behind == null) {
                line.last = before;
            } else {
                behind.before = before;
            }
            if (line.first == null && !line.detached) {
                line.detach();
            }
        }
    }
}
