package io.quorate.bootstrap.driver;

import io.quorate.bootstrap.Testimony;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.ServerId;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A server's answer to who it is, asked on a connection that the asking server opened: what others say in their own messages is
 * believed only when such answers confirm it.
 *
 * @param instance of its process: two processes on copies of one data directory differ in nothing else
 * @param starts of its data directory
 * @param cluster of a member
 * @param voters of the configuration that its raft follows
 * @param leader whether its raft knows a leader now
 * @param place of the asking server in that cluster
 * @param seen where its own directory has the asking server alive; absent: nowhere
 * @param removing the server whose removal it asked for in the request that the question names; absent: it made no such request
 * @param proof see {@link FolderProof}
 */
record Attestation(
        ServerId by,
        UUID instance,
        Phase phase,
        long starts,
        @Nullable ClusterRef cluster,
        List<ServerId> voters,
        boolean leader,
        Testimony.Place place,
        @Nullable Endpoint seen,
        @Nullable ServerId removing,
        String proof) {
    static final String METHOD = "attest";
    private static final int MAX_VOTERS = 255;
    private static final int MAX_BYTES = 8 * 1024;
    private static final int VERSION = 1;

    /** What its raft does. Only ever rises while a process lives, but for {@link #STOPPED}, which is for good. */
    enum Phase {
        STOPPED,
        /** Not a member. */
        OUTSIDE,
        /** A member whose raft does not run yet. */
        STARTING,
        RUNNING
    }

    Attestation {
        voters = List.copyOf(voters);
    }

    /** Absent of a server that is no member. */
    @Nullable
    Testimony testimony() {
        return cluster == null ? null : new Testimony(by, cluster, voters, leader, place);
    }

    /**
     * @param asking the server that asks
     * @param challenge random: what is proven is proven now
     * @param request whether the asked server made this request for a removal; absent: it is not about one
     */
    record Question(
            ServerId asking, UUID challenge, @Nullable UUID request) {
        byte[] encode() {
            return Bytes.write(out -> {
                out.writeByte(VERSION);
                Bytes.uuid(out, asking.value());
                Bytes.uuid(out, challenge);
                out.writeBoolean(request != null);
                if (request != null) {
                    Bytes.uuid(out, request);
                }
            });
        }

        static Question decode(byte[] bytes) throws IOException {
            return Bytes.read(bounded(bytes), in -> {
                version(in);
                return new Question(
                        new ServerId(Bytes.uuid(in)), Bytes.uuid(in), Bytes.flag(in) ? Bytes.uuid(in) : null);
            });
        }
    }

    byte[] encode() {
        return Bytes.write(out -> {
            out.writeByte(VERSION);
            Bytes.uuid(out, by.value());
            Bytes.uuid(out, instance);
            Bytes.text(out, phase.name());
            out.writeLong(starts);
            Bytes.cluster(out, cluster);
            ids(out, voters);
            out.writeBoolean(leader);
            Bytes.text(out, place.name());
            out.writeBoolean(seen != null);
            if (seen != null) {
                byte[] address = seen.address().getAddress();
                out.writeByte(address.length);
                out.write(address);
                out.writeShort(seen.port());
            }
            out.writeBoolean(removing != null);
            if (removing != null) {
                Bytes.uuid(out, removing.value());
            }
            Bytes.text(out, proof);
        });
    }

    static Attestation decode(byte[] bytes) throws IOException {
        return Bytes.read(bounded(bytes), in -> {
            version(in);
            return new Attestation(
                    new ServerId(Bytes.uuid(in)),
                    Bytes.uuid(in),
                    one(Phase.values(), in),
                    in.readLong(),
                    Bytes.cluster(in),
                    ids(in),
                    Bytes.flag(in),
                    one(Testimony.Place.values(), in),
                    endpoint(in),
                    Bytes.flag(in) ? new ServerId(Bytes.uuid(in)) : null,
                    Bytes.text(in));
        });
    }

    private static void ids(DataOutputStream out, List<ServerId> ids) throws IOException {
        int count = Math.min(MAX_VOTERS, ids.size());
        out.writeByte(count);
        for (ServerId id : ids.subList(0, count)) {
            Bytes.uuid(out, id.value());
        }
    }

    private static List<ServerId> ids(DataInputStream in) throws IOException {
        int count = in.readUnsignedByte();
        List<ServerId> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ids.add(new ServerId(Bytes.uuid(in)));
        }
        return ids;
    }

    private static @Nullable Endpoint endpoint(DataInputStream in) throws IOException {
        if (!Bytes.flag(in)) {
            return null;
        }
        byte[] address = new byte[in.readUnsignedByte()];
        in.readFully(address);
        return new Endpoint(InetAddress.getByAddress(address), in.readUnsignedShort());
    }

    private static <E extends Enum<E>> E one(E[] values, DataInputStream in) throws IOException {
        String name = Bytes.text(in);
        for (E value : values) {
            if (value.name().equals(name)) {
                return value;
            }
        }
        throw new IOException("unknown value");
    }

    private static byte[] bounded(byte[] bytes) throws IOException {
        if (bytes.length > MAX_BYTES) {
            throw new IOException(bytes.length + " bytes are too many");
        }
        return bytes;
    }

    private static void version(DataInputStream in) throws IOException {
        int version = in.readUnsignedByte();
        if (version != VERSION) {
            throw new IOException("format " + version + ", this version knows " + VERSION);
        }
    }
}
