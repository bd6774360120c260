package io.quorate.bootstrap;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** Visits every state of a {@link Space}, breadth first, and checks each. Keeps states packed: tens of bytes each. */
@NullMarked
final class Explorer {
    private static final int CHUNK = 1 << 16;

    private final Space space;
    private final int width;
    private final List<long[]> chunks = new ArrayList<>();
    private final List<int[]> parents = new ArrayList<>();
    private int[] table = new int[1 << 16];
    private int count;
    private int expanding;
    private @Nullable String broken;
    private int brokenAt;

    Explorer(Space space) {
        this.space = space;
        width = space.width;
    }

    /** @param broken the rule that some state breaks; absent when none does */
    record Result(
            int states,
            boolean complete,
            double seconds,
            @Nullable String broken,
            int steps,
            String trace) {}

    /** @param limit of states: beyond it the space is reported as not complete */
    Result run(int limit) {
        long begin = System.nanoTime();
        expanding = -1;
        visit(space.initial());
        for (expanding = 0; expanding < count && count < limit && broken == null; expanding++) {
            space.successors(state(expanding), this::visit);
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        boolean complete = expanding == count || broken != null;
        return broken == null
                ? new Result(count, complete, seconds, null, 0, "")
                : new Result(count, complete, seconds, broken, path(brokenAt).size() - 1, trace());
    }

    int count() {
        return count;
    }

    long[] state(int index) {
        long[] state = new long[width];
        System.arraycopy(chunks.get(index / CHUNK), index % CHUNK * width, state, 0, width);
        return state;
    }

    private void visit(long[] state) {
        if (broken != null) {
            return;
        }
        if (count * 2 > table.length) {
            grow();
        }
        int at = slot(state);
        if (table[at] != 0) {
            return;
        }
        if (count % CHUNK == 0) {
            chunks.add(new long[CHUNK * width]);
            parents.add(new int[CHUNK]);
        }
        System.arraycopy(state, 0, chunks.get(count / CHUNK), count % CHUNK * width, width);
        parents.get(count / CHUNK)[count % CHUNK] = expanding;
        table[at] = ++count;
        String rule = space.broken(state);
        if (rule != null) {
            broken = rule;
            brokenAt = count - 1;
        }
    }

    private int slot(long[] state) {
        int mask = table.length - 1;
        int at = (int) (Space.hash(state) >>> 32) & mask;
        while (table[at] != 0 && !same(table[at] - 1, state)) {
            at = at + 1 & mask;
        }
        return at;
    }

    private boolean same(int index, long[] state) {
        long[] chunk = chunks.get(index / CHUNK);
        int from = index % CHUNK * width;
        for (int i = 0; i < width; i++) {
            if (chunk[from + i] != state[i]) {
                return false;
            }
        }
        return true;
    }

    private void grow() {
        table = new int[table.length * 2];
        for (int i = 0; i < count; i++) {
            table[slot(state(i))] = i + 1;
        }
    }

    private Deque<Integer> path(int to) {
        Deque<Integer> path = new ArrayDeque<>();
        for (int at = to; at >= 0; at = parents.get(at / CHUNK)[at % CHUNK]) {
            path.push(at);
        }
        return path;
    }

    private String trace() {
        StringBuilder text = new StringBuilder(String.valueOf(broken)).append('\n');
        path(brokenAt).forEach(i -> text.append(space.describe(state(i))).append("\n\n"));
        return text.toString();
    }
}
