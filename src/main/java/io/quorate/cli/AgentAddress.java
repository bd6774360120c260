package io.quorate.cli;

import java.net.URI;
import java.util.Locale;

/** Where an agent's HTTP API is: {@code host}, {@code host:port} or {@code http://host:port}; the port is 8500 unless given. */
record AgentAddress(String host, int port) {
    static final String DEFAULT = "127.0.0.1:8500";
    private static final int DEFAULT_PORT = 8500;

    /** @throws CommandException naming the text when it is no such address */
    static AgentAddress parse(String text) {
        String rest = text.strip();
        if (rest.toLowerCase(Locale.ROOT).startsWith("https://")) {
            throw new CommandException("-http-addr " + text + ": https is not served yet, use http");
        }
        if (rest.toLowerCase(Locale.ROOT).startsWith("http://")) {
            rest = rest.substring("http://".length());
        }
        if (rest.endsWith("/")) {
            rest = rest.substring(0, rest.length() - 1);
        }
        try {
            boolean bareIpv6 = rest.indexOf(':') != rest.lastIndexOf(':') && !rest.startsWith("[");
            URI uri = URI.create("http://" + (bareIpv6 ? "[" + rest + "]" : rest));
            int port = uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort();
            if (uri.getHost() != null && uri.getRawPath().isEmpty() && uri.getQuery() == null && port <= 65535) {
                return new AgentAddress(uri.getHost(), port);
            }
        } catch (IllegalArgumentException e) {
            throw new CommandException("-http-addr " + text + ": not an address such as " + DEFAULT);
        }
        throw new CommandException("-http-addr " + text + ": not an address such as " + DEFAULT);
    }

    /** @param pathAndQuery begins with a slash and is encoded */
    URI resolve(String pathAndQuery) {
        return URI.create("http://" + this + pathAndQuery);
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
