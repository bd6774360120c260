package io.quorate.consensus.jraft;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.AbstractEventListener;
import org.rocksdb.BackgroundErrorReason;
import org.rocksdb.Status;

/**
 * What the system said when RocksDB could not write: SOFAJRaft writes it into its log and tells its caller no more than that it
 * failed. One for the process, as RocksDB's options are; safe for any thread.
 */
final class RocksErrors extends AbstractEventListener {
    static final RocksErrors ONLY = new RocksErrors();
    private static final int MAX_KEPT = 16;

    private final Deque<String> texts = new ArrayDeque<>();

    private RocksErrors() {
        super(EnabledEventCallback.ON_BACKGROUND_ERROR);
    }

    @Override
    public void onBackgroundError(BackgroundErrorReason reason, @Nullable Status status) {
        if (status == null || status.getState() == null) {
            return;
        }
        synchronized (texts) {
            if (texts.size() == MAX_KEPT) {
                texts.removeFirst();
            }
            texts.addLast(status.getState());
        }
    }

    /** The newest text that names a file in this folder; absent when none does. */
    static @Nullable String lastOf(Path folder) {
        String newest = null;
        synchronized (ONLY.texts) {
            for (String text : List.copyOf(ONLY.texts)) {
                if (text.contains(folder.toString())) {
                    newest = text;
                }
            }
        }
        return newest;
    }
}
