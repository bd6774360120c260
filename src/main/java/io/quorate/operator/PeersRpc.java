package io.quorate.operator;

import io.quorate.kernel.Endpoint;
import io.quorate.kernel.Plain;
import io.quorate.rpc.RpcHandler;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import tools.jackson.core.JacksonException;

/** The RPC method {@code peers}: a client asks a server for what only servers know. */
public final class PeersRpc {
    /** Name of the method at the RPC port. */
    public static final String METHOD = "peers";

    private static final byte VERSION = 1;
    private static final int MAX_ANSWER = 1024 * 1024;
    private static final Duration TIMEOUT = Duration.ofSeconds(3);

    private PeersRpc() {}

    /** Answers on a server, with or without a leader. */
    public static RpcHandler handler(AgentParts parts) {
        return request -> {
            AgentParts.ServerParts server = parts.server();
            if (server == null) {
                return CompletableFuture.failedFuture(new IllegalStateException("this agent is no server"));
            }
            if (request.length != 1 || request[0] != VERSION) {
                return CompletableFuture.failedFuture(new IllegalArgumentException("unknown question about peers"));
            }
            return CompletableFuture.completedFuture(NativeJson.write(Peers.of(parts, server), false));
        };
    }

    /** Asks the servers one after the other; completes exceptionally with {@link NoServerException} when none answers. */
    static CompletionStage<Peers> ask(AgentParts parts) {
        List<Endpoint> servers = parts.servers().servers();
        if (servers.isEmpty()) {
            return CompletableFuture.failedFuture(new NoServerException("no server is known to this client"));
        }
        return ask(parts, servers, 0);
    }

    private static CompletionStage<Peers> ask(AgentParts parts, List<Endpoint> servers, int next) {
        Endpoint to = servers.get(next);
        // Three at most: who waits for an answer is a person.
        boolean last = next + 1 >= Math.min(servers.size(), 3);
        return parts.rpc()
                .call(to, METHOD, new byte[] {VERSION}, TIMEOUT)
                .thenApply(PeersRpc::decode)
                .handle((peers, error) -> {
                    if (error == null) {
                        return CompletableFuture.<Peers>completedFuture(peers);
                    }
                    return last
                            ? CompletableFuture.<Peers>failedFuture(
                                    new NoServerException("server " + to + " gave no answer: " + cause(error)))
                            : ask(parts, servers, next + 1);
                })
                .thenCompose(answer -> answer);
    }

    static Peers decode(byte[] answer) {
        if (answer.length > MAX_ANSWER) {
            throw new IllegalArgumentException("an answer of " + answer.length + " bytes");
        }
        try {
            Peers peers = NativeJson.mapper().readValue(answer, Peers.class);
            if (peers == null) {
                throw new IllegalArgumentException("not an answer about peers: null");
            }
            return peers;
        } catch (JacksonException e) {
            throw new IllegalArgumentException("not an answer about peers", e);
        }
    }

    private static String cause(Throwable error) {
        Throwable cause = error.getCause() == null ? error : error.getCause();
        return Plain.reason(cause);
    }

    /** No server could be asked; the message says why. Ask again when the reason is gone. */
    static final class NoServerException extends RuntimeException {
        NoServerException(String message) {
            super(message);
        }
    }
}
