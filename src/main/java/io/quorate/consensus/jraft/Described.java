package io.quorate.consensus.jraft;

import com.alipay.sofa.jraft.util.Describer;
import io.quorate.kernel.ServerId;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Term, leader and voters of a node in one moment. SOFAJRaft has no getter for the term, nor for the configuration that a change
 * replaces: they are lines of its description, which is left as soon as they were seen.
 *
 * @param leader absent while none is known
 * @param voters during a change those of both configurations
 */
record Described(long term, @Nullable ServerId leader, Set<ServerId> voters) {
    private static final String TERM = "term: ";
    private static final String LEADER = "leaderId: ";
    private static final String CONFIGURATION = "conf: ";
    /** A learner is told by what follows. */
    private static final Pattern PEER = Pattern.compile("([0-9a-f-]{36}):[0-9]+(/learner)?");

    /** Under the node's lock, for which it may wait. */
    static Described of(WatchedNode node) {
        Map<String, String> lines = read(node, CONFIGURATION);
        Set<ServerId> voters = new TreeSet<>();
        Matcher peers = PEER.matcher(lines.getOrDefault(CONFIGURATION, ""));
        while (peers.find()) {
            if (peers.group(2) == null) {
                Peers.server(peers.group(1)).ifPresent(voters::add);
            }
        }
        return new Described(
                termIn(lines), Peers.ofMessage(lines.getOrDefault(LEADER, "")).orElse(null), voters);
    }

    static long term(WatchedNode node) {
        return termIn(read(node, TERM));
    }

    private static long termIn(Map<String, String> lines) {
        return Long.parseLong(lines.getOrDefault(TERM, "0"));
    }

    private static Map<String, String> read(WatchedNode node, String last) {
        Lines lines = new Lines(last);
        try {
            node.describe(lines);
        } catch (Enough found) {
            return lines.read;
        }
        return lines.read;
    }

    private static final class Lines implements Describer.Printer {
        private final Map<String, String> read = new TreeMap<>();
        private final String last;
        private String name = "";

        Lines(String last) {
            this.last = last;
        }

        @Override
        public Describer.Printer print(Object text) {
            name = String.valueOf(text);
            return this;
        }

        @Override
        public Describer.Printer println(Object text) {
            read.put(name, String.valueOf(text));
            if (name.equals(last)) {
                throw new Enough();
            }
            return this;
        }
    }

    private static final class Enough extends RuntimeException {
        Enough() {
            super(null, null, false, false);
        }
    }
}
