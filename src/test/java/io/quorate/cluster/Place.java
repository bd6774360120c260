package io.quorate.cluster;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where one agent listens: a loopback address of its own, with Consul's ports where they are free there. Its own address makes
 * two test runs on one machine independent, and lets a test move an agent elsewhere.
 */
public record Place(String address, int http, int gossip, int rpc) {
    private static final int RANDOM_NET = ThreadLocalRandom.current().nextInt(1 << 15);
    private static final AtomicInteger NEXT = new AtomicInteger();

    static Place next() {
        for (int tries = 0; tries < 200; tries++) {
            int n = NEXT.getAndIncrement();
            String address = "127." + (64 + (RANDOM_NET >> 9)) + "." + ((RANDOM_NET >> 1) & 255) + "." + (1 + n % 250);
            Place usual = new Place(address, 8500, 8301, 8300);
            if (usual.isFree()) {
                return usual;
            }
            Place unusual = onOtherPorts(address, 18_000 + 10 * (n % 250));
            if (unusual.isFree()) {
                return unusual;
            }
        }
        throw new IllegalStateException("no loopback address with free ports was found");
    }

    /** The same machine with other ports, as after a change of configuration. */
    static Place onOtherPorts(String address, int first) {
        return new Place(address, first, first + 1, first + 2);
    }

    public String gossipAddress() {
        return address + ":" + gossip;
    }

    public String httpAddress() {
        return address + ":" + http;
    }

    private boolean isFree() {
        return isFreeTcp(http) && isFreeTcp(gossip) && isFreeTcp(rpc) && isFreeUdp();
    }

    private boolean isFreeTcp(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            // As the agents do: what is only a closed connection's remainder does not count as taken.
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(address, port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private boolean isFreeUdp() {
        try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(address, gossip))) {
            return socket.isBound();
        } catch (SocketException e) {
            return false;
        }
    }
}
