package io.quorate.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import io.quorate.testing.Fault;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The image's health check, run as an engine runs it, against agents that are small HTTP servers. */
class HealthScriptTest {
    private static final Path SCRIPT = Path.of("src", "main", "docker", "quorate-alive");

    private record Ended(int code, String out) {}

    @BeforeEach
    void need() {
        assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "/bin/bash is needed");
    }

    private static Ended run(String address) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(SCRIPT.toString()).redirectErrorStream(true);
        builder.environment().put("QUORATE_HTTP_ADDR", address);
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return new Ended(process.exitValue(), out);
    }

    /** An agent that lives and is not ready: liveness is answered as given, all else with 503. */
    private static HttpServer agent(int liveness) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            boolean asked = exchange.getRequestURI().getPath().equals("/actuator/health/liveness");
            exchange.sendResponseHeaders(asked ? liveness : 503, -1);
            exchange.close();
        });
        server.start();
        return server;
    }

    @Fault(
            line = "E9",
            fault = "the image's health check asks an agent that answers and is not ready, as in a lost quorum",
            seen = "it ends with 0 and one line, without a JVM; with 1 where liveness is denied or nobody answers")
    @Test
    void itAsksForLivenessAndSaysInOneLineWhatItFound() throws IOException, InterruptedException {
        HttpServer alive = agent(200);
        HttpServer dead = agent(503);
        try {
            String address = "127.0.0.1:" + alive.getAddress().getPort();
            assertThat(run(address)).isEqualTo(new Ended(0, "the agent at " + address + " is alive\n"));
            assertThat(run("http://" + address + "/").code()).isZero();
            String denied = "127.0.0.1:" + dead.getAddress().getPort();
            assertThat(run(denied))
                    .isEqualTo(new Ended(1, "the agent at " + denied + " says that it is not alive: 503\n"));
        } finally {
            alive.stop(0);
            dead.stop(0);
        }
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        assertThat(run("127.0.0.1:" + port)).isEqualTo(new Ended(1, "no agent answers at 127.0.0.1:" + port + "\n"));
    }

    @Test
    void oneThatAcceptsAndNeverAnswersIsNotAlive() throws IOException, InterruptedException {
        try (ServerSocket silent = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
            Ended ended = run("127.0.0.1:" + silent.getLocalPort());
            assertThat(ended.code()).isEqualTo(1);
            assertThat(ended.out()).contains("did not answer in 5 s").hasLineCount(1);
        }
    }

    @Test
    void theDockerfileRunsItAsItStandsAndNoJvm() throws IOException {
        String file = Files.readString(Path.of("Dockerfile"));
        String check = file.substring(file.indexOf("HEALTHCHECK"), file.indexOf("ENTRYPOINT"));
        assertThat(check).contains("CMD [\"/usr/local/bin/quorate-alive\"]").doesNotContain("java");
        assertThat(file)
                .contains("COPY --chmod=755 src/main/docker/quorate src/main/docker/quorate-alive /usr/local/bin/");
    }
}
