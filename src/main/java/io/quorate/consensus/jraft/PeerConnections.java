package io.quorate.consensus.jraft;

import com.alipay.remoting.Url;
import com.alipay.remoting.rpc.RpcClient;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.ServerId;
import io.quorate.rpc.AddressBook;
import io.quorate.rpc.RpcConnections;
import io.quorate.rpc.Tls;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;

/** The only place where the name of a peer becomes an address, at each connect anew. */
final class PeerConnections extends RpcConnections {
    private final AddressBook book;

    PeerConnections(AddressBook book, Tls tls, RpcClient bolt) {
        super(tls, bolt);
        this.book = book;
    }

    @Override
    protected InetSocketAddress where(Url url) throws IOException {
        Optional<ServerId> server = Peers.server(url.getIp());
        return server.flatMap(book::find)
                .map(Endpoint::socketAddress)
                .orElseThrow(() -> new IOException("address unknown: " + url.getIp()));
    }
}
