package io.quorate.store;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
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

/**
 * The whole state in one file: head (magic, version, cluster, index, term), each table with the names of its columns and its
 * rows, and the SHA-256 of all before it. Written and read row by row, so memory does not grow with it. Values are 64-bit
 * integers, strings, bytes, booleans, doubles and UUIDs; a table with another type is refused when the store opens.
 */
final class Archive {
    private static final long MAGIC = 0x51554F5241544531L; // QUORATE1
    private static final int VERSION = 2;
    private static final int CHECKSUM_BYTES = 32;
    private static final int BATCH_ROWS = 500;
    private static final int COMMIT_ROWS = 20_000;
    private static final int BUFFER = 64 << 10;

    private static final byte ROW = 1;
    private static final byte END = 0;

    private static final byte NULL = 0;
    private static final byte LONG = 1;
    private static final byte TEXT = 2;
    private static final byte BYTES = 3;
    private static final byte BOOL = 4;
    private static final byte DOUBLE = 5;
    private static final byte ID = 6;

    private Archive() {}

    record Head(String cluster, long index, long term) {}

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

    private static byte kind(int sqlType, String column) throws SQLException {
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
            out.writeUTF(head.cluster());
            out.writeLong(head.index());
            out.writeLong(head.term());
            out.writeInt(tables.size());
            try (Statement statement = connection.createStatement()) {
                // Else H2 gathers the whole result before the first row.
                statement.execute("SET LAZY_QUERY_EXECUTION 1");
            }
            for (String table : tables) {
                writeTable(out, table, connection);
            }
            out.flush();
            buffered.write(digest.digest());
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    private static void writeTable(DataOutputStream out, String table, Connection connection)
            throws IOException, SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT * FROM " + table)) {
            ResultSetMetaData columns = rows.getMetaData();
            int count = columns.getColumnCount();
            byte[] kinds = new byte[count];
            out.writeUTF(table);
            out.writeInt(count);
            for (int i = 0; i < count; i++) {
                out.writeUTF(columns.getColumnName(i + 1));
                kinds[i] = kind(columns.getColumnType(i + 1), table + "." + columns.getColumnName(i + 1));
            }
            while (rows.next()) {
                out.writeByte(ROW);
                for (int i = 0; i < count; i++) {
                    writeValue(out, rows, i + 1, kinds[i]);
                }
            }
            out.writeByte(END);
        }
    }

    private static void writeValue(DataOutputStream out, ResultSet rows, int column, byte kind)
            throws IOException, SQLException {
        Object value = switch (kind) {
            case LONG -> rows.getLong(column);
            case TEXT -> rows.getString(column);
            case BYTES -> rows.getBytes(column);
            case BOOL -> rows.getBoolean(column);
            case DOUBLE -> rows.getDouble(column);
            default -> rows.getObject(column, UUID.class);
        };
        if (value == null || rows.wasNull()) {
            out.writeByte(NULL);
            return;
        }
        out.writeByte(kind);
        if (value instanceof Long number) {
            out.writeLong(number);
        } else if (value instanceof String text) {
            writeBytes(out, text.getBytes(StandardCharsets.UTF_8));
        } else if (value instanceof byte[] bytes) {
            writeBytes(out, bytes);
        } else if (value instanceof Boolean flag) {
            out.writeBoolean(flag);
        } else if (value instanceof Double number) {
            out.writeDouble(number);
        } else {
            UUID id = (UUID) value;
            out.writeLong(id.getMostSignificantBits());
            out.writeLong(id.getLeastSignificantBits());
        }
    }

    private static void writeBytes(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
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
        return 8L + 2 + 2 + head.cluster().getBytes(StandardCharsets.UTF_8).length + 8 + 8;
    }

    private static Head readHead(DataInputStream in, Path file) throws IOException {
        if (in.readLong() != MAGIC) {
            throw new IOException(file + " is no state archive");
        }
        int version = in.readUnsignedShort();
        if (version != VERSION) {
            throw new IOException(file + " has version " + version + ", this agent knows " + VERSION);
        }
        return new Head(in.readUTF(), in.readLong(), in.readLong());
    }

    /** Fills the empty tables of a fresh database; commits as it goes. Call {@link #verify} before. */
    static void load(Path file, List<String> tables, Connection connection) throws IOException, SQLException {
        Set<String> known = new HashSet<>(tables);
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), BUFFER))) {
            readHead(in, file);
            int count = in.readInt();
            for (int i = 0; i < count; i++) {
                String table = in.readUTF();
                if (!known.contains(table)) {
                    throw new IOException(file + " holds table " + table + ", which this agent does not know");
                }
                loadTable(in, table, connection);
            }
        }
        connection.commit();
    }

    private static void loadTable(DataInputStream in, String table, Connection connection)
            throws IOException, SQLException {
        int count = in.readInt();
        List<String> columns = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            columns.add(in.readUTF());
        }
        String sql = "INSERT INTO " + table + " ("
                + columns.stream().map(c -> '"' + c + '"').collect(Collectors.joining(", ")) + ") VALUES ("
                + IntStream.range(0, count).mapToObj(i -> "?").collect(Collectors.joining(", ")) + ")";
        try (PreparedStatement insert = connection.prepareStatement(sql)) {
            long rows = 0;
            while (in.readByte() == ROW) {
                for (int i = 1; i <= count; i++) {
                    insert.setObject(i, readValue(in));
                }
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

    private static @org.jspecify.annotations.Nullable Object readValue(DataInputStream in) throws IOException {
        byte kind = in.readByte();
        return switch (kind) {
            case NULL -> null;
            case LONG -> in.readLong();
            case TEXT -> new String(readBytes(in), StandardCharsets.UTF_8);
            case BYTES -> readBytes(in);
            case BOOL -> in.readBoolean();
            case DOUBLE -> in.readDouble();
            case ID -> new UUID(in.readLong(), in.readLong());
            default -> throw new IOException("unknown kind of value: " + kind);
        };
    }

    private static byte[] readBytes(DataInputStream in) throws IOException {
        int length = in.readInt();
        byte[] bytes = in.readNBytes(length);
        if (bytes.length != length) {
            throw new EOFException("a value is cut off");
        }
        return bytes;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
