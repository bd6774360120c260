package io.quorate.agent.settings;

import io.quorate.kernel.IpText;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.regex.Pattern;

/** Rules about addresses: literal ones only, so that no name server decides where an agent listens. */
final class Addresses {
    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
    /** Zero and more digits behind it. */
    private static final Pattern OCTAL = Pattern.compile("(^|\\.)0\\d");

    private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*(%[\\w.-]+)?");

    private Addresses() {}

    /** @throws SettingsException naming the setting and the text when it is no literal address */
    static InetAddress literal(Setting setting, String text) {
        if (text.contains("{{")) {
            throw new SettingsException(
                    setting, setting.label() + ": templates are not supported, give an address: " + text);
        }
        String bare = text.equals("localhost") ? "127.0.0.1" : text;
        if (bare.startsWith("[") && bare.endsWith("]")) {
            bare = bare.substring(1, bare.length() - 1);
        }
        if (IPV4.matcher(bare).matches() && OCTAL.matcher(bare).find()) {
            throw new SettingsException(
                    setting,
                    setting.label() + " has a number with a leading zero, which some programs read as octal: \"" + text
                            + "\"");
        }
        if (IPV4.matcher(bare).matches() || IPV6.matcher(bare).matches()) {
            try {
                return InetAddress.getByName(bare);
            } catch (UnknownHostException e) {
                throw new SettingsException(setting, setting.label() + " is not an IP address: \"" + text + "\"");
            }
        }
        throw new SettingsException(setting, setting.label() + " is not an IP address: \"" + text + "\"");
    }

    /** @throws SettingsException when no interface of this machine has the address */
    static InetAddress here(Setting setting, String text, Machine machine) {
        InetAddress address = literal(setting, text);
        boolean present = address.isAnyLocalAddress()
                || (address instanceof Inet4Address && address.isLoopbackAddress())
                || machine.addresses().stream().anyMatch(own -> sameHost(own, address));
        if (!present) {
            throw new SettingsException(
                    setting, setting.label() + ": no interface of this machine has the address " + IpText.of(address));
        }
        return address;
    }

    /**
     * An address that other agents can be told.
     *
     * @param bind where this agent listens
     * @throws SettingsException naming the setting and why nobody could answer there
     */
    static InetAddress reachable(Setting setting, InetAddress address, InetAddress bind, Machine machine) {
        String wrong = null;
        byte[] bytes = address.getAddress();
        boolean isV4 = address instanceof Inet4Address;
        if (address.isAnyLocalAddress() || (isV4 && bytes[0] == 0)) {
            wrong = "it does not name a machine";
        } else if (address.isMulticastAddress()) {
            wrong = "it is a multicast address";
        } else if ((isV4 && (bytes[0] & 0xf0) == 0xf0)
                || machine.broadcasts().stream().anyMatch(own -> sameHost(own, address))) {
            wrong = "it is a broadcast or reserved address";
        } else if (!isV4 && address.isLinkLocalAddress()) {
            wrong = "it is a link-local address, and its zone has a meaning on this machine only";
        } else if (address.isLoopbackAddress() && !bind.isLoopbackAddress()) {
            wrong = bind.isAnyLocalAddress()
                    ? "all interfaces are bound, and others would find themselves there; to stay on this machine set -bind"
                            + " to a loopback address too"
                    : "this agent does not listen on it";
        }
        if (wrong != null) {
            throw new SettingsException(
                    setting,
                    setting.label() + " cannot be " + IpText.of(address)
                            + ". Must be an address that other agents can reach: " + wrong);
        }
        return address;
    }

    /** The one private IPv4 address that an agent bound to all interfaces can be reached at. */
    static InetAddress onePrivate(Machine machine) {
        List<InetAddress> found = machine.addresses().stream()
                .filter(Addresses::isPrivate)
                .distinct()
                .toList();
        if (found.isEmpty()) {
            throw new SettingsException(
                    Setting.BIND,
                    "advertise_addr: this machine has no private IPv4 address to advertise:"
                            + " set -advertise to the one that other agents can reach, or -bind to the one to listen on");
        }
        if (found.size() > 1) {
            throw new SettingsException(
                    Setting.BIND,
                    "advertise_addr: this machine has several private IPv4 addresses ("
                            + String.join(", ", found.stream().map(IpText::of).toList())
                            + "): set -advertise to the one that other agents can reach");
        }
        return found.get(0);
    }

    /** Whether both could be wanted for one port at once. */
    static boolean overlap(InetAddress one, InetAddress other) {
        return one.isAnyLocalAddress() || other.isAnyLocalAddress() || one.equals(other);
    }

    private static boolean sameHost(InetAddress own, InetAddress given) {
        return java.util.Arrays.equals(own.getAddress(), given.getAddress());
    }

    /** RFC 1918, and RFC 6598, which carriers and clouds use the same way. */
    private static boolean isPrivate(InetAddress address) {
        if (!(address instanceof Inet4Address)) {
            return false;
        }
        int first = address.getAddress()[0] & 0xff;
        int second = address.getAddress()[1] & 0xff;
        return address.isSiteLocalAddress() || (first == 100 && second >= 64 && second < 128);
    }
}
