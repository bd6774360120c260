package io.quorate.operator;

import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.ReasonCode;
import io.quorate.testing.Asked;
import io.quorate.testing.FakeConsensus;
import io.quorate.testing.FakeMembership;
import io.quorate.testing.FakeRpc;
import io.quorate.testing.FakeServers;
import io.quorate.testing.Fixtures;
import io.quorate.testing.MemoryState;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.springframework.boot.web.servlet.ServletRegistrationBean;

/**
 * What a route of the dialect costs beside a plain servlet: the whole web layer on parts in memory, with a servlet at {@code /plain}
 * that writes the bytes of {@code /v1/status/leader}. Prints its port and runs until it is ended; {@code src/bench/floor} asks both.
 */
final class DispatcherFloor {
    private DispatcherFloor() {}

    public static void main(String[] arguments) throws InterruptedException {
        FakeServers servers = FakeServers.leading(Fixtures.rpc(Fixtures.S3));
        FakeConsensus consensus = new FakeConsensus().confirmingUnderALeader();
        FakeMembership membership = Fixtures.everybody("s3", Fixtures.S3);
        FakeRpc rpc = new FakeRpc();
        AgentParts parts =
                Fixtures.server(membership, servers, rpc, Fixtures.FakeFounding.member(ReasonCode.READY), consensus);
        consensus.become(FakeConsensus.group(
                RaftStatus.Role.LEADER, Fixtures.S3, List.of(Fixtures.S1, Fixtures.S2, Fixtures.S3)));
        byte[] bytes = ("\"" + Fixtures.rpc(Fixtures.S3) + "\"").getBytes(StandardCharsets.US_ASCII);
        var context = WebAgent.run(
                parts,
                Asked.by(parts, new MemoryState(), rpc, Duration.ofMillis(300)),
                new ServletRegistrationBean<>(new Plain(bytes), "/plain"));
        System.out.println(
                "port " + Objects.requireNonNull(context.getEnvironment().getProperty("local.server.port")));
        new CountDownLatch(1).await();
    }

    private static final class Plain extends HttpServlet {
        private final transient byte[] bytes;

        Plain(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            response.setContentType("application/json");
            response.setContentLength(bytes.length);
            response.getOutputStream().write(bytes);
        }
    }
}
