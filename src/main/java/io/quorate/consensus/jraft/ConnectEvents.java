package io.quorate.consensus.jraft;

import com.alipay.remoting.Connection;
import com.alipay.sofa.jraft.ReplicatorGroup;
import com.alipay.sofa.jraft.rpc.impl.core.ClientServiceConnectionEventProcessor;

/**
 * Tells a node of peers that were connected, once it has started. SOFAJRaft registers for these events before it makes its replicators
 * ready for them, and a peer that was connected in between was an error in the log of a healthy start. What is passed over is missed
 * by nobody: a node that has not started leads nothing, and one that leads looks for peers without a replicator by itself.
 */
final class ConnectEvents extends ClientServiceConnectionEventProcessor {
    private volatile boolean started;

    ConnectEvents(ReplicatorGroup group) {
        super(group);
    }

    void started() {
        started = true;
    }

    @Override
    public void onEvent(String remoteAddress, Connection connection) {
        if (started) {
            super.onEvent(remoteAddress, connection);
        }
    }
}
