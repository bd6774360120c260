package io.quorate.rpc;

import com.alipay.remoting.Connection;
import com.alipay.remoting.ConnectionEventType;
import com.alipay.remoting.ProtocolCode;
import com.alipay.remoting.Url;
import com.alipay.remoting.config.Configuration;
import com.alipay.remoting.rpc.RpcConnectionFactory;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.quorate.runtime.Ticker;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Opens sockets for Bolt. Blocks for at most the connect timeout, so it is called on dialling threads only. Where the socket
 * goes is decided by the subclass at each connect: what Bolt takes for an address may be a name.
 */
public abstract class RpcConnections extends RpcConnectionFactory {
    private static final int CONNECT_TIMEOUT_MS = 1000;

    private static final FrameLimits FRAMES = FrameLimits.of(0);

    private final Tls tls;

    protected RpcConnections(Tls tls, Configuration client) {
        super(new ConcurrentHashMap<>(), client);
        this.tls = tls;
    }

    /** @throws IOException when it is not known now */
    protected abstract InetSocketAddress where(Url url) throws IOException;

    @Override
    public Connection createConnection(Url url) throws Exception {
        InetSocketAddress to = where(url);
        ChannelHandler boltPipeline = bootstrap.config().handler();
        ChannelFuture dialled = bootstrap
                .clone()
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MS)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        tls.client(url.getIp())
                                .forEach(handler -> channel.pipeline().addLast(handler));
                        // Connections that we open ourselves are few: each has the memory of one answer.
                        channel.pipeline()
                                .addLast(new FrameGuard(
                                        FRAMES, new Incomplete(FRAMES.incompleteBytes()), null, Ticker.system()));
                        channel.pipeline().addLast(boltPipeline);
                    }
                })
                .connect(to);
        dialled.awaitUninterruptibly();
        if (!dialled.isSuccess()) {
            ChannelFuture unused = dialled.channel().close();
            ConnectException failed = new ConnectException("cannot connect to " + to);
            failed.initCause(dialled.cause());
            throw failed;
        }
        Channel channel = dialled.channel();
        try {
            tls.awaitProof(channel);
        } catch (Exception e) {
            ChannelFuture unused = channel.close();
            throw e;
        }
        Connection connection =
                new Connection(channel, ProtocolCode.fromBytes(url.getProtocol()), url.getVersion(), url);
        // Bolt's listeners hear of it only now: connected means to that peer, proven.
        channel.pipeline().fireUserEventTriggered(ConnectionEventType.CONNECT);
        return connection;
    }
}
