package io.quorate.membership.swim;

import io.quorate.kernel.Endpoint;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/** What is kept on disk for the next start: where living members are, and who belongs to a cluster. */
public record Snapshots(List<Endpoint> addresses, List<Message.Entry> servers) {
    public static final Snapshots EMPTY = new Snapshots(List.of(), List.of());
    private static final int MAGIC = 0x51475331;

    public Snapshots {
        addresses = List.copyOf(addresses);
        servers = List.copyOf(servers);
    }

    public byte[] encode() {
        WireWriter out = new WireWriter(1024).u32(MAGIC).u32(addresses.size());
        addresses.forEach(out::endpoint);
        out.raw(Wire.encodeStream(new Message.State(0, servers)));
        CRC32C crc = new CRC32C();
        crc.update(out.done());
        return out.u32((int) crc.getValue()).done();
    }

    /** @throws MalformedException when it is not a whole snapshot */
    public static Snapshots decode(byte[] bytes) throws MalformedException {
        if (bytes.length < 4) {
            throw new MalformedException("cut off");
        }
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, bytes.length - 4);
        WireReader in = new WireReader(ByteBuffer.wrap(bytes, 0, bytes.length - 4));
        boolean whole = ByteBuffer.wrap(bytes, bytes.length - 4, 4).getInt() == (int) crc.getValue();
        if (!whole || in.count(Integer.MAX_VALUE) != MAGIC) {
            throw new MalformedException("no snapshot of ours");
        }
        int count = in.count(Wire.MAX_MEMBERS);
        List<Endpoint> addresses = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            addresses.add(in.endpoint());
        }
        Message state = Wire.decodeStream(ByteBuffer.wrap(in.bytes(in.remaining())));
        if (state instanceof Message.State servers) {
            return new Snapshots(addresses, servers.entries());
        }
        throw new MalformedException("no servers in it");
    }
}
