package io.quorate.consensus.jraft;

import com.alipay.sofa.jraft.rpc.RpcClient;
import com.alipay.sofa.jraft.rpc.RpcServer;
import com.alipay.sofa.jraft.rpc.impl.BoltRaftRpcFactory;
import com.alipay.sofa.jraft.util.Endpoint;
import com.alipay.sofa.jraft.util.SPI;
import org.jspecify.annotations.Nullable;

/** Takes the place of SOFAJRaft's own factory, by the service file and its priority: our client, and the listener that is open. */
@SPI(priority = 100)
public final class QuorateRpcFactory extends BoltRaftRpcFactory {
    @Override
    public RpcClient createRpcClient(@Nullable ConfigHelper<RpcClient> helper) {
        RpcClient client = Environment.current().client().get();
        if (helper != null) {
            helper.config(client);
        }
        return client;
    }

    /** @param self a name; what is bound was decided before */
    @Override
    public RpcServer createRpcServer(Endpoint self, @Nullable ConfigHelper<RpcServer> helper) {
        RpcServer server = Environment.current().server();
        if (helper != null) {
            helper.config(server);
        }
        return server;
    }
}
