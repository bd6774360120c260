package io.quorate.membership.swim;

import io.quorate.kernel.NodeName;
import io.quorate.membership.MemberState;
import io.quorate.membership.swim.Message.Phase;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Members that an operator sent away: remembered for five minutes, because the failure may be heard of only later. */
final class Departures {
    private static final int MAX = 4096;

    private final Core core;
    private final Map<NodeName, Intent> intents = new LinkedHashMap<>();

    Departures(Core core) {
        this.core = core;
    }

    /** Sends a known member away. */
    void force(Peer peer, boolean prune, Hearing hearing) {
        hearing.leave(new Message.Leave(Phase.FORCED, peer.name(), peer.claim, peer.record.instance(), prune));
    }

    void forced(Message.Leave message, @Nullable Peer peer, Hearing hearing) {
        Intent known = intents.get(message.name());
        if (known != null
                && known.untilMs > core.now()
                && known.incarnation >= message.incarnation()
                && (known.prune || !message.prune())) {
            return;
        }
        intents.remove(message.name());
        intents.put(
                message.name(),
                new Intent(
                        message.incarnation(),
                        message.instance(),
                        message.prune(),
                        core.now() + SwimSettings.INTENT_MEMORY_MS));
        if (intents.size() > MAX) {
            intents.remove(intents.keySet().iterator().next());
        }
        boolean meant = peer != null && peer.record.instance() == message.instance();
        if (peer != null && meant && peer.isGone() && peer.claim <= message.incarnation()) {
            if (message.prune()) {
                core.forget(peer);
            } else if (peer.state == MemberState.FAILED) {
                hearing.gone(peer, message.incarnation());
            }
        }
        // Last, so that it is this word that travels: a receiver that still holds the member as suspect must remember
        // it.
        core.queue.add(message.name(), message, null);
    }

    /** Whether a failure of that incarnation is a process's that was sent away: not that of another one that took the name since. */
    boolean isForced(PeerRecord record, long incarnation) {
        Intent intent = intents.get(record.name());
        return intent != null
                && intent.untilMs > core.now()
                && intent.instance == record.instance()
                && incarnation <= intent.incarnation;
    }

    boolean isPruned(PeerRecord record) {
        Intent intent = intents.get(record.name());
        return intent != null
                && intent.prune
                && intent.untilMs > core.now()
                && intent.instance == record.instance()
                && record.incarnation() <= intent.incarnation;
    }

    int size() {
        return intents.size();
    }

    void sweep() {
        intents.values().removeIf(intent -> intent.untilMs <= core.now());
    }

    private record Intent(long incarnation, long instance, boolean prune, long untilMs) {}
}
