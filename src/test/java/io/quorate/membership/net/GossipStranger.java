package io.quorate.membership.net;

import io.quorate.codec.MalformedException;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.NodeId;
import io.quorate.kernel.NodeName;
import io.quorate.membership.net.Seal.Kind;
import io.quorate.membership.swim.Message;
import io.quorate.membership.swim.PeerRecord;
import io.quorate.membership.swim.Wire;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Somebody without a key and without prior knowledge who speaks gossip over real sockets: it asks a server who is there, and says
 * what it likes to anybody.
 */
public final class GossipStranger {
    private static final String POOL = "lan";
    private static final int SECONDS = 5;

    private final PacketCodec codec = new PacketCodec(POOL, new Keyring(List.of()), true, true, new Random(7));
    private final Endpoint self;

    /** @param self where it says that it is */
    public GossipStranger(Endpoint self) {
        this.self = self;
    }

    /** One exchange: what that agent tells anybody of its members, by name. */
    public Map<String, PeerRecord> members(Endpoint agent) throws IOException {
        return tell(agent, null);
    }

    /** The same, and then a state of the stranger's own, as the second half of the exchange. */
    public Map<String, PeerRecord> tell(Endpoint agent, Message.@Nullable State state) throws IOException {
        List<byte[]> salts = new ArrayList<>();
        Message question = new Message.Sync(
                true,
                POOL,
                "dc1",
                new NodeId(UUID.randomUUID()),
                new NodeName("stranger"),
                self,
                null,
                PeerRecord.Protocols.OURS.min(),
                PeerRecord.Protocols.OURS.max(),
                7,
                1);
        try (Socket socket = new Socket()) {
            socket.connect(address(agent), SECONDS * 1000);
            socket.setSoTimeout(SECONDS * 1000);
            socket.getOutputStream().write(codec.streamMessage(Kind.ASK, salts, Wire.encodeStream(question)));
            Message answer = answer(socket, salts);
            if (!(answer instanceof Message.State roster)) {
                throw new IOException(agent + " answered " + answer);
            }
            if (state != null) {
                socket.getOutputStream().write(codec.streamMessage(Kind.CLOSE, salts, Wire.encodeStream(state)));
            }
            Map<String, PeerRecord> members = new TreeMap<>();
            roster.entries().forEach(entry -> members.put(entry.record().name().value(), entry.record()));
            return members;
        }
    }

    private @Nullable Message answer(Socket socket, List<byte[]> salts) throws IOException {
        MessageReader reader = new MessageReader(codec, Kind.ANSWER, salts, new AtomicLong(1 << 24));
        byte[] bytes = new byte[64 * 1024];
        while (true) {
            int read = socket.getInputStream().read(bytes);
            if (read < 0) {
                throw new IOException("closed without an answer");
            }
            try {
                ByteBuffer whole = reader.feed(ByteBuffer.wrap(bytes, 0, read));
                if (whole != null) {
                    return Wire.decodeStream(whole);
                }
            } catch (RejectedException | MalformedException e) {
                throw new IOException("an answer that is no gossip", e);
            }
        }
    }

    /** One datagram to that process, a few times: any may be lost. */
    public void say(Endpoint agent, long instance, Message... messages) throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            for (Message message : messages) {
                byte[] bytes = codec.datagram(Wire.encodePacket(instance, List.of(message)));
                for (int i = 0; i < 3; i++) {
                    socket.send(new DatagramPacket(bytes, bytes.length, address(agent)));
                }
            }
        }
    }

    private static InetSocketAddress address(Endpoint agent) {
        return new InetSocketAddress(agent.address(), agent.port());
    }
}
