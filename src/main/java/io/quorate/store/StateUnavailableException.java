package io.quorate.store;

import java.sql.SQLException;
import java.util.Set;
import org.h2.api.ErrorCode;
import org.h2.mvstore.MVStoreException;
import org.jspecify.annotations.Nullable;

/** The state cannot be read or written now; the message says why. Nothing was changed. */
public final class StateUnavailableException extends RuntimeException {
    /** A failed write makes H2 close the database in the middle of whatever it did. */
    private static final Set<Integer> OF_DISK = Set.of(
            ErrorCode.IO_EXCEPTION_1,
            ErrorCode.IO_EXCEPTION_2,
            ErrorCode.FILE_CORRUPTED_1,
            ErrorCode.DATABASE_IS_CLOSED,
            ErrorCode.DATABASE_CALLED_AT_SHUTDOWN,
            ErrorCode.CONNECTION_BROKEN_1,
            ErrorCode.OBJECT_CLOSED);

    private final boolean ofDisk;

    public StateUnavailableException(String message) {
        this(message, null, false);
    }

    public StateUnavailableException(String message, Throwable cause) {
        this(message, cause, false);
    }

    /** @param ofDisk known by another way than the cause */
    StateUnavailableException(String message, @Nullable Throwable cause, boolean ofDisk) {
        super(message, cause);
        this.ofDisk = ofDisk;
    }

    /** True when the database's file could not be written or read: opened again once the disk works, the state is whole. */
    public boolean isOfDisk() {
        if (ofDisk) {
            return true;
        }
        for (Throwable cause = getCause(); cause != null; cause = cause.getCause()) {
            boolean ofDisk = cause instanceof MVStoreException
                    || cause instanceof DamagedFileException
                    || (cause instanceof SQLException sql && OF_DISK.contains(sql.getErrorCode()));
            if (ofDisk) {
                return true;
            }
        }
        return false;
    }
}
