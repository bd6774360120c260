package io.quorate.membership.swim;

import io.quorate.kernel.Endpoint;
import java.net.Inet4Address;
import java.net.InetAddress;

/** Addresses at which no other member can be: what is claimed to live there is refused, and nothing is sent to it. */
final class Addresses {
    private Addresses() {}

    /** Whether one machine can have it: no unspecified, multicast, broadcast or reserved one, none whose zone is another machine's. */
    static boolean areSomebodys(Endpoint endpoint) {
        InetAddress address = endpoint.address();
        if (address.isAnyLocalAddress() || address.isMulticastAddress()) {
            return false;
        }
        if (address instanceof Inet4Address) {
            int first = address.getAddress()[0] & 0xff;
            return first != 0 && first < 240;
        }
        return !address.isLinkLocalAddress();
    }
}
