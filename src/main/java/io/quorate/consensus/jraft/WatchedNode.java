package io.quorate.consensus.jraft;

import com.alipay.sofa.jraft.NodeManager;
import com.alipay.sofa.jraft.core.NodeImpl;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.option.NodeOptions;
import com.alipay.sofa.jraft.rpc.RpcServer;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A node that can be asked without waiting for its lock, which SOFAJRaft holds over disk syncs: a disk that hangs would silence
 * whoever asks by its own getters.
 */
final class WatchedNode extends NodeImpl {
    private WatchedNode(String group, PeerId self) {
        super(group, self);
    }

    /**
     * As SOFAJRaft's {@code RaftGroupService} does it, which makes a node of its own kind.
     *
     * @throws IllegalStateException when the node does not start
     */
    static WatchedNode start(String group, PeerId self, NodeOptions options, RpcServer server) {
        NodeManager.getInstance().addAddress(self.getEndpoint());
        WatchedNode node = new WatchedNode(group, self);
        if (!node.init(options)) {
            throw new IllegalStateException("it says why in the log above");
        }
        server.init(null);
        return node;
    }

    /** May wait for the node's lock. */
    @Override
    public void shutdown() {
        super.shutdown();
        NodeManager.getInstance().removeAddress(getServerId().getEndpoint());
    }

    /** The answer to a question that takes no time, asked under the lock; empty when it is not to be had in that time. */
    <T> Optional<T> unlessHeld(long waitMs, Supplier<T> question) {
        try {
            if (!readLock.tryLock(waitMs, TimeUnit.MILLISECONDS)) {
                return Optional.empty();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
        try {
            return Optional.of(question.get());
        } finally {
            readLock.unlock();
        }
    }
}
