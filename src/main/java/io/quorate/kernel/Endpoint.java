package io.quorate.kernel;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * A resolved address and port. No name is ever looked up through it.
 *
 * @param port 1 to 65535
 */
public record Endpoint(InetAddress address, int port) {
    public Endpoint {
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("port must be 1 to 65535, not " + port);
        }
    }

    public static Endpoint of(InetSocketAddress address) {
        if (address.isUnresolved()) {
            throw new IllegalArgumentException("unresolved: " + address);
        }
        return new Endpoint(address.getAddress(), address.getPort());
    }

    public InetSocketAddress socketAddress() {
        return new InetSocketAddress(address, port);
    }

    /** {@code 10.0.0.1:8300}, {@code [::1]:8300}. */
    @Override
    public String toString() {
        return IpText.beforePort(address) + ":" + port;
    }
}
