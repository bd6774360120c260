package io.quorate.cli;

import io.quorate.kernel.Plain;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Which ports of 127.0.0.1 are free at this moment; somebody else may take one before an agent does, which then says so. */
final class DevPorts {
    private DevPorts() {}

    /** For TCP and for UDP. */
    static boolean isFree(int port) {
        try (ServerSocket tcp = new ServerSocket();
                DatagramSocket udp = new DatagramSocket(new InetSocketAddress(loopback(), port))) {
            tcp.bind(new InetSocketAddress(loopback(), port), 1);
            return udp.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    static int anyFree() {
        try (ServerSocket tcp = new ServerSocket(0, 1, loopback())) {
            return tcp.getLocalPort();
        } catch (IOException e) {
            throw new CommandException("No free port on " + DevPlan.HOST + ": " + Plain.reason(e));
        }
    }

    private static InetAddress loopback() throws IOException {
        return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    }
}
