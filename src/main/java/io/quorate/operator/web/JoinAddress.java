package io.quorate.operator.web;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which texts can be the address of an agent: {@code host}, {@code host:port}, {@code [v6]}, {@code [v6]:port}, {@code dns+srv:name}. */
final class JoinAddress {
    private static final int MAX_LENGTH = 300;
    private static final String SRV = "dns+srv:";
    private static final Pattern BRACKETED = Pattern.compile("\\[([0-9A-Fa-f:.%a-z]+)\\](?::(.*))?");
    private static final Pattern V6 = Pattern.compile("[0-9A-Fa-f:.]{2,45}(%[0-9A-Za-z._-]{1,32})?");
    private static final Pattern NUMERIC = Pattern.compile("[0-9.]+");
    private static final Pattern V4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
    private static final Pattern NAME = Pattern.compile("(?!-)[A-Za-z0-9_-]{1,63}(\\.(?!-)[A-Za-z0-9_-]{1,63})*\\.?");

    private JoinAddress() {}

    /** Why the text cannot be an address; absent when it can, whether or not anybody answers there. */
    static @Nullable String problem(String address) {
        if (address.isEmpty()) {
            return "is empty";
        }
        if (address.length() > MAX_LENGTH) {
            return "is longer than " + MAX_LENGTH + " characters";
        }
        if (address.startsWith(SRV)) {
            return name(address.substring(SRV.length()));
        }
        Matcher bracketed = BRACKETED.matcher(address);
        if (bracketed.matches()) {
            String host = bracketed.group(1);
            String port = bracketed.group(2);
            String wrong = v6(host);
            return wrong != null ? wrong : port == null ? null : port(port);
        }
        int colon = address.indexOf(':');
        if (colon != address.lastIndexOf(':')) {
            return v6(address);
        }
        String host = colon < 0 ? address : address.substring(0, colon);
        String wrong = NUMERIC.matcher(host).matches() ? v4(host) : name(host);
        return wrong != null ? wrong : colon < 0 ? null : port(address.substring(colon + 1));
    }

    private static @Nullable String v4(String host) {
        boolean right = V4.matcher(host).matches();
        for (String part : right ? host.split("\\.", -1) : new String[0]) {
            right &= Integer.parseInt(part) <= 255;
        }
        return right ? null : "is not an IPv4 address";
    }

    private static @Nullable String v6(String host) {
        if (!host.contains(":") || !V6.matcher(host).matches()) {
            return "is not an IPv6 address";
        }
        int zone = host.indexOf('%');
        String bare = zone < 0 ? host : host.substring(0, zone);
        try {
            // It holds a colon and nothing but digits: the JDK reads it as a literal and asks nobody.
            java.net.InetAddress.getByName("[" + bare + "]");
            return null;
        } catch (java.net.UnknownHostException e) {
            return "is not an IPv6 address";
        }
    }

    private static @Nullable String name(String host) {
        boolean right = host.length() <= 254 && NAME.matcher(host).matches();
        return right ? null : "is neither an IP address nor a host name";
    }

    private static @Nullable String port(String text) {
        boolean right = text.matches("\\d{1,5}") && Integer.parseInt(text) >= 1 && Integer.parseInt(text) <= 65535;
        return right ? null : "has a port that is not 1 to 65535";
    }
}
