package io.quorate.consensus.jraft;

import com.alipay.sofa.jraft.storage.LogStorage;
import com.alipay.sofa.jraft.storage.impl.RocksDBLogStorage;
import io.quorate.kernel.Plain;
import java.lang.reflect.Field;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * What the system said when RocksDB could not write: SOFAJRaft writes it into its log and tells its caller no more than that it
 * failed. RocksDB says it again at every write that follows, also at one of nothing. A listener of RocksDB's would be told, too, but on
 * threads that find no class in an executable jar.
 */
final class RocksWords {
    private RocksWords() {}

    /** Absent when nothing is known, or a write succeeds now. Writes: for the log's own thread. */
    static @Nullable String of(LogStorage log) {
        try (WriteOptions synced = new WriteOptions().setSync(true);
                WriteBatch nothing = new WriteBatch()) {
            // SOFAJRaft has no accessor for it.
            Field field = RocksDBLogStorage.class.getDeclaredField("db");
            field.setAccessible(true);
            if (log instanceof RocksDBLogStorage && field.get(log) instanceof RocksDB database) {
                database.write(synced, nothing);
            }
            return null;
        } catch (RocksDBException e) {
            return Plain.reason(e);
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }
}
