package io.quorate.discovery;

import io.quorate.discovery.cloud.CloudSource;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** Where to look, as an operator writes it: read once, without asking anybody. */
sealed interface Source {
    <R> R match(Cases<R> cases);

    /** The one name that is looked up for it; empty where that is none, or more than one. */
    String lookedUp();

    /** One method for each, so that no reader forgets one. */
    interface Cases<R> {
        R host(Host source);

        R srv(Srv source);

        R file(File source);

        R cloud(Cloud source);
    }

    /** Every address of it, at this port. */
    record Host(String host, int port) implements Source {
        /** An address itself, so that no name service is asked. */
        boolean isAddress() {
            return JoinAddress.isLiteral(host);
        }

        InetAddress address() throws UnknownHostException {
            return InetAddress.getByName(host);
        }

        @Override
        public String lookedUp() {
            return host;
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.host(this);
        }
    }

    record Srv(String name) implements Source {
        @Override
        public String lookedUp() {
            return name;
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.srv(this);
        }
    }

    record File(String path) implements Source {
        @Override
        public String lookedUp() {
            return "";
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.file(this);
        }
    }

    /** Machines or pods that carry a tag, by asking the platform they run on. */
    record Cloud(CloudSource source) implements Source {
        @Override
        public String lookedUp() {
            return "";
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.cloud(this);
        }
    }

    String FILE_PREFIX = "file:";

    /** @throws IllegalArgumentException with one sentence, when it can be neither address nor source */
    static Source of(String text, int defaultPort) {
        String source = text.strip();
        if (source.startsWith(FILE_PREFIX)) {
            String path = source.substring(FILE_PREFIX.length());
            if (path.isEmpty()) {
                throw new IllegalArgumentException("\"" + text + "\" names no path");
            }
            return new File(path);
        }
        if (CloudSource.looksLike(source)) {
            return new Cloud(CloudSource.of(source));
        }
        return JoinAddress.of(source, defaultPort);
    }
}
