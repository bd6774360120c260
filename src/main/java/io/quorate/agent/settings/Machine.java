package io.quorate.agent.settings;

import io.quorate.kernel.Plain;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;

/** What settings ask of the machine they are read on. */
interface Machine {
    /** Its name, without asking any name server where that can be avoided. */
    String hostName();

    /** Addresses of all interfaces that are up. */
    List<InetAddress> addresses();

    /** Broadcast addresses of the networks that it is in. */
    default List<InetAddress> broadcasts() {
        return List.of();
    }

    static Machine local() {
        return new Machine() {
            @Override
            public String hostName() {
                try {
                    Path kernel = Path.of("/proc/sys/kernel/hostname");
                    return Files.isReadable(kernel)
                            ? Files.readString(kernel).strip()
                            : InetAddress.getLocalHost().getHostName();
                } catch (UnknownHostException e) {
                    throw new SettingsException("node_name: this machine has no host name, give one with -node");
                } catch (IOException e) {
                    throw new SettingsException(
                            "node_name: the host name cannot be read, give one with -node: " + Plain.reason(e));
                }
            }

            @Override
            public List<InetAddress> addresses() {
                return ofInterfaces(NetworkInterface::inetAddresses);
            }

            @Override
            public List<InetAddress> broadcasts() {
                return ofInterfaces(each -> each.getInterfaceAddresses().stream()
                        .map(InterfaceAddress::getBroadcast)
                        .filter(Objects::nonNull));
            }

            private List<InetAddress> ofInterfaces(Function<NetworkInterface, Stream<InetAddress>> ofOne) {
                List<InetAddress> addresses = new ArrayList<>();
                try {
                    for (NetworkInterface each :
                            NetworkInterface.networkInterfaces().toList()) {
                        if (each.isUp()) {
                            ofOne.apply(each).forEach(addresses::add);
                        }
                    }
                } catch (SocketException e) {
                    throw new SettingsException("the network interfaces cannot be listed: " + Plain.reason(e));
                }
                return addresses;
            }
        };
    }
}
