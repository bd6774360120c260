package io.quorate.discovery;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Asks the name service. Blocking; both ask anew each time. */
public interface Lookup {
    /** All addresses of a name, both families. */
    List<InetAddress> addresses(String name) throws UnknownHostException;

    /** All SRV records of a name. */
    List<Service> services(String name) throws UnknownHostException;

    /** One SRV record. */
    record Service(String target, int port) {}
}
