package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.quorate.testing.Fault;
import io.quorate.testing.JavaForms;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Whatever a command is given, and whatever answers it, it ends with a code of its own and words for people. */
class StrangeAnswersTest {
    private static final List<List<String>> COMMANDS = List.of(
            List.of("join", "10.0.0.1"),
            List.of("members"),
            List.of("members", "-detailed"),
            List.of("info"),
            List.of("peers"),
            List.of("why"),
            List.of("why", "-probe"),
            List.of("reload"),
            List.of("leave"),
            List.of("force-leave", "s1"),
            List.of("remove-peer", "s1"),
            List.of("check", "-timeout=0s"),
            List.of("check", "-timeout=0s", "-members", "-servers=3"));

    private record Answer(int status, String type, String body) {}

    private static final String JSON = "application/json";
    private static final List<Answer> ANSWERS = List.of(
            new Answer(200, JSON, ""),
            new Answer(200, JSON, "{"),
            new Answer(200, JSON, "{\"a\":1,}"),
            new Answer(200, JSON, "null"),
            new Answer(200, JSON, "7"),
            new Answer(200, JSON, "\"text\""),
            new Answer(200, JSON, "[]"),
            new Answer(200, JSON, "[null,7,[],{}]"),
            new Answer(200, JSON, "{}"),
            new Answer(
                    200,
                    JSON,
                    "{\"peers\":7,\"members\":{},\"code\":[],\"failures\":null,\"cluster\":\"x\",\"agent\":[]}"),
            new Answer(200, JSON, "[".repeat(5000)),
            new Answer(200, JSON, "{\"term\":" + "9".repeat(1200) + "}"),
            new Answer(200, "text/html", "<html>another program</html>"),
            new Answer(204, JSON, ""),
            new Answer(301, JSON, ""),
            new Answer(404, "text/plain", ""),
            new Answer(500, JSON, "{\"detail\":7}"),
            new Answer(500, JSON, "{\"detail\":"),
            new Answer(503, "application/problem+json", "{}"));

    private static final List<List<String>> WRONG = List.of(
            List.of("no-such-command"),
            List.of("join"),
            List.of("join", ""),
            List.of("force-leave"),
            List.of("force-leave", ""),
            List.of("remove-peer", "a", "b"),
            List.of("members", "-status=("),
            List.of("members", "-no-such-flag"),
            List.of("members", "-format=xml"),
            List.of("members", "-http-addr="),
            List.of("members", "-http-addr=https://a"),
            List.of("members", "-http-addr=[::1"),
            List.of("members", "-http-addr=127.0.0.1:99999"),
            List.of("members", "-http-addr=127.0.0.1:x"),
            List.of("members", "-http-addr=no such host:1"),
            List.of("members", "-http-addr=unresolvable.invalid:1"),
            List.of("members", "-http-addr=127.0.0.1:1"),
            List.of("check", "-timeout=soon"),
            List.of("check", "-timeout=-5s"),
            List.of("check", "-servers=three"),
            List.of("check", "-servers=-1"),
            List.of("check", "-timeout=0s", "-http-addr=127.0.0.1:1,unresolvable.invalid:1"),
            List.of("dev", "-servers=0"),
            List.of("dev", "-servers=x"),
            List.of("dev", "-http-port=70000"));

    @Test
    @Fault(
            line = "E7",
            fault = "commands that are given wrong arguments, or are answered by what is no agent",
            seen = "each ends with a code of its own and words without a form of Java")
    void areAnsweredInWords() throws IOException {
        List<String> seen = new ArrayList<>();
        for (Answer answer : ANSWERS) {
            HttpServer agent = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
            agent.createContext("/", exchange -> {
                exchange.getRequestBody().readAllBytes();
                exchange.getResponseHeaders().set("Content-Type", answer.type());
                exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
                exchange.getResponseBody().write(body);
                exchange.close();
            });
            agent.start();
            try {
                for (List<String> command : COMMANDS) {
                    seen.addAll(shown(command, "127.0.0.1:" + agent.getAddress().getPort(), answer.toString()));
                }
            } finally {
                agent.stop(0);
            }
        }
        for (List<String> command : WRONG) {
            seen.addAll(shown(command, "127.0.0.1:1", "nobody"));
        }
        assertThat(seen).isEmpty();
    }

    private static List<String> shown(List<String> command, String address, String answer) {
        StringWriter said = new StringWriter();
        PrintWriter out = new PrintWriter(said, true);
        int code = QuorateCli.run(command.toArray(String[]::new), Map.of("QUORATE_HTTP_ADDR", address), out, out);
        List<String> wrong = new ArrayList<>(JavaForms.in(said.toString()));
        if (code < 0 || code > 2) {
            wrong.add("exit code " + code);
        }
        if (code == 1 && said.toString().isBlank()) {
            wrong.add("no word");
        }
        return wrong.stream()
                .map(what -> command + " answered by " + answer + " -> " + what)
                .toList();
    }
}
