package io.quorate.store;

import java.util.Arrays;

/**
 * When keys changed last, so that a prefix is asked as quickly as a key. Immutable: a change makes a new root, and readers that have
 * the old one see one moment.
 */
final class KeyTree {
    /*
     * A radix tree: each node stands for the text on the way to it, and nodes with a single child and nothing of their own are drawn
     * together with it. own is when exactly this key changed, beneath when all that begins with it was changed at once, highest the
     * greatest of both here and further down. A prefix is answered by the highest of the node in which it ends; a key by its own and
     * by every beneath on the way. A sorted map would have to walk over all keys beneath a prefix at every look, which is a hundred
     * thousand steps for the reader of everything. The idea of an immutable tree with copied paths is that of HashiCorp's
     * go-immutable-radix, which Consul uses for the same purpose; the code is not.
     */
    static final KeyTree EMPTY = new KeyTree("", 0, 0, 0, new KeyTree[0]);

    private final String label;
    private final long own;
    private final long beneath;
    private final long highest;
    /** Ascending by the first character of their labels, which differ. */
    private final KeyTree[] children;

    private KeyTree(String label, long own, long beneath, long highest, KeyTree[] children) {
        this.label = label;
        this.own = own;
        this.beneath = beneath;
        this.highest = highest;
        this.children = children;
    }

    /** Of everything in it; 0 when it is empty. */
    long highest() {
        return highest;
    }

    KeyTree withKey(String key, long index) {
        return put(key, 0, index, false);
    }

    /** From now on every key beneath has changed at that index, also those that are not in here. */
    KeyTree withPrefix(String prefix, long index) {
        return put(prefix, 0, index, true);
    }

    private KeyTree put(String text, int from, long index, boolean all) {
        if (from == text.length()) {
            return all
                    ? new KeyTree(label, 0, index, index, EMPTY.children)
                    : new KeyTree(label, index, beneath, index, children);
        }
        int at = child(text.charAt(from));
        KeyTree[] next;
        if (at < 0) {
            int to = -at - 1;
            next = new KeyTree[children.length + 1];
            System.arraycopy(children, 0, next, 0, to);
            System.arraycopy(children, to, next, to + 1, children.length - to);
            next[to] = new KeyTree(text.substring(from), all ? 0 : index, all ? index : 0, index, EMPTY.children);
        } else {
            next = children.clone();
            KeyTree child = next[at];
            int common = child.common(text, from);
            KeyTree whole = common == child.label.length() ? child : child.split(common);
            next[at] = whole.put(text, from + common, index, all);
        }
        return new KeyTree(label, own, beneath, Math.max(highest, index), next);
    }

    private KeyTree split(int at) {
        KeyTree lower = new KeyTree(label.substring(at), own, beneath, highest, children);
        return new KeyTree(label.substring(0, at), 0, 0, highest, new KeyTree[] {lower});
    }

    /** As many characters of the label as the text has there. */
    private int common(String text, int from) {
        int longest = Math.min(label.length(), text.length() - from);
        int same = 0;
        while (same < longest && label.charAt(same) == text.charAt(from + same)) {
            same++;
        }
        return same;
    }

    /** Its place among the children; negative, as {@link Arrays#binarySearch} says it, when there is none. */
    private int child(char first) {
        int low = 0;
        int high = children.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int difference = children[middle].label.charAt(0) - first;
            if (difference == 0) {
                return middle;
            }
            if (difference < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -low - 1;
    }

    /** When that key changed last; 0 when nothing is known of it. */
    long ofKey(String key) {
        KeyTree at = this;
        int from = 0;
        long found = beneath;
        while (from < key.length()) {
            int next = at.child(key.charAt(from));
            if (next < 0 || !key.startsWith(at.children[next].label, from)) {
                return found;
            }
            at = at.children[next];
            from += at.label.length();
            found = Math.max(found, at.beneath);
        }
        return Math.max(found, at.own);
    }

    /** When any key that begins so changed last; 0 when nothing is known of one. */
    long ofPrefix(String prefix) {
        KeyTree at = this;
        int from = 0;
        long found = beneath;
        while (from < prefix.length()) {
            int next = at.child(prefix.charAt(from));
            if (next < 0) {
                return found;
            }
            at = at.children[next];
            int common = at.common(prefix, from);
            from += common;
            if (common < at.label.length()) {
                return from == prefix.length() ? Math.max(found, at.highest) : found;
            }
            found = Math.max(found, at.beneath);
        }
        return Math.max(found, at.highest);
    }
}
