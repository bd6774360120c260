package io.quorate.session;

import io.quorate.catalog.NodeChecks;
import io.quorate.store.Topic;
import java.util.Set;
import java.util.UUID;

/** What readers of sessions wait for. */
public final class SessionTopics {
    /** Any session came or went. */
    public static final Topic.Whole SESSIONS = Topic.whole("session.sessions");

    static final String IDS = "session.ids";
    static final String NODES = "session.nodes";

    /** Names that begin alike for so long wake each other's readers, which costs a look. */
    private static final int MOST = 1024;

    private SessionTopics() {}

    /** That session came or went. */
    public static Topic.Key session(UUID id) {
        return Topic.key(IDS, id.toString());
    }

    /** A session of that node came or went, in whichever case the name is written. */
    static Topic.Key ofNode(String node) {
        String key = NodeChecks.key(node);
        return Topic.key(NODES, key.length() <= MOST ? key : key.substring(0, MOST));
    }

    /** All that a session's coming and going changes. */
    static Set<Topic> of(SessionRow row) {
        return Set.of(SESSIONS, session(row.session().id()), ofNode(row.holder()));
    }
}
