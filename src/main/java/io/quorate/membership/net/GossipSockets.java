package io.quorate.membership.net;

import io.quorate.kernel.IpText;
import io.quorate.kernel.Plain;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;

/** The gossip port: TCP first, then UDP of the same number. */
record GossipSockets(ServerSocketChannel tcp, DatagramChannel udp, int port) {
    private static final int RECEIVE_BUFFER = 1024 * 1024;
    private static final int TRIES = 16;

    /** @throws BindException naming what could not be bound */
    static GossipSockets bind(InetAddress address, int port) throws IOException {
        for (int attempt = 1; ; attempt++) {
            ServerSocketChannel tcp = ServerSocketChannel.open();
            int bound = port;
            String what = "TCP";
            DatagramChannel udp = null;
            try {
                tcp.setOption(StandardSocketOptions.SO_REUSEADDR, true);
                tcp.bind(new InetSocketAddress(address, port), 128);
                bound = ((InetSocketAddress) tcp.getLocalAddress()).getPort();
                what = "UDP";
                udp = DatagramChannel.open(
                        address.getAddress().length == 4
                                ? java.net.StandardProtocolFamily.INET
                                : java.net.StandardProtocolFamily.INET6);
                udp.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER);
                udp.bind(new InetSocketAddress(address, bound));
                udp.configureBlocking(false);
                return new GossipSockets(tcp, udp, bound);
            } catch (IOException e) {
                Streams.closeQuietly(tcp);
                Streams.closeQuietly(udp);
                // Any free port will do, and what is free for TCP may be taken for UDP.
                if (port != 0 || attempt == TRIES) {
                    throw explained(e, address, bound, what);
                }
            }
        }
    }

    private static IOException explained(IOException e, InetAddress address, int port, String what) {
        String where = "gossip port " + port + " (" + what + ") on " + IpText.of(address);
        String message = String.valueOf(e.getMessage());
        String text;
        if (message.contains("in use")) {
            text = where + " is in use by another process";
        } else if (message.contains("assign")) {
            text = where + " cannot be bound: the address is not one of this machine's";
        } else {
            text = where + " cannot be bound: " + Plain.reason(e);
        }
        BindException explained = new BindException(text);
        explained.initCause(e);
        return explained;
    }
}
