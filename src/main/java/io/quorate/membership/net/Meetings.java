package io.quorate.membership.net;

import io.quorate.membership.Meeting;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The newest meeting at each address. Written on the gossip loop; read by any thread. */
final class Meetings {
    private static final int MAX_ASKED = 64;
    /** Anybody may ask here: that must not push out what this agent's own joins met. */
    private static final int MAX_TURNED_AWAY = 16;

    private final Map<String, Meeting> asked = new LinkedHashMap<>();
    private final Map<String, Meeting> turnedAway = new LinkedHashMap<>();
    private volatile List<Meeting> all = List.of();

    void add(Meeting meeting) {
        Map<String, Meeting> kept = meeting.asked() ? asked : turnedAway;
        kept.remove(meeting.address());
        kept.put(meeting.address(), meeting);
        if (kept.size() > (meeting.asked() ? MAX_ASKED : MAX_TURNED_AWAY)) {
            kept.remove(kept.keySet().iterator().next());
        }
        publish();
    }

    /** What was met at it is over: it gives addresses again, each with a meeting of its own. */
    void forget(String source) {
        if (asked.remove(source) != null) {
            publish();
        }
    }

    /** Oldest first. */
    List<Meeting> all() {
        return all;
    }

    private void publish() {
        List<Meeting> now = new ArrayList<>(turnedAway.values());
        now.addAll(asked.values());
        now.sort((one, other) -> one.at().compareTo(other.at()));
        all = List.copyOf(now);
    }
}
