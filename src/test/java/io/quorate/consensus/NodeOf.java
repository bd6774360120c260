package io.quorate.consensus;

import com.alipay.sofa.jraft.core.NodeImpl;
import java.lang.reflect.Field;
import java.util.Objects;
import java.util.concurrent.locks.Lock;

/** The node of SOFAJRaft inside a running server, for what no test can bring about from outside. */
final class NodeOf {
    private NodeOf() {}

    static NodeImpl server(RaftCluster.Server server) {
        return (NodeImpl) field(field(server.consensus, server.consensus.getClass(), "group"), "node");
    }

    /** Held by SOFAJRaft over each sync of its term and vote. */
    static Lock lock(RaftCluster.Server server) {
        return (Lock) field(server(server), NodeImpl.class, "writeLock");
    }

    private static Object field(Object of, String name) {
        return field(of, of.getClass(), name);
    }

    private static Object field(Object of, Class<?> type, String name) {
        try {
            Field field = type.getDeclaredField(name);
            field.setAccessible(true);
            return Objects.requireNonNull(field.get(of), name);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("SOFAJRaft or a class of ours has changed", e);
        }
    }
}
