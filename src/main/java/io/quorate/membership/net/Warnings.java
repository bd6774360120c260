package io.quorate.membership.net;

import io.quorate.kernel.NodeName;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What an operator can act on, once per cause and minute: a peer chooses how often it happens. Owner: the gossip loop. */
final class Warnings {
    private static final Logger LOG = LoggerFactory.getLogger(Warnings.class);
    private static final Duration INTERVAL = Duration.ofMinutes(1);
    private static final int MAX_CAUSES = 256;

    private final NodeName node;
    private final Map<String, Long> told = new HashMap<>();

    Warnings(NodeName node) {
        this.node = node;
    }

    void tell(String cause, String text, long nowMs) {
        Long before = told.get(cause);
        if (before != null && nowMs - before < INTERVAL.toMillis()) {
            return;
        }
        if (told.size() >= MAX_CAUSES) {
            told.clear();
        }
        told.put(cause, nowMs);
        LOG.atWarn().addKeyValue("node", node).log(text);
    }
}
