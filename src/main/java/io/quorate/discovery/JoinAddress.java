package io.quorate.discovery;

import io.quorate.discovery.cloud.CloudSource;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which texts can be the address of an agent: {@code host}, {@code host:port}, {@code [v6]}, {@code [v6]:port}, {@code dns+srv:name}. The
 * one rule for whoever names members: a setting, a file, a request. Asks nobody.
 */
public final class JoinAddress {
    static final String SRV = "dns+srv:";

    private static final int MAX_LENGTH = 300;
    private static final Pattern BRACKETED = Pattern.compile("\\[([0-9A-Fa-f:.%a-z]+)\\](?::(.*))?");
    private static final Pattern V6 = Pattern.compile("[0-9A-Fa-f:.]{2,45}(%[0-9A-Za-z._-]{1,32})?");
    private static final Pattern NUMERIC = Pattern.compile("[0-9.]+");
    private static final Pattern V4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
    private static final Pattern NAME = Pattern.compile("(?!-)[A-Za-z0-9_-]{1,63}(\\.(?!-)[A-Za-z0-9_-]{1,63})*\\.?");
    /** Written without brackets it may be either: {@code ::1} and the port of gossip, or an address that ends in these digits. */
    private static final Pattern V6_AND_PORT = Pattern.compile(".*::.*:830[01]");

    private JoinAddress() {}

    /** Why the text cannot be an address; absent when it can, whether or not anybody answers there. Follows the text in a sentence. */
    public static @Nullable String problem(String text) {
        try {
            of(text, 1);
            return null;
        } catch (Unusable e) {
            return e.problem;
        }
    }

    /**
     * @param defaultPort where the text names none
     * @throws IllegalArgumentException the text and its {@link #problem}
     */
    static Source of(String text, int defaultPort) {
        if (text.isEmpty()) {
            throw new Unusable(text, "is empty");
        }
        if (text.length() > MAX_LENGTH) {
            throw new Unusable(text.substring(0, MAX_LENGTH) + "…", "is longer than " + MAX_LENGTH + " characters");
        }
        boolean isCloud = CloudSource.looksLike(text) && text.contains("provider=");
        if (isCloud || text.startsWith(Source.FILE_PREFIX)) {
            // Whoever may name an address may not thereby read the agent's files or use its credentials.
            throw new Unusable(
                    isCloud ? CloudSource.shown(text) : text,
                    "is a source for -join and -retry-join alone: give an address");
        }
        if (text.startsWith(SRV)) {
            return new Source.Srv(name(text, text.substring(SRV.length())));
        }
        if (text.contains("://")) {
            throw new Unusable(text, "is a URL: give host or host:port alone");
        }
        Matcher bracketed = BRACKETED.matcher(text);
        if (bracketed.matches()) {
            String port = bracketed.group(2);
            return new Source.Host(v6(text, bracketed.group(1)), port == null ? defaultPort : port(text, port));
        }
        int colon = text.indexOf(':');
        if (colon != text.lastIndexOf(':')) {
            String address = v6(text, text);
            if (V6_AND_PORT.matcher(address).matches()) {
                throw new Unusable(text, "may end in a port or not: put the IPv6 address in brackets");
            }
            return new Source.Host(address, defaultPort);
        }
        String host = colon < 0 ? text : text.substring(0, colon);
        String right = NUMERIC.matcher(host).matches() ? v4(text, host) : name(text, host);
        return new Source.Host(right, colon < 0 ? defaultPort : port(text, text.substring(colon + 1)));
    }

    /** Whether it is an address itself, so that no name service is asked. */
    static boolean isLiteral(String host) {
        return V4.matcher(host).matches() || host.indexOf(':') >= 0;
    }

    private static String v4(String text, String host) {
        boolean right = V4.matcher(host).matches();
        for (String part : right ? host.split("\\.", -1) : new String[0]) {
            right &= Integer.parseInt(part) <= 255;
        }
        if (!right) {
            throw new Unusable(text, "is not an IPv4 address");
        }
        for (String part : host.split("\\.", -1)) {
            if (part.length() > 1 && part.startsWith("0")) {
                throw new Unusable(text, "has a number with a leading zero, which some programs read as octal");
            }
        }
        checkMachine(text, host, false);
        return host;
    }

    private static String v6(String text, String host) {
        int zone = host.indexOf('%');
        String bare = zone < 0 ? host : host.substring(0, zone);
        if (!bare.contains(":") || !V6.matcher(host).matches()) {
            throw new Unusable(text, "is not an IPv6 address");
        }
        checkMachine(text, "[" + bare + "]", zone >= 0);
        return host;
    }

    /** Whether one machine can have the address; at 0.0.0.0 every agent would find itself. */
    private static void checkMachine(String text, String literal, boolean zoned) {
        InetAddress address;
        try {
            // Nothing but digits, dots and colons: the JDK reads it as a literal and asks nobody.
            address = InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            throw new Unusable(text, "is not an IPv6 address");
        }
        boolean isV4 = address instanceof Inet4Address;
        int first = address.getAddress()[0] & 0xff;
        if (address.isAnyLocalAddress() || (isV4 && first == 0)) {
            throw new Unusable(text, "names no machine: give the address of an agent");
        }
        if (address.isMulticastAddress()) {
            throw new Unusable(text, "is a multicast address");
        }
        if (isV4 && first >= 0xf0) {
            throw new Unusable(text, "is a broadcast or reserved address");
        }
        if (!isV4 && address.isLinkLocalAddress() && !zoned) {
            throw new Unusable(text, "is a link-local address without its zone, the interface");
        }
    }

    private static String name(String text, String host) {
        if (host.length() > 254 || !NAME.matcher(host).matches()) {
            throw new Unusable(text, "is neither an IP address nor a host name");
        }
        return host;
    }

    private static int port(String text, String digits) {
        boolean right =
                digits.matches("\\d{1,5}") && Integer.parseInt(digits) >= 1 && Integer.parseInt(digits) <= 65535;
        if (!right) {
            throw new Unusable(text, "has a port that is not 1 to 65535");
        }
        return Integer.parseInt(digits);
    }

    private static final class Unusable extends IllegalArgumentException {
        private static final long serialVersionUID = 1;

        private final String problem;

        private Unusable(String text, String problem) {
            super("\"" + text + "\" " + problem);
            this.problem = problem;
        }
    }
}
