package io.quorate.bootstrap.driver;

import io.quorate.bootstrap.Charter;
import io.quorate.bootstrap.Founder;
import io.quorate.kernel.ClusterId;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Datacenter;
import io.quorate.kernel.Incarnation;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.Plain;
import io.quorate.kernel.ServerId;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The values of founding in bytes: big endian, strings as length and UTF-8, an absent value as a 0 byte. */
final class Bytes {
    private static final int MAX_TEXT = 256;

    private Bytes() {}

    interface Writing {
        void to(DataOutputStream out) throws IOException;
    }

    interface Reading<T> {
        T from(DataInputStream in) throws IOException;
    }

    static byte[] write(Writing writing) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try {
            writing.to(new DataOutputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        return bytes.toByteArray();
    }

    static void ids(DataOutputStream out, Collection<ServerId> ids) throws IOException {
        out.writeByte(ids.size());
        for (ServerId id : ids) {
            uuid(out, id.value());
        }
    }

    /** @param most more of them are refused */
    static List<ServerId> ids(DataInputStream in, int most) throws IOException {
        int count = in.readUnsignedByte();
        if (count > most) {
            throw new IOException(count + " servers, at most " + most + " are allowed");
        }
        List<ServerId> ids = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            ids.add(new ServerId(uuid(in)));
        }
        return ids;
    }

    /** @throws IOException when the bytes are anything but exactly one such value */
    static <T> T read(byte[] bytes, Reading<T> reading) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        T value;
        try {
            value = reading.from(in);
        } catch (IllegalArgumentException e) {
            throw new IOException("impossible value: " + Plain.reason(e), e);
        }
        if (in.available() > 0) {
            throw new IOException(in.available() + " bytes too many");
        }
        return value;
    }

    static void uuid(DataOutputStream out, UUID value) throws IOException {
        out.writeLong(value.getMostSignificantBits());
        out.writeLong(value.getLeastSignificantBits());
    }

    static UUID uuid(DataInputStream in) throws IOException {
        return new UUID(in.readLong(), in.readLong());
    }

    static void text(DataOutputStream out, String value) throws IOException {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        if (utf8.length > MAX_TEXT) {
            throw new IllegalArgumentException("text of " + utf8.length + " bytes");
        }
        out.writeShort(utf8.length);
        out.write(utf8);
    }

    static String text(DataInputStream in) throws IOException {
        int length = in.readUnsignedShort();
        if (length > MAX_TEXT) {
            throw new IOException("text of " + length + " bytes");
        }
        byte[] utf8 = new byte[length];
        in.readFully(utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }

    static boolean flag(DataInputStream in) throws IOException {
        int flag = in.readUnsignedByte();
        if (flag > 1) {
            throw new IOException("neither yes nor no: " + flag);
        }
        return flag == 1;
    }

    static void cluster(DataOutputStream out, @Nullable ClusterRef value) throws IOException {
        out.writeBoolean(value != null);
        if (value != null) {
            uuid(out, value.id().value());
            out.writeInt(value.incarnation().number());
            uuid(out, value.incarnation().nonce());
        }
    }

    static @Nullable ClusterRef cluster(DataInputStream in) throws IOException {
        return flag(in) ? new ClusterRef(new ClusterId(uuid(in)), new Incarnation(in.readInt(), uuid(in))) : null;
    }

    static void charter(DataOutputStream out, @Nullable Charter value) throws IOException {
        out.writeBoolean(value != null);
        if (value != null) {
            uuid(out, value.id().value());
            text(out, value.datacenter().value());
            out.writeByte(value.founders().size());
            for (Founder founder : value.founders()) {
                uuid(out, founder.id().value());
                text(out, founder.name().value());
            }
        }
    }

    static @Nullable Charter charter(DataInputStream in) throws IOException {
        if (!flag(in)) {
            return null;
        }
        ClusterId id = new ClusterId(uuid(in));
        Datacenter datacenter = new Datacenter(text(in));
        int count = in.readUnsignedByte();
        if (count > Charter.MAX_FOUNDERS) {
            throw new IOException(count + " founders");
        }
        List<Founder> founders = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            founders.add(new Founder(new ServerId(uuid(in)), new NodeName(text(in))));
        }
        return new Charter(id, datacenter, founders);
    }
}
