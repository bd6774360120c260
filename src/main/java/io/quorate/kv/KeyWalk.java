package io.quorate.kv;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Goes through the names of a listing in order, and costs as much as there are names, however many keys are in a folder. */
final class KeyWalk {
    /*
     * Keys are read piece by piece. Behind a folder's name the next piece begins behind all of its keys, so that of a folder with
     * millions of them no more than one piece is read. A single query would walk over all, and H2 would gather them before the first.
     */
    private static final int FOLDED_PIECE = 64;
    private static final int PIECE = 1024;

    private final Connection connection;
    private final Fold fold;

    KeyWalk(Connection connection, Fold fold) {
        this.connection = connection;
        this.fold = fold;
    }

    /** Takes one name; false: no more are wanted. */
    @FunctionalInterface
    interface Taker {
        boolean take(String name);
    }

    /** @param after a name of the listing, or any text: only what stands behind it is taken; empty: all */
    void each(String after, Taker taker) throws SQLException {
        String folder = fold.of(after);
        KvRange left = KvRange.under(fold.prefix());
        if (!folder.isEmpty()) {
            left = fold.isFolder(folder) ? left.behind(folder) : left.after(folder);
        }
        int piece = fold.foldsNothing() ? PIECE : FOLDED_PIECE;
        while (!left.isEmpty()) {
            List<String> keys = KvTables.keys(connection, left, piece);
            for (String key : keys) {
                String name = fold.of(key);
                // Only the name of a folder comes more than once, and always at a run.
                if (!name.equals(folder)) {
                    if (!taker.take(name)) {
                        return;
                    }
                    folder = name;
                }
            }
            if (keys.size() < piece) {
                return;
            }
            left = fold.isFolder(folder) ? left.behind(folder) : left.after(keys.get(keys.size() - 1));
        }
    }
}
