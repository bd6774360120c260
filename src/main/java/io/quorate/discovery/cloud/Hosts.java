package io.quorate.discovery.cloud;

import java.net.InetAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Rules about URLs: what may be one, where a secret may be sent, and how texts are put into one. */
final class Hosts {
    /** Where platforms serve credentials without TLS, on a link that leaves no machine. */
    private static final Set<String> LINK_LOCAL =
            Set.of("169.254.169.254", "169.254.170.2", "169.254.170.23", "[fd00:ec2::254]", "[fd00:ec2::23]");

    private Hosts() {}

    static boolean isBase(String text) {
        try {
            URI uri = URI.create(text);
            boolean web = "https".equals(uri.getScheme()) || "http".equals(uri.getScheme());
            return web
                    && uri.getHost() != null
                    && uri.getRawUserInfo() == null
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Without a slash at its end, so that paths can be appended. */
    static URI base(String text) {
        String trimmed = text;
        while (trimmed.endsWith("/")) {
            trimmed = trimmed.substring(0, trimmed.length() - 1);
        }
        return URI.create(trimmed);
    }

    /** Over TLS, or to this machine, or to the platform's own metadata addresses. */
    static boolean mayCarrySecrets(URI uri) {
        String host = uri.getHost();
        if (host == null) {
            return false;
        }
        return "https".equals(uri.getScheme()) || LINK_LOCAL.contains(host) || isLoopback(host);
    }

    private static boolean isLoopback(String host) {
        if (host.equals("localhost")) {
            return true;
        }
        if (!host.matches("[0-9.]+|\\[[0-9A-Fa-f:.]+\\]")) {
            return false;
        }
        try {
            // Digits only: nobody is asked.
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    /** Scheme, host and port the same: what answers there is the same service. */
    static boolean sameOrigin(URI one, URI other) {
        return one.getScheme().equals(other.getScheme())
                && one.getHost() != null
                && one.getHost().equalsIgnoreCase(other.getHost())
                && port(one) == port(other);
    }

    private static int port(URI uri) {
        return uri.getPort() >= 0 ? uri.getPort() : "https".equals(uri.getScheme()) ? 443 : 80;
    }

    /** As the Host header names it: a port only where it is not the scheme's own. */
    static String authority(URI uri) {
        boolean usual = uri.getPort() < 0 || uri.getPort() == ("https".equals(uri.getScheme()) ? 443 : 80);
        return usual ? uri.getHost() : uri.getHost() + ":" + uri.getPort();
    }

    /** Everything but letters, digits and {@code -_.~} as percent signs, as RFC 3986 has it. */
    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A")
                .replace("%7E", "~");
    }

    /** In the order of the map. */
    static String form(Map<String, String> fields) {
        return fields.entrySet().stream()
                .map(field -> encoded(field.getKey()) + "=" + encoded(field.getValue()))
                .collect(Collectors.joining("&"));
    }
}
