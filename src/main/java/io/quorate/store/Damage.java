package io.quorate.store;

import io.quorate.kernel.Plain;
import java.sql.SQLException;
import java.util.Set;
import org.h2.api.ErrorCode;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStoreException;

/** Tells a database that is damaged from one that refuses, is closed, or has a disk that fails. */
final class Damage {
    private static final Set<Integer> OF_THE_STORE = Set.of(
            DataUtils.ERROR_FILE_CORRUPT,
            DataUtils.ERROR_CHUNK_NOT_FOUND,
            DataUtils.ERROR_BLOCK_NOT_FOUND,
            DataUtils.ERROR_UNSUPPORTED_FORMAT,
            DataUtils.ERROR_INTERNAL);
    private static final int MAX_CAUSES = 20;

    private Damage() {}

    /** Why, in one line: of a damaged file what is wrong with it, which H2 wraps in words of its own. */
    static String reason(Throwable failure) {
        Throwable at = failure;
        for (int i = 0; at != null && i < MAX_CAUSES; i++) {
            if (at instanceof DamagedFileException) {
                return Plain.reason(at);
            }
            at = at.getCause();
        }
        return Plain.reason(failure);
    }

    /** Whether it, or what caused it, is what a damaged file leads to. Asking too readily costs a rebuild, nothing else. */
    static boolean isIn(Throwable failure) {
        Throwable at = failure;
        for (int i = 0; at != null && i < MAX_CAUSES; i++) {
            boolean ofStore = at instanceof MVStoreException store && OF_THE_STORE.contains(store.getErrorCode());
            boolean ofSql = at instanceof SQLException sql && sql.getErrorCode() == ErrorCode.FILE_CORRUPTED_1;
            if (at instanceof DamagedFileException || ofStore || ofSql) {
                return true;
            }
            at = at.getCause();
        }
        return false;
    }
}
