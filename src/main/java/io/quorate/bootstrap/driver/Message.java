package io.quorate.bootstrap.driver;

import io.quorate.bootstrap.Charter;
import io.quorate.bootstrap.Word;
import io.quorate.kernel.ClusterId;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Datacenter;
import io.quorate.kernel.Expect;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * One question of founding, as it goes over the server port; the answer to each is the answering server's {@link Word}.
 *
 * @param purpose what is asked for
 * @param sender its own word, with its id and datacenter
 * @param target whom it is meant for: anybody else answers and changes nothing
 * @param about the charter or cluster whose death the sender wants to know of
 * @param cluster of the leader that adopts or tells; absent for {@link Purpose#ASK}
 */
record Message(
        Purpose purpose,
        Word sender,
        ServerId target,
        @Nullable ClusterId about,
        @Nullable ClusterRef cluster) {
    /** A charter of 64 founders with the longest names fits. */
    static final int MAX_BYTES = 32 * 1024;

    private static final int VERSION = 1;
    private static final int MAX_EXPECT = 1_000_000;

    enum Purpose {
        ASK(1),
        ADOPT(2),
        REPLACED(3);

        private final int code;

        Purpose(int code) {
            this.code = code;
        }

        private static Purpose of(int code) throws IOException {
            for (Purpose purpose : values()) {
                if (purpose.code == code) {
                    return purpose;
                }
            }
            throw new IOException("unknown purpose " + code);
        }
    }

    /** @throws IllegalArgumentException when it is over a bound that its reader keeps */
    byte[] encode() {
        return sendable(out -> {
            out.writeByte(VERSION);
            out.writeByte(purpose.code);
            word(out, sender);
            Bytes.uuid(out, target.value());
            id(out, about);
            Bytes.cluster(out, cluster);
        });
    }

    static Message decode(byte[] bytes) throws IOException {
        return Bytes.read(bounded(bytes), in -> {
            version(in);
            Message message = new Message(
                    Purpose.of(in.readUnsignedByte()),
                    word(in),
                    new ServerId(Bytes.uuid(in)),
                    id(in),
                    Bytes.cluster(in));
            if ((message.purpose == Purpose.ASK) != (message.cluster == null)) {
                throw new IOException(message.purpose + " with or without a cluster");
            }
            return message;
        });
    }

    /** @throws IllegalArgumentException when it is over a bound that its reader keeps */
    static byte[] encode(Word word) {
        return sendable(out -> {
            out.writeByte(VERSION);
            word(out, word);
        });
    }

    static Word decodeWord(byte[] bytes) throws IOException {
        return Bytes.read(bounded(bytes), in -> {
            version(in);
            return word(in);
        });
    }

    private static byte[] sendable(Bytes.Writing writing) {
        byte[] bytes = Bytes.write(writing);
        if (bytes.length > MAX_BYTES) {
            throw new IllegalArgumentException("a message of " + bytes.length + " bytes");
        }
        return bytes;
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

    private static void id(DataOutputStream out, @Nullable ClusterId id) throws IOException {
        out.writeBoolean(id != null);
        if (id != null) {
            Bytes.uuid(out, id.value());
        }
    }

    private static @Nullable ClusterId id(DataInputStream in) throws IOException {
        return Bytes.flag(in) ? new ClusterId(Bytes.uuid(in)) : null;
    }

    private static void word(DataOutputStream out, Word word) throws IOException {
        Bytes.uuid(out, word.id().value());
        Bytes.text(out, word.name().value());
        Bytes.text(out, word.datacenter().value());
        if (word.expect().servers() > MAX_EXPECT) {
            throw new IllegalArgumentException("expect " + word.expect());
        }
        out.writeInt(word.expect().servers());
        out.writeLong(word.starts());
        Bytes.text(out, word.kind().word());
        Bytes.charter(out, word.charter());
        Bytes.cluster(out, word.cluster());
        out.writeBoolean(word.leader());
        Bytes.cluster(out, word.knows());
        id(out, word.dead());
    }

    private static Word.Kind kind(String word) throws IOException {
        for (Word.Kind kind : Word.Kind.values()) {
            if (kind.word().equals(word)) {
                return kind;
            }
        }
        throw new IOException("unknown standing");
    }

    private static Word word(DataInputStream in) throws IOException {
        ServerId id = new ServerId(Bytes.uuid(in));
        NodeName name = new NodeName(Bytes.text(in));
        Datacenter datacenter = new Datacenter(Bytes.text(in));
        int expect = in.readInt();
        if (expect > MAX_EXPECT) {
            throw new IOException("expect " + expect);
        }
        long starts = in.readLong();
        Word.Kind kind = kind(Bytes.text(in));
        Charter charter = Bytes.charter(in);
        return new Word(
                id,
                name,
                datacenter,
                new Expect(expect),
                starts,
                kind,
                charter,
                Bytes.cluster(in),
                Bytes.flag(in),
                Bytes.cluster(in),
                id(in));
    }
}
