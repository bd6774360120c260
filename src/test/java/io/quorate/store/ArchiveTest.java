package io.quorate.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an archive holds comes back as it was, and an archive of another version, or one that is cut off, is refused. */
class ArchiveTest {
    private static final Archive.Head HEAD = new Archive.Head("cluster/1", 7, 3);
    private static final List<String> TABLES = List.of("things", "empty");
    private static final String SCHEMA = "CREATE TABLE things (id UUID, n BIGINT, t VARCHAR, b VARBINARY, f BOOLEAN, d"
            + " DOUBLE PRECISION); CREATE TABLE empty (n BIGINT)";

    @TempDir
    Path folder;

    private static Connection database() throws SQLException {
        Connection connection = DriverManager.getConnection("jdbc:h2:mem:");
        try (Statement statement = connection.createStatement()) {
            statement.execute(SCHEMA);
        }
        connection.setAutoCommit(false);
        return connection;
    }

    private static List<String> rows(Connection connection) throws SQLException {
        List<String> all = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT * FROM things ORDER BY n")) {
            while (rows.next()) {
                List<Object> row = new ArrayList<>();
                for (int i = 1; i <= 6; i++) {
                    Object value = rows.getObject(i);
                    row.add(value instanceof byte[] bytes ? Arrays.toString(bytes) : value);
                }
                all.add(row.toString());
            }
        }
        return all;
    }

    private Path written() throws Exception {
        Path file = folder.resolve("state.archive");
        try (Connection connection = database();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "INSERT INTO things VALUES ('11111111-1111-1111-1111-111111111111', -1, 'gr\u00fc\u00dfe', X'00ff',"
                            + " TRUE, 0.1), (NULL, 2, NULL, NULL, NULL, NULL), (NULL, 3, '', X'', FALSE, 'NaN')");
            Archive.write(file, HEAD, TABLES, connection);
        }
        return file;
    }

    @Test
    void everyKindOfValueComesBackAsItWas() throws Exception {
        Path file = written();
        assertThat(Archive.verify(file)).isEqualTo(HEAD);
        try (Connection connection = database()) {
            Archive.load(file, TABLES, connection);
            assertThat(rows(connection))
                    .containsExactly(
                            "[11111111-1111-1111-1111-111111111111, -1, gr\u00fc\u00dfe, [0, -1], true, 0.1]",
                            "[null, 2, null, null, null, null]",
                            "[null, 3, , [], false, NaN]");
        }
    }

    @Test
    void anArchiveThatIsCutOffAnywhereIsRefused() throws Exception {
        byte[] whole = Files.readAllBytes(written());
        Path cut = folder.resolve("cut");
        for (int length = 0; length < whole.length; length++) {
            Files.write(cut, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> Archive.verify(cut)).as("%s bytes", length).isInstanceOf(IOException.class);
        }
    }

    @Test
    void anArchiveOfAnotherVersionIsRefusedByIt() throws Exception {
        for (int version : new int[] {1, 2, 3, 5}) {
            ByteBuffer old = ByteBuffer.allocate(64)
                    .put("QUORATE1".getBytes(StandardCharsets.US_ASCII))
                    .putShort((short) version);
            byte[] body = Arrays.copyOf(old.array(), old.position() + 30);
            byte[] sum = MessageDigest.getInstance("SHA-256").digest(body);
            byte[] file = Arrays.copyOf(body, body.length + sum.length);
            System.arraycopy(sum, 0, file, body.length, sum.length);
            Path path = Files.write(folder.resolve("old"), file);
            assertThatThrownBy(() -> Archive.verify(path))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("of format " + version + ", this version of the agent reads format 4");
        }
    }
}
