package io.quorate.agent;

import io.quorate.agent.settings.AgentSettings;
import io.quorate.answer.Placement;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.NodeId;
import io.quorate.kernel.ServerId;
import io.quorate.membership.Membership;
import io.quorate.operator.AgentControl;
import io.quorate.operator.AgentParts;
import io.quorate.operator.ServerWords;
import io.quorate.peers.Removal;
import io.quorate.rpc.RpcCaller;
import io.quorate.runtime.Clocks;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The agent as {@code operator} reports about it. */
final class Report {
    private Report() {}

    static AgentParts parts(
            AgentSettings settings,
            Path folder,
            NodeId node,
            Membership membership,
            Placement placement,
            RpcCaller rpc,
            @Nullable ServerSide server,
            ServerWords words,
            Departure departure,
            Joining joining,
            Reloading reloading,
            OpenRequest asks) {
        AgentSettings.Network network = settings.network();
        AgentParts.Identity identity = new AgentParts.Identity(
                settings.node(),
                node,
                settings.datacenter(),
                Build.version(),
                "",
                server == null ? null : server.endpoint,
                network.client().stream()
                        .map(address -> text(address, network.httpPort()))
                        .toList(),
                settings.nodeMeta(),
                folder,
                () -> DebugConfig.of(reloading.running(), folder, node));
        AgentParts.ServerParts serverParts = server == null
                ? null
                : new AgentParts.ServerParts(
                        server.founding,
                        server.peers,
                        server.consensus,
                        server.book,
                        settings.raft().electionTimeout());
        return new AgentParts(
                identity,
                membership,
                placement,
                rpc,
                serverParts,
                words,
                new Control(
                        departure,
                        joining,
                        server,
                        reloading,
                        asks,
                        Clocks.wall().instant()));
    }

    /** {@code 127.0.0.1:8500}, {@code [::1]:8500}. */
    private static String text(InetAddress address, int port) {
        return new Endpoint(address, port).toString();
    }

    private record Control(
            Departure departure,
            Joining joining,
            @Nullable ServerSide server,
            Reloading reloading,
            OpenRequest asks,
            Instant startedAt)
            implements AgentControl {
        @Override
        public CompletionStage<@Nullable Void> leave() {
            return departure.leave();
        }

        @Override
        public CompletionStage<@Nullable Void> removePeer(ServerId peer, Removal how) {
            return server == null
                    ? CompletableFuture.failedFuture(new IllegalStateException("a client has no peers"))
                    : server.peers.removePeer(peer, how);
        }

        @Override
        public boolean beginRequest(UUID request) {
            return asks.begin(request);
        }

        @Override
        public void endRequest(UUID request) {
            asks.end(request);
        }

        @Override
        public CompletionStage<Reload> reload() {
            return reloading.reload();
        }

        @Override
        public List<DiscoveryAttempt> discovery() {
            return joining.attempts();
        }
    }
}
