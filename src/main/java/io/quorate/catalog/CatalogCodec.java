package io.quorate.catalog;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Commands as they stand in the log: kind, version of that kind, fields. A kind or version that is not known ends the decoding,
 * because guessing would make replicas differ.
 */
final class CatalogCodec implements CatalogCommand.Cases<CatalogCodec.Writing> {
    private static final int REGISTER_NODE = 1;
    private static final int DEREGISTER_NODE = 2;
    private static final int SET_CHECK = 3;
    private static final int VERSION = 1;
    private static final int MAX_TEXT = 1024 * 1024;
    private static final int MAX_ITEMS = 4096;
    /** As many bytes as a column of the database holds: a committed command that does not fit would stop every server. */
    private static final int MAX_MAP = 1024 * 1024;

    interface Writing {
        void to(DataOutput out) throws IOException;
    }

    static void encode(CatalogCommand command, DataOutput out) throws IOException {
        command.match(new CatalogCodec()).to(out);
    }

    static CatalogCommand decode(DataInput in) throws IOException {
        int kind = in.readUnsignedByte();
        int version = in.readUnsignedByte();
        if (version != VERSION) {
            throw new IOException("catalog command " + kind + " of unknown version " + version);
        }
        return switch (kind) {
            case REGISTER_NODE -> new CatalogCommand.RegisterNode(node(in), checks(in));
            case DEREGISTER_NODE -> new CatalogCommand.DeregisterNode(text(in));
            case SET_CHECK -> new CatalogCommand.SetCheck(text(in), check(in));
            default -> throw new IOException("unknown catalog command " + kind);
        };
    }

    @Override
    public Writing registerNode(CatalogCommand.RegisterNode command) {
        return out -> {
            head(out, REGISTER_NODE);
            Node node = command.node();
            text(out, node.name());
            text(out, node.id());
            text(out, node.address());
            map(out, node.taggedAddresses());
            map(out, node.meta());
            out.writeShort(items(command.checks().size()));
            for (Check check : command.checks()) {
                check(out, check);
            }
        };
    }

    @Override
    public Writing deregisterNode(CatalogCommand.DeregisterNode command) {
        return out -> {
            head(out, DEREGISTER_NODE);
            text(out, command.name());
        };
    }

    @Override
    public Writing setCheck(CatalogCommand.SetCheck command) {
        return out -> {
            head(out, SET_CHECK);
            text(out, command.node());
            check(out, command.check());
        };
    }

    /** A map as one column holds it; absent stays absent. */
    static byte @Nullable [] column(@Nullable SortedMap<String, String> map) {
        if (map == null) {
            return null;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            map(new DataOutputStream(bytes), map);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static @Nullable SortedMap<String, String> fromColumn(byte @Nullable [] column) {
        if (column == null) {
            return null;
        }
        try {
            return map(new DataInputStream(new ByteArrayInputStream(column)));
        } catch (IOException e) {
            throw new UncheckedIOException("damaged row", e);
        }
    }

    private static void head(DataOutput out, int kind) throws IOException {
        out.writeByte(kind);
        out.writeByte(VERSION);
    }

    private static Node node(DataInput in) throws IOException {
        return new Node(text(in), text(in), text(in), map(in), map(in));
    }

    private static List<Check> checks(DataInput in) throws IOException {
        int count = items(in.readUnsignedShort());
        List<Check> checks = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            checks.add(check(in));
        }
        return checks;
    }

    private static void check(DataOutput out, Check check) throws IOException {
        text(out, check.id());
        text(out, check.name());
        text(out, check.status());
        text(out, check.notes());
        text(out, check.output());
    }

    private static Check check(DataInput in) throws IOException {
        return new Check(text(in), text(in), text(in), text(in), text(in));
    }

    private static void map(DataOutput out, @Nullable SortedMap<String, String> map) throws IOException {
        out.writeBoolean(map != null);
        if (map != null) {
            mapBytes(map);
            out.writeShort(items(map.size()));
            for (Map.Entry<String, String> entry : map.entrySet()) {
                text(out, entry.getKey());
                text(out, entry.getValue());
            }
        }
    }

    private static @Nullable SortedMap<String, String> map(DataInput in) throws IOException {
        if (!in.readBoolean()) {
            return null;
        }
        int count = items(in.readUnsignedShort());
        TreeMap<String, String> map = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            map.put(text(in), text(in));
        }
        mapBytes(map);
        return Collections.unmodifiableSortedMap(map);
    }

    private static void mapBytes(SortedMap<String, String> map) throws IOException {
        long bytes = 3;
        for (Map.Entry<String, String> entry : map.entrySet()) {
            bytes += 8L
                    + entry.getKey().getBytes(StandardCharsets.UTF_8).length
                    + entry.getValue().getBytes(StandardCharsets.UTF_8).length;
        }
        if (bytes > MAX_MAP) {
            throw new IOException("a map of " + bytes + " bytes in a catalog command, at most " + MAX_MAP + " fit");
        }
    }

    private static int items(int count) throws IOException {
        if (count > MAX_ITEMS) {
            throw new IOException("too many items in a catalog command: " + count);
        }
        return count;
    }

    private static void text(DataOutput out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > MAX_TEXT) {
            throw new IOException("text of " + bytes.length + " bytes in a catalog command");
        }
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static String text(DataInput in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > MAX_TEXT) {
            throw new IOException("text of " + length + " bytes in a catalog command");
        }
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(java.nio.ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IOException("text in a catalog command is not UTF-8", e);
        }
    }
}
