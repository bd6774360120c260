package io.quorate.testing;

import io.quorate.kernel.Endpoint;
import io.quorate.rpc.RpcCaller;
import io.quorate.rpc.RpcException;
import io.quorate.rpc.RpcHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** Connects handlers in memory: whatever the network would do, a test says. */
public final class FakeRpc implements RpcCaller {
    private final Map<String, RpcHandler> handlers = new ConcurrentHashMap<>();
    private final Map<Endpoint, RpcException> broken = new ConcurrentHashMap<>();
    public final List<Endpoint> calls = Collections.synchronizedList(new ArrayList<>());
    public final List<Duration> timeouts = Collections.synchronizedList(new ArrayList<>());

    public FakeRpc serve(Endpoint at, String method, RpcHandler handler) {
        handlers.put(at + " " + method, handler);
        return this;
    }

    public FakeRpc failing(Endpoint at, RpcException.Kind kind) {
        return failing(at, new RpcException(kind, kind.name()));
    }

    public FakeRpc failing(Endpoint at, RpcException failure) {
        broken.put(at, failure);
        return this;
    }

    public FakeRpc repaired(Endpoint at) {
        broken.remove(at);
        return this;
    }

    @Override
    public CompletableFuture<byte[]> call(Endpoint to, String method, byte[] request, Duration timeout) {
        calls.add(to);
        timeouts.add(timeout);
        RpcException error = broken.get(to);
        if (error != null) {
            return CompletableFuture.failedFuture(error);
        }
        RpcHandler handler = handlers.get(to + " " + method);
        if (handler == null) {
            return CompletableFuture.failedFuture(
                    new RpcException(RpcException.Kind.NOT_SENT, "connection refused: " + to));
        }
        return handler.handle(request).toCompletableFuture().handle((answer, bug) -> {
            if (bug instanceof RpcException lost) {
                throw lost;
            }
            if (bug != null) {
                throw new RpcException(RpcException.Kind.FAILED, String.valueOf(bug.getMessage()));
            }
            return answer;
        });
    }
}
