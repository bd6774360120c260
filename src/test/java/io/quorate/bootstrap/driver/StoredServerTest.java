package io.quorate.bootstrap.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.bootstrap.FoundingRecord;
import io.quorate.bootstrap.Standing;
import io.quorate.kernel.ClusterId;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import io.quorate.runtime.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a folder tells of its server, and how that server is given up. */
class StoredServerTest {
    private static final ServerId ID = new ServerId(new UUID(0, 3));
    private static final ClusterRef CLUSTER = ClusterRef.founded(new ClusterId(new UUID(1, 1)));

    @TempDir
    Path folder;

    private StoredServer stored;

    @BeforeEach
    void open() {
        stored = new StoredServer(Disk.real(), folder);
    }

    private void record(Standing standing) throws IOException {
        new RecordFile(folder).write(new FoundingRecord(ID, new NodeName("s3"), 4, new TreeSet<>(), standing));
    }

    @Test
    void itSaysWhoseTheFolderIs() throws IOException {
        assertThat(stored.description()).isEmpty();
        record(new Standing.Blank(null));
        assertThat(stored.description()).hasValue("server s3 (id " + ID + "), which belongs to no cluster");
        record(new Standing.Member(CLUSTER, "t", true, null));
        assertThat(stored.description()).hasValue("server s3 (id " + ID + "), a member of cluster " + CLUSTER.id());
        Files.writeString(folder.resolve(RecordFile.NAME), "nonsense");
        assertThat(stored.description()).hasValue("a server whose record cannot be read");
        Files.delete(folder.resolve(RecordFile.NAME));
        Files.createDirectory(folder.resolve(RaftFolder.NAME));
        assertThat(stored.description()).hasValue("a server whose record is missing");
    }

    @Test
    void recordAndRaftDataAreKeptAsideAndNothingOfTheServerIsLeft() throws IOException {
        record(new Standing.Member(CLUSTER, "t", true, null));
        Files.createDirectory(folder.resolve(RaftFolder.NAME));
        Files.writeString(folder.resolve(RaftFolder.NAME).resolve("log"), "x");
        Path aside = stored.putAside();
        assertThat(aside).isEqualTo(folder.resolve("lost-1"));
        assertThat(aside.resolve("log")).exists();
        assertThat(aside.resolve(RecordFile.NAME)).exists();
        assertThat(stored.description()).isEmpty();
        record(new Standing.Blank(null));
        assertThat(stored.putAside().resolve(RecordFile.NAME)).exists();
        assertThat(folder.resolve("lost-2")).exists();
    }
}
