package io.quorate.membership.net;

import io.quorate.codec.MalformedException;
import io.quorate.kernel.Endpoint;
import io.quorate.membership.GossipCounters;
import io.quorate.membership.GossipCounters.Tally;
import io.quorate.membership.swim.Effect;
import io.quorate.membership.swim.Wire;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The UDP side: packets are opened, sealed and counted here. Owner: the gossip loop; nothing blocks. */
final class Datagrams {
    private static final Logger LOG = LoggerFactory.getLogger(Datagrams.class);

    private final DatagramChannel socket;
    private final PacketCodec codec;
    private final GossipCounters counters;
    private final ByteBuffer input = ByteBuffer.allocate(65_536);

    Datagrams(DatagramChannel socket, PacketCodec codec, GossipCounters counters) {
        this.socket = socket;
        this.codec = codec;
        this.counters = counters;
    }

    /**
     * Reads one packet, which is only counted when it is not to be taken.
     *
     * @return false when none waits
     */
    boolean receive(BiConsumer<Endpoint, Wire.Packet> taken) {
        input.clear();
        InetSocketAddress from;
        try {
            from = (InetSocketAddress) socket.receive(input);
        } catch (ClosedChannelException e) {
            return false;
        } catch (IOException e) {
            // An earlier packet met a closed port: nothing of this one.
            LOG.atDebug().setCause(e).log("receive failed");
            return true;
        }
        if (from == null) {
            return false;
        }
        input.flip();
        counters.add(Tally.PACKETS_IN);
        counters.add(Tally.BYTES_IN, input.remaining());
        if (from.getPort() == 0) {
            counters.add(Tally.REJECTED_MALFORMED);
            return true;
        }
        try {
            Wire.Packet packet = Wire.decodePacket(codec.open(input));
            counters.add(Tally.REJECTED_TYPE, packet.unknownTypes());
            taken.accept(Endpoint.of(from), packet);
        } catch (RejectedException e) {
            counters.add(e.reason());
        } catch (MalformedException e) {
            counters.add(Tally.REJECTED_MALFORMED);
        }
        return true;
    }

    void send(Effect.SendPacket packet) {
        byte[] bytes = codec.datagram(Wire.encodePacket(packet.forInstance(), packet.messages()));
        try {
            socket.send(ByteBuffer.wrap(bytes), packet.to().socketAddress());
            counters.add(Tally.PACKETS_OUT);
            counters.add(Tally.BYTES_OUT, bytes.length);
        } catch (IOException e) {
            // As good as a lost packet: the probe will tell.
            LOG.atDebug().addKeyValue("to", packet.to()).setCause(e).log("send failed");
        }
    }
}
