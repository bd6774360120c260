package io.quorate.kv;

/**
 * How keys are drawn together to folders: each is cut behind a separator, as a listing of a directory shows what is beneath it.
 *
 * @param prefix that all keys have; separators in it do not count
 * @param separator empty: nothing is drawn together
 * @param depth behind which separator, the first one being 1
 */
record Fold(String prefix, String separator, int depth) {
    /** The key, or the folder that it is in. */
    String of(String key) {
        int end = end(key);
        return end < 0 ? key : key.substring(0, end);
    }

    /** Whether every key that begins so is drawn together to this. */
    boolean isFolder(String name) {
        return end(name) == name.length();
    }

    boolean foldsNothing() {
        return separator.isEmpty();
    }

    /** Where it is cut; negative where it is not deep enough. */
    private int end(String key) {
        if (separator.isEmpty()) {
            return -1;
        }
        int end = prefix.length();
        for (int level = 0; level < depth; level++) {
            int at = key.indexOf(separator, end);
            if (at < 0) {
                return -1;
            }
            end = at + separator.length();
        }
        return end;
    }
}
