package io.quorate.kv;

import io.quorate.store.Topic;

/** What changes with commands for keys. */
final class KvTopics {
    static final String SPACE = "kv";

    /** Any key came, changed or went. Who finds nothing is told this one's index. */
    static final Topic.Whole ANY = Topic.whole("kv");

    private KvTopics() {}

    static Topic key(String key) {
        return Topic.key(SPACE, key);
    }

    static Topic prefix(String prefix) {
        return Topic.prefix(SPACE, prefix);
    }
}
