package io.quorate.discovery;

import io.quorate.discovery.cloud.CloudSource;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/** Where to look, as an operator writes it: read once, without asking anybody. */
sealed interface Source {
    /** Every address of it, at this port. */
    record Host(String host, int port) implements Source {
        /** An address itself, so that no name service is asked. */
        boolean isAddress() {
            return isLiteral(host);
        }

        InetAddress address() throws UnknownHostException {
            return InetAddress.getByName(host);
        }
    }

    record Srv(String name) implements Source {}

    record File(String path) implements Source {}

    /** Machines or pods that carry a tag, by asking the platform they run on. */
    record Cloud(CloudSource source) implements Source {}

    Pattern NAME = Pattern.compile(
            "(?=.{1,253}\\.?$)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})(\\.[A-Za-z0-9_][A-Za-z0-9_-]{0,62})*\\.?");
    Pattern V4 = Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})");
    String SRV_PREFIX = "dns+srv:";
    String FILE_PREFIX = "file:";

    /** @throws IllegalArgumentException with one sentence, when it can be neither address nor source */
    static Source of(String text, int defaultPort) {
        String source = text.strip();
        if (source.isEmpty()) {
            throw new IllegalArgumentException("empty address");
        }
        if (source.startsWith(SRV_PREFIX)) {
            return new Srv(name(source.substring(SRV_PREFIX.length()), text));
        }
        if (source.startsWith(FILE_PREFIX)) {
            String path = source.substring(FILE_PREFIX.length());
            if (path.isEmpty()) {
                throw new IllegalArgumentException("no path after file: in \"" + text + "\"");
            }
            return new File(path);
        }
        if (CloudSource.looksLike(source)) {
            return new Cloud(CloudSource.of(source));
        }
        return host(source, text, defaultPort);
    }

    private static Host host(String source, String text, int defaultPort) {
        if (source.startsWith("[")) {
            int end = source.indexOf(']');
            String rest = end < 0 ? "" : source.substring(end + 1);
            if (end < 0 || !(rest.isEmpty() || rest.startsWith(":"))) {
                throw new IllegalArgumentException("cannot be an address: \"" + text + "\"");
            }
            String address = source.substring(1, end);
            if (address.indexOf(':') < 0 || !isLiteral(address)) {
                throw new IllegalArgumentException("no IPv6 address between brackets: \"" + text + "\"");
            }
            return new Host(address, rest.isEmpty() ? defaultPort : port(rest.substring(1), text));
        }
        if (source.indexOf(':') != source.lastIndexOf(':')) {
            if (!isLiteral(source)) {
                throw new IllegalArgumentException("cannot be an address: \"" + text + "\"");
            }
            return new Host(source, defaultPort);
        }
        int colon = source.indexOf(':');
        String host = colon < 0 ? source : source.substring(0, colon);
        int port = colon < 0 ? defaultPort : port(source.substring(colon + 1), text);
        return new Host(isLiteral(host) ? host : name(host, text), port);
    }

    private static String name(String name, String text) {
        boolean numeric = name.matches("[0-9.]+");
        if (numeric || !NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("cannot be an address or a name: \"" + text + "\"");
        }
        return name;
    }

    private static int port(String digits, String text) {
        try {
            int port = Integer.parseInt(digits);
            if (port >= 1 && port <= 65535) {
                return port;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("no port after the colon in \"" + text + "\"", e);
        }
        throw new IllegalArgumentException("port must be 1 to 65535 in \"" + text + "\"");
    }

    private static boolean isLiteral(String host) {
        var v4 = V4.matcher(host);
        if (v4.matches()) {
            for (int i = 1; i <= 4; i++) {
                if (Integer.parseInt(v4.group(i)) > 255) {
                    return false;
                }
            }
            return true;
        }
        if (host.indexOf(':') < 0 || !host.matches("[0-9A-Fa-f:.]+(%[A-Za-z0-9._-]+)?")) {
            return false;
        }
        try {
            // Only hexadecimal digits and colons: the JDK reads it as an address and asks nobody.
            return InetAddress.getByName(host) != null;
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
