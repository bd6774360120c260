package io.quorate.kernel;

import java.net.Inet6Address;
import java.net.InetAddress;

/**
 * The one way in which an IP address is written: IPv6 as RFC 5952 says (lower case, no leading zeros, the longest run of at least two zero
 * groups as {@code ::}), with its zone where it has one. Java's own form, {@code 0:0:0:0:0:0:0:1}, is found by nobody who searches for
 * {@code ::1}, and compares equal to nothing that another program wrote.
 */
public final class IpText {
    private static final int GROUPS = 8;

    private IpText() {}

    /** Without brackets and without a port. */
    public static String of(InetAddress address) {
        return address instanceof Inet6Address v6 ? v6(v6) : address.getHostAddress();
    }

    /** As it stands before a port: IPv6 in brackets. */
    public static String beforePort(InetAddress address) {
        return address instanceof Inet6Address ? "[" + of(address) + "]" : of(address);
    }

    private static String v6(Inet6Address address) {
        int[] groups = new int[GROUPS];
        byte[] bytes = address.getAddress();
        for (int i = 0; i < GROUPS; i++) {
            groups[i] = ((bytes[2 * i] & 0xff) << 8) | (bytes[2 * i + 1] & 0xff);
        }
        int from = 0;
        int length = 1;
        for (int i = 0; i < GROUPS; i++) {
            int end = i;
            while (end < GROUPS && groups[end] == 0) {
                end++;
            }
            if (end - i > length) {
                from = i;
                length = end - i;
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < GROUPS; i++) {
            if (length > 1 && i == from) {
                text.append("::");
                i += length - 1;
            } else {
                text.append(text.isEmpty() || text.charAt(text.length() - 1) == ':' ? "" : ":")
                        .append(Integer.toHexString(groups[i]));
            }
        }
        String java = address.getHostAddress();
        int zone = java.indexOf('%');
        return zone < 0 ? text.toString() : text + java.substring(zone);
    }
}
