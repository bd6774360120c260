package io.quorate.operator.web;

import io.quorate.answer.Asking;
import io.quorate.answer.Patience;
import io.quorate.answer.Terms;
import io.quorate.discovery.Discovery;
import io.quorate.discovery.JoinAddress;
import io.quorate.kernel.Plain;
import io.quorate.membership.JoinReport;
import io.quorate.operator.AgentParts;
import io.quorate.operator.AgentReports;
import io.quorate.operator.NativeJson;
import io.quorate.operator.OperatorOperations;
import io.quorate.runtime.Ticker;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RestController;

/** Our own endpoints: they answer with no leader and with no peer. */
@RestController
public final class NativeController {
    private static final int MAX_BODY = 64 * 1024;
    private static final int MAX_ADDRESSES = 64;
    private static final MediaType TEXT = new MediaType("text", "plain", StandardCharsets.UTF_8);

    private final AgentParts parts;
    private final Asking asking;
    private final AgentReports reports;

    public NativeController(AgentParts parts, Asking asking) {
        this.parts = parts;
        this.asking = asking;
        this.reports = new AgentReports(parts);
    }

    /** @param address as it was given, or as it was resolved from what was given */
    record Failure(String address, String reason) {}

    /** Answer of a join. */
    record JoinAnswer(int contacted, String message, List<Failure> failures) {
        static JoinAnswer of(JoinReport report) {
            String message = report.contacted() > 0
                    ? "Successfully joined cluster by contacting " + report.contacted() + " nodes."
                    : "Failed to join any nodes.";
            return new JoinAnswer(
                    report.contacted(),
                    message,
                    report.failures().stream()
                            .map(failure -> new Failure(failure.address(), failure.reason()))
                            .toList());
        }
    }

    @RequestMapping(
            path = "/join",
            method = {RequestMethod.PUT, RequestMethod.POST},
            produces = MediaType.APPLICATION_JSON_VALUE)
    CompletionStage<ResponseEntity<byte[]>> join(HttpServletRequest request) throws IOException {
        List<String> addresses = addresses(request);
        boolean pretty = NativeErrors.isPretty(request);
        return parts.membership().join(addresses).thenApply(report -> {
            JoinAnswer answer = JoinAnswer.of(report);
            if (report.contacted() > 0) {
                return json(answer, pretty);
            }
            String reasons = report.failures().stream()
                    .map(failure -> failure.address() + ": " + failure.reason())
                    .collect(Collectors.joining("; "));
            Map<String, Object> more = new LinkedHashMap<>();
            more.put("contacted", 0);
            more.put("message", answer.message());
            more.put("failures", answer.failures());
            return new Problem(502, "join-failed", "No agent could be joined", reasons, more).response(pretty);
        });
    }

    @RequestMapping(
            path = "/reload",
            method = {RequestMethod.PUT, RequestMethod.POST},
            produces = MediaType.APPLICATION_JSON_VALUE)
    CompletionStage<ResponseEntity<byte[]>> reload(HttpServletRequest request) {
        boolean pretty = NativeErrors.isPretty(request);
        return parts.control().reload().handle((done, error) -> {
            if (error == null) {
                return json(done, pretty);
            }
            Throwable cause =
                    error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
            if (cause instanceof RejectedExecutionException) {
                return Problem.of(503, "busy", "Not reloaded", Plain.reason(cause))
                        .response(pretty);
            }
            return Problem.of(422, "reload-refused", "The settings are refused", Plain.reason(cause))
                    .response(pretty);
        });
    }

    @GetMapping(path = "/peers", produces = MediaType.APPLICATION_JSON_VALUE)
    CompletionStage<ResponseEntity<byte[]>> peers(HttpServletRequest request) {
        boolean pretty = NativeErrors.isPretty(request);
        return asking.ask(
                        OperatorOperations.PEERS,
                        new OperatorOperations.Nothing(),
                        Terms.DEFAULT.with(Patience.OF_PEOPLE))
                .handle((answer, error) -> error == null
                        ? json(answer.value(), pretty)
                        : noServer(error).response(pretty));
    }

    @GetMapping(path = "/info", produces = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<byte[]> info(HttpServletRequest request) {
        return json(reports.info(), NativeErrors.isPretty(request));
    }

    @GetMapping(path = "/info", produces = MediaType.TEXT_PLAIN_VALUE)
    ResponseEntity<byte[]> infoText() {
        StringBuilder text = new StringBuilder();
        reports.info().forEach((group, values) -> {
            text.append(group).append(":\n");
            values.forEach((key, value) -> text.append('\t')
                    .append(key)
                    .append(" = ")
                    .append(plain(value))
                    .append('\n'));
        });
        return ResponseEntity.ok().contentType(TEXT).body(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    @GetMapping(path = "/members", produces = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<byte[]> members(HttpServletRequest request) {
        return json(reports.members(), NativeErrors.isPretty(request));
    }

    @GetMapping(path = "/why", produces = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<byte[]> why(HttpServletRequest request) {
        return json(reports.why(), NativeErrors.isPretty(request));
    }

    private Problem noServer(Throwable error) {
        AgentReports.WhyReport why = reports.why();
        Throwable cause = error.getCause() == null ? error : error.getCause();
        Map<String, Object> more = new LinkedHashMap<>();
        more.put("code", why.code());
        more.put("message", why.message());
        more.put("next_step", why.nextStep());
        return new Problem(503, "no-server", "No server could be asked", Plain.reason(cause), more);
    }

    private static List<String> addresses(HttpServletRequest request) throws IOException {
        Map<String, String> named = new LinkedHashMap<>();
        addTo(named, "address", NativeErrors.query(request).all("address"));
        byte[] body = JoinBody.read(request.getInputStream(), MAX_BODY, Ticker.system());
        if (body.length > 0) {
            addTo(named, "addresses", JoinBody.addresses(body));
        }
        if (named.isEmpty()) {
            throw bad("addresses", "is missing: give the address of at least one agent");
        }
        if (named.size() > MAX_ADDRESSES) {
            throw bad("addresses", "names more than " + MAX_ADDRESSES + " agents");
        }
        Map<String, String> wrong = new LinkedHashMap<>();
        named.forEach((field, address) -> {
            String problem = JoinAddress.problem(address);
            if (problem != null) {
                wrong.put(field, address.isEmpty() ? problem : "\"" + Discovery.shown(address) + "\" " + problem);
            }
        });
        if (!wrong.isEmpty()) {
            String detail = wrong.entrySet().stream()
                    .map(field -> field.getKey() + ": " + field.getValue())
                    .collect(Collectors.joining("; "));
            throw new ProblemException(Problem.badFields(detail, wrong));
        }
        return List.copyOf(named.values());
    }

    private static void addTo(Map<String, String> named, String field, List<String> addresses) {
        for (int i = 0; i < addresses.size(); i++) {
            named.put(field + "[" + i + "]", addresses.get(i));
        }
    }

    private static ProblemException bad(String field, String problem) {
        return new ProblemException(Problem.badFields(field + " " + problem, Map.of(field, problem)));
    }

    private static ResponseEntity<byte[]> json(Object value, boolean pretty) {
        return ResponseEntity.ok().contentType(MediaType.APPLICATION_JSON).body(NativeJson.write(value, pretty));
    }

    private static String plain(@Nullable Object value) {
        if (value instanceof List<?> list) {
            return list.stream().map(String::valueOf).collect(Collectors.joining(", "));
        }
        return value == null ? "" : value.toString();
    }
}
