package io.quorate.store;

import io.quorate.codec.Bounds;
import io.quorate.codec.Form;
import io.quorate.codec.In;
import io.quorate.codec.MalformedException;
import io.quorate.codec.Out;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The whole state in one file: head (magic, version, cluster, index, term), each table with the names of its columns and its
 * rows, and the SHA-256 of all before it. Head, names and rows are records, each behind its length; around them it is a stream, because
 * no record holds a state of any size: written and read row by row, so memory does not grow with it. Values are 64-bit
 * integers, strings, bytes, booleans, doubles and UUIDs; a table with another type is refused when the store opens.
 */
final class Archive {
    private static final long MAGIC = 0x51554F5241544531L; // QUORATE1
    private static final int VERSION = 4;
    private static final int CHECKSUM_BYTES = 32;
    private static final int BATCH_ROWS = 500;
    private static final int COMMIT_ROWS = 20_000;
    private static final int BUFFER = 64 << 10;

    /** Of one value, and of one row: a command of the log, from which it came, is smaller. */
    private static final int MAX_VALUE = Bounds.BLOB;

    private static final int MAX_RECORD = 4 * Bounds.BLOB;
    private static final int MAX_COLUMNS = 1000;
    /** In place of the length of a row, which has a byte at least. */
    private static final int NO_MORE_ROWS = 0;

    private static final int NULL = 0;
    private static final int LONG = 1;
    private static final int TEXT = 2;
    private static final int BYTES = 3;
    private static final int BOOL = 4;
    private static final int DOUBLE = 5;
    private static final int ID = 6;

    private static final Form<Head> HEAD = Form.of(
            (head, out) -> out.text(head.cluster()).i64(head.index()).i64(head.term()),
            in -> new Head(in.text(), in.i64(), in.i64()));
    private static final Form<List<String>> COLUMNS =
            Form.<String>of((name, out) -> out.text(name), In::text).listOf(MAX_COLUMNS);
    private static final Form<Table> TABLE = Form.of(
            (table, out) -> out.text(table.name()).value(table.columns(), COLUMNS),
            in -> new Table(in.text(), in.value(COLUMNS)));

    private Archive() {}

    record Head(String cluster, long index, long term) {}

    private record Table(String name, List<String> columns) {}

    /** @throws SQLException when a column has a type that an archive cannot hold */
    static void check(Connection connection, List<String> tables) throws SQLException {
        for (String table : tables) {
            try (Statement statement = connection.createStatement();
                    ResultSet none = statement.executeQuery("SELECT * FROM " + table + " WHERE FALSE")) {
                ResultSetMetaData columns = none.getMetaData();
                for (int i = 1; i <= columns.getColumnCount(); i++) {
                    kind(columns.getColumnType(i), table + "." + columns.getColumnName(i));
                }
            }
        }
    }

    private static int kind(int sqlType, String column) throws SQLException {
        return switch (sqlType) {
            case Types.BIGINT, Types.INTEGER, Types.SMALLINT, Types.TINYINT -> LONG;
            case Types.VARCHAR, Types.LONGVARCHAR, Types.CHAR, Types.CLOB -> TEXT;
            case Types.VARBINARY, Types.BINARY, Types.LONGVARBINARY, Types.BLOB -> BYTES;
            case Types.BOOLEAN, Types.BIT -> BOOL;
            case Types.DOUBLE, Types.REAL, Types.FLOAT -> DOUBLE;
            // H2 names a UUID so.
            case Types.OTHER -> ID;
            default -> throw new SQLException("a snapshot cannot hold column " + column + " of SQL type " + sqlType);
        };
    }

