package io.quorate.agent;

import io.quorate.kernel.NodeId;
import io.quorate.kernel.NodeName;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What an agent tells the leader about its node that is too large for gossip.
 *
 * @param meta at most 64 pairs
 */
record NodeFacts(NodeName node, NodeId id, SortedMap<String, String> meta) {
    /** Name of the method on the server RPC port. */
    static final String METHOD = "node-facts";

    private static final byte VERSION = 1;
    private static final int MAX_META = 64;
    private static final int DIGEST_BYTES = 16;

    NodeFacts {
        meta = Collections.unmodifiableSortedMap(new TreeMap<>(meta));
    }

    byte[] encode() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeUTF(node.value());
            out.writeUTF(id.toString());
            out.writeByte(meta.size());
            for (var pair : meta.entrySet()) {
                out.writeUTF(pair.getKey());
                out.writeUTF(pair.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("node facts cannot be written", e);
        }
        return bytes.toByteArray();
    }

    /** Carried by gossip: the leader takes only facts that the node itself announces. */
    String digest() {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(encode());
            return HexFormat.of().formatHex(hash, 0, DIGEST_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** @throws IllegalArgumentException when the bytes are no facts of this version */
    static NodeFacts decode(byte[] bytes) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            byte version = in.readByte();
            if (version != VERSION) {
                throw new IllegalArgumentException("node facts of version " + version);
            }
            NodeName node = new NodeName(in.readUTF());
            NodeId id = NodeId.of(in.readUTF());
            int pairs = in.readUnsignedByte();
            if (pairs > MAX_META) {
                throw new IllegalArgumentException("node facts with " + pairs + " pairs of meta");
            }
            TreeMap<String, String> meta = new TreeMap<>();
            for (int i = 0; i < pairs; i++) {
                meta.put(in.readUTF(), in.readUTF());
            }
            if (in.read() >= 0) {
                throw new IllegalArgumentException("node facts with more bytes than they need");
            }
            return new NodeFacts(node, id, meta);
        } catch (IOException e) {
            throw new IllegalArgumentException("node facts that break off: " + e.getMessage(), e);
        }
    }
}
