package io.quorate.store;

import io.quorate.kernel.Plain;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether the database that is open can still be read and written, and what stopped it. Safe for any thread. */
final class Fitness {
    private static final Logger LOG = LoggerFactory.getLogger(Fitness.class);
    private static final String DAMAGED = "the local database is damaged, it is rebuilt when raft starts again: ";
    private static final String UNUSABLE = "the local database cannot be used until raft starts again: ";

    private volatile @Nullable Exception damage;
    /** What the system said of the database's file; absent while it can be read and written. */
    private volatile @Nullable IOException failure;

    private volatile Consumer<String> listener = why -> {};

    /** @param next told once per content, on the thread that met it, why nothing more can be done with it */
    void listen(Consumer<String> next) {
        listener = next;
    }

    /** Another content was opened. */
    void renewed() {
        damage = null;
        failure = null;
    }

    boolean isDamaged() {
        return damage != null;
    }

    boolean hasFailed() {
        return failure != null;
    }

    /** The first that says so has it noted by that, then tells. */
    void damaged(Path file, Exception why, Runnable note) {
        if (damage != null) {
            return;
        }
        damage = why;
        LOG.atError().addKeyValue("file", file).log("the local database is damaged: {}", Damage.reason(why));
        note.run();
        listener.accept(DAMAGED + Damage.reason(why));
    }

    void failed(Path file, IOException why) {
        if (damage != null || failure != null) {
            return;
        }
        failure = why;
        String told = UNUSABLE + Plain.reason(file, why);
        LOG.atError().log("{}", told);
        listener.accept(told);
    }

    /** @throws StateUnavailableException when it cannot be used any more */
    void refuseUnusable(Path file) {
        Exception why = damage;
        if (why != null) {
            throw new StateUnavailableException(DAMAGED + Damage.reason(why), why);
        }
        IOException unusable = failure;
        if (unusable != null) {
            throw unusable(file, unusable);
        }
    }

    static StateUnavailableException unusable(Path file, IOException why) {
        return new StateUnavailableException(UNUSABLE + Plain.reason(file, why), why, true);
    }
}