    /** Returns once the file would survive a power failure. The connection's transaction decides what is seen. */
    static void write(Path file, Head head, List<String> tables, Connection connection)
            throws IOException, SQLException {
        MessageDigest digest = sha256();
        try (OutputStream raw = Files.newOutputStream(file);
                BufferedOutputStream buffered = new BufferedOutputStream(raw, BUFFER)) {
            // The digest is taken of what enters the buffer, so the checksum itself is written past it.
            DataOutputStream out =
                    new DataOutputStream(new BufferedOutputStream(new DigestOutputStream(buffered, digest), BUFFER));
            out.writeLong(MAGIC);
            out.writeShort(VERSION);
            put(out, HEAD.bytes(head));
            try (Statement statement = connection.createStatement()) {
                // Else H2 gathers the whole result before the first row.
                statement.execute("SET LAZY_QUERY_EXECUTION 1");
            }
            List<String> filled = filled(tables, connection);
            out.writeInt(filled.size());
            for (String table : filled) {
                writeTable(out, table, connection);
            }
            out.flush();
            buffered.write(digest.digest());
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    /** An older server does not know the tables of a newer one, and need not as long as nothing of them is used. */
    private static List<String> filled(List<String> tables, Connection connection) throws SQLException {
        List<String> filled = new ArrayList<>();
        for (String table : tables) {
            try (Statement statement = connection.createStatement();
                    ResultSet any = statement.executeQuery("SELECT 1 FROM " + table + " FETCH FIRST ROW ONLY")) {
                if (any.next()) {
                    filled.add(table);
                }
            }
        }
        return filled;
    }

    private static void writeTable(DataOutputStream out, String table, Connection connection)
            throws IOException, SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT * FROM " + table)) {
            ResultSetMetaData columns = rows.getMetaData();
            int count = columns.getColumnCount();
            int[] kinds = new int[count];
            List<String> names = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                names.add(columns.getColumnName(i + 1));
                kinds[i] = kind(columns.getColumnType(i + 1), table + "." + columns.getColumnName(i + 1));
            }
            put(out, TABLE.bytes(new Table(table, names)));
            while (rows.next()) {
                Out row = new Out();
                for (int i = 0; i < count; i++) {
                    writeValue(row, rows, i + 1, kinds[i]);
                }
                put(out, row.bytes());
            }
            out.writeInt(NO_MORE_ROWS);
        }
    }

    private static void writeValue(Out out, ResultSet rows, int column, int kind) throws SQLException {
        Object value = rows.getObject(column);
        if (value == null) {
            out.u8(NULL);
            return;
        }
        out.u8(kind);
        switch (kind) {
            case LONG -> out.i64(rows.getLong(column));
            case TEXT -> out.text(rows.getString(column), MAX_VALUE);
            case BYTES -> out.blob(rows.getBytes(column), MAX_VALUE);
            case BOOL -> out.flag(rows.getBoolean(column));
            case DOUBLE -> out.i64(Double.doubleToRawLongBits(rows.getDouble(column)));
            default -> out.uuid(rows.getObject(column, UUID.class));
        }
    }

    /** A record behind its length in four bytes: a stream of any length is read one record at a time. */
    private static void put(DataOutputStream out, byte[] record) throws IOException {
        if (record.length > MAX_RECORD) {
            throw new IOException("a record of " + record.length + " bytes, at most " + MAX_RECORD + " fit");
        }
        out.writeInt(record.length);
        out.write(record);
    }

    private static In take(DataInputStream in, int length) throws IOException {
        if (length < 0 || length > MAX_RECORD) {
            throw new MalformedException("a record of " + length + " bytes");
        }
        byte[] record = in.readNBytes(length);
        if (record.length != length) {
            throw new EOFException("a record is cut off");
        }
        return new In(record);
    }

    private static <T> T take(DataInputStream in, Form<T> form) throws IOException {
        In record = take(in, in.readInt());
        T value = record.value(form);
        record.end();
        return value;
    }

    /**
     * The head of a file whose checksum is right.
     *
     * @throws IOException when it is no archive, of a version that we do not know, or damaged
     */
    static Head verify(Path file) throws IOException {
        long body = Files.size(file) - CHECKSUM_BYTES;
        if (body <= 0) {
            throw new IOException(file + " is no state archive");
        }
        MessageDigest digest = sha256();
        Head head;
        try (InputStream raw = new BufferedInputStream(Files.newInputStream(file), BUFFER)) {
            DigestInputStream digesting = new DigestInputStream(raw, digest);
            head = readHead(new DataInputStream(digesting), file);
            byte[] buffer = new byte[BUFFER];
            long left = body - headBytes(head);
            while (left > 0) {
                int read = digesting.read(buffer, 0, (int) Math.min(buffer.length, left));
                if (read < 0) {
                    throw new EOFException(file + " is cut off");
                }
                left -= read;
            }
            if (!MessageDigest.isEqual(digest.digest(), raw.readNBytes(CHECKSUM_BYTES))) {
                throw new IOException(file + " is damaged: its checksum is another");
            }
        }
        return head;
    }

    private static long headBytes(Head head) {
        return (long) Long.BYTES + Short.BYTES + Integer.BYTES + HEAD.bytes(head).length;
    }

    private static Head readHead(DataInputStream in, Path file) throws IOException {
        if (in.readLong() != MAGIC) {
            throw new IOException(file + " is no state archive");
        }
        int version = in.readUnsignedShort();
        if (version != VERSION) {
            throw new IOException(file + " is a state archive of format " + version
                    + ", this version of the agent reads format " + VERSION);
        }
        return take(in, HEAD);
    }

    /** Fills the empty tables of a fresh database; commits as it goes. Call {@link #verify} before. */
    static void load(Path file, List<String> tables, Connection connection) throws IOException, SQLException {
        Set<String> known = new HashSet<>(tables);
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), BUFFER))) {
            readHead(in, file);
            int count = in.readInt();
            for (int i = 0; i < count; i++) {
                Table table = take(in, TABLE);
                if (!known.contains(table.name())) {
                    throw new IOException(file + " holds table " + table.name() + ", which this agent does not know");
                }
                loadTable(in, table, connection);
            }
        }
        connection.commit();
    }

    private static void loadTable(DataInputStream in, Table table, Connection connection)
            throws IOException, SQLException {
        int count = table.columns().size();
        String sql = "INSERT INTO " + table.name() + " ("
                + table.columns().stream().map(c -> '"' + c + '"').collect(Collectors.joining(", ")) + ") VALUES ("
                + IntStream.range(0, count).mapToObj(i -> "?").collect(Collectors.joining(", ")) + ")";
        try (PreparedStatement insert = connection.prepareStatement(sql)) {
            long rows = 0;
            for (int length = in.readInt(); length != NO_MORE_ROWS; length = in.readInt()) {
                In row = take(in, length);
                for (int i = 1; i <= count; i++) {
                    insert.setObject(i, readValue(row));
                }
                row.end();
                insert.addBatch();
                rows++;
                if (rows % BATCH_ROWS == 0) {
                    insert.executeBatch();
                }
                if (rows % COMMIT_ROWS == 0) {
                    connection.commit();
                }
            }
            insert.executeBatch();
        }
    }

    private static @Nullable Object readValue(In in) throws MalformedException {
        int kind = in.u8();
        return switch (kind) {
            case NULL -> null;
            case LONG -> in.i64();
            case TEXT -> in.text(MAX_VALUE);
            case BYTES -> in.blob(MAX_VALUE);
            case BOOL -> in.flag();
            case DOUBLE -> Double.longBitsToDouble(in.i64());
            case ID -> in.uuid();
            default -> throw new MalformedException("unknown kind of value: " + kind);
        };
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
