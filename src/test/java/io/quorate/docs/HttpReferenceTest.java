package io.quorate.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.answer.Answers;
import io.quorate.answer.Operation;
import io.quorate.consensus.RaftStatus;
import io.quorate.event.EventLog;
import io.quorate.http.RouteSource;
import io.quorate.http.RouteTable;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ReasonCode;
import io.quorate.membership.JoinReport;
import io.quorate.operator.AgentParts;
import io.quorate.runtime.EventLoop;
import io.quorate.testing.Asked;
import io.quorate.testing.Datacenter3;
import io.quorate.testing.FakeConsensus;
import io.quorate.testing.FakeMembership;
import io.quorate.testing.FakeRpc;
import io.quorate.testing.FakeServers;
import io.quorate.testing.Fault;
import io.quorate.testing.Fixtures;
import io.quorate.testing.JavaForms;
import io.swagger.v3.core.util.Json31;
import io.swagger.v3.oas.models.OpenAPI;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.webmvc.autoconfigure.error.ErrorMvcAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportSelector;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.RequestMappingInfoHandlerMapping;
import tools.jackson.databind.JsonNode;

/** The HTTP reference names exactly what the agent's web layer serves, and what that answers is as the reference says. */
class HttpReferenceTest {
    private static final FakeServers SERVERS = FakeServers.leading(Fixtures.rpc(Fixtures.S3));
    private static final FakeConsensus CONSENSUS = new FakeConsensus().confirmingUnderALeader();
    private static final FakeMembership MEMBERSHIP = Fixtures.everybody("s3", Fixtures.S3);
    private static final FakeServers KNOWN = FakeServers.client();
    private static final FakeMembership CLIENT_MEMBERSHIP = Fixtures.everybody("c1", Fixtures.S3);
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    /** Status and type, wherever a problem is made. */
    private static final Pattern PROBLEM =
            Pattern.compile("(?:Problem(?:\\.of)?\\(\\s*(\\d{3}),|Refusal\\()\\s*\"([a-z-]+)\"");

    private static final EventLoop TIMERS = new EventLoop("timers of events");
    private static ConfigurableApplicationContext server;
    private static ConfigurableApplicationContext client;

    @SpringBootConfiguration(proxyBeanMethods = false)
    @EnableAutoConfiguration(exclude = ErrorMvcAutoConfiguration.class)
    @Import(SameAsTheAgent.class)
    static class Application {}

    /** What the agent's own application imports, so that no feature's routes are forgotten here. */
    static class SameAsTheAgent implements ImportSelector {
        @Override
        public String[] selectImports(AnnotationMetadata importing) {
            try {
                Import imports =
                        Class.forName("io.quorate.agent.AgentApplication").getAnnotation(Import.class);
                return Stream.of(imports.value()).map(Class::getName).toArray(String[]::new);
            } catch (ClassNotFoundException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @BeforeAll
    static void start() {
        FakeRpc rpc = new FakeRpc();
        AgentParts parts =
                Fixtures.server(MEMBERSHIP, SERVERS, rpc, Fixtures.FakeFounding.member(ReasonCode.READY), CONSENSUS);
        Answers answers = Asked.by(
                parts, new Datacenter3().registered().registeredFromOutside().state, rpc, Duration.ofMillis(300));
        rpc.serve(Fixtures.rpc(Fixtures.S3), Answers.METHOD, answers.rpcHandler());
        CONSENSUS.state = new Datacenter3().registered().state.reader();
        server = run(parts, answers);
        AgentParts ofClient = Fixtures.client(CLIENT_MEMBERSHIP, KNOWN, rpc);
        client = run(ofClient, Asked.by(ofClient, null, rpc, Duration.ofMillis(300)));
        lead();
    }

    @AfterAll
    static void stop() {
        server.close();
        client.close();
        TIMERS.close();
    }

    private static void lead() {
        CONSENSUS.become(FakeConsensus.group(
                RaftStatus.Role.LEADER, Fixtures.S3, List.of(Fixtures.S1, Fixtures.S2, Fixtures.S3)));
        KNOWN.others = List.of(Fixtures.rpc(Fixtures.S3));
    }

    private static ConfigurableApplicationContext run(AgentParts parts, Answers answers) {
        return new SpringApplicationBuilder(Application.class)
                .properties(Map.of("server.port", "0", "server.address", "127.0.0.1"))
                .initializers(context -> {
                    var beans = context.getBeanFactory();
                    beans.registerSingleton("agentParts", parts);
                    beans.registerSingleton("datacenter", Fixtures.DC1);
                    beans.registerSingleton("nodeName", new NodeName("s3"));
                    beans.registerSingleton("answers", answers);
                    beans.registerSingleton("events", events(parts));
                })
                .run();
    }

    private static EventLog events(AgentParts parts) {
        EventLog events = new EventLog(new NodeName("n"), List::of, TIMERS);
        parts.membership().listenToEvents(events::heard);
        return events;
    }

    private static SortedMap<String, Optional<Operation<?, ?>>> dialect() {
        return RouteTable.of(
                server.getBeanProvider(RouteSource.class).orderedStream().toList());
    }

    /** Method and path of everything that Spring serves, but for the container's own page of errors. */
    private static Set<String> controllers() {
        Set<String> all = new TreeSet<>();
        for (RequestMappingInfoHandlerMapping mapping :
                server.getBeansOfType(RequestMappingInfoHandlerMapping.class).values()) {
            for (RequestMappingInfo info : mapping.getHandlerMethods().keySet()) {
                for (String path : info.getPatternValues()) {
                    info.getMethodsCondition()
                            .getMethods()
                            .forEach(method -> all.add(method + " " + path.replaceAll("\\*+$|\\{[^}]*}$", "")));
                }
            }
        }
        return all;
    }

    @Test
    void theReferenceNamesEveryRouteAndNoneThatIsGone() {
        Set<String> served = controllers();
        served.addAll(dialect().keySet());
        // The dispatcher answers it without a route.
        served.add("GET /");
        assertThat(HttpReference.operations().stream().map(Described::key).collect(Collectors.toSet()))
                .as("operations of the tables in this package, against routes and controllers")
                .isEqualTo(served);
    }

    @Test
    void thePageNamesEveryPathOfTheReference() throws IOException {
        String page = Files.readString(Path.of("src/docs/http.md"));
        assertThat(HttpReference.operations().stream()
                        .map(described -> described.path().replaceAll("/\\{[^}]*}$", ""))
                        .filter(path -> !page.contains(path)))
                .as("paths that src/docs/http.md does not name")
                .isEmpty();
    }

    @Test
    void theFileIsMadeFromThem() {
        Golden.check(HttpReference.FILE, HttpReference.made(dialect()));
    }

    @Test
    void everyOperationSaysWhatItIsAndEveryReferenceInTheFileLeadsSomewhere() {
        JsonNode document = Schemas.ofTheFile().document();
        Set<String> ids = new TreeSet<>();
        for (JsonNode path : document.path("paths")) {
            for (JsonNode operation : path) {
                assertThat(ids.add(operation.path("operationId").asString("")))
                        .as("%s", operation.path("operationId"))
                        .isTrue();
                assertThat(operation.path("summary").asString("")).isNotBlank();
                assertThat(operation.path("responses").size()).isPositive();
                operation
                        .path("parameters")
                        .forEach(parameter -> assertThat(
                                        parameter.path("description").asString(""))
                                .as("%s", parameter)
                                .isNotBlank());
            }
        }
        Matcher reference = Pattern.compile("\"\\$ref\":\"#([^\"]+)\"").matcher(document.toString());
        int found = 0;
        while (reference.find()) {
            assertThat(document.at(reference.group(1)).isMissingNode())
                    .as(reference.group(1))
                    .isFalse();
            found++;
        }
        assertThat(found).isPositive();
    }

    @Test
    void theFileIsReadBackAsItWasMeant() throws IOException {
        String text = Files.readString(HttpReference.FILE);
        OpenAPI document = Json31.mapper().readValue(text, OpenAPI.class);
        assertThat(document.getPaths()).containsKeys("/why", "/v1/agent/self");
        assertThat(Json31.mapper().readTree(Json31.pretty(document)))
                .as("nothing in it is unknown to the specification's own model")
                .isEqualTo(Json31.mapper().readTree(text));
    }

    @Test
    void theTypesOfProblemsAreThoseOfTheCode() throws IOException {
        Set<String> types = new TreeSet<>();
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                Matcher problem = PROBLEM.matcher(Files.readString(file));
                while (problem.find()) {
                    types.add(problem.group(2));
                }
            }
        }
        assertThat(types).containsExactlyElementsOf(NativeOperations.PROBLEMS);
        String page = Files.readString(Path.of("src/docs/http.md"));
        assertThat(NativeOperations.PROBLEMS)
                .allSatisfy(type -> assertThat(page).contains("`" + type + "`"));
    }

    /** Method, path as asked, path of the reference, status, further headers. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / / 200",
                "GET /info /info 200",
                "GET /info?pretty /info 200",
                "GET /info /info 200 Accept=text/plain",
                "GET /info /info 406 Accept=image/png",
                "GET /peers /peers 200",
                "DELETE /peers/s1 /peers/{peer} 200",
                "DELETE /peers/nobody?force&pretty /peers/{peer} 404",
                "DELETE /peers/nobody?force=maybe /peers/{peer} 400",
                "DELETE /v1/operator/raft/peer?id=x&force=0 /v1/operator/raft/peer 400",
                "GET /members /members 200",
                "GET /members /members 406 Accept=image/png",
                "GET /why /why 200",
                "PUT /join?address=10.0.0.3 /join 200",
                "POST /join?address=10.0.0.3 /join 200",
                "PUT /join?address=10.0.0.9&address=b /join 200",
                "PUT /join /join 400",
                "POST /join?address=:x /join 400",
                "PUT /reload?pretty /reload 200",
                "POST /reload /reload 200",
                "GET /actuator /actuator 200",
                "GET /actuator/health /actuator/health 200",
                "GET /actuator/health/liveness /actuator/health/{group} 200",
                "GET /actuator/health/readiness /actuator/health/{group} 200",
                "GET /actuator/health/none /actuator/health/{group} 404",
                "GET /actuator/info /actuator/info 200",
                "GET /actuator/prometheus /actuator/prometheus 200",
                "GET /v1/agent/self /v1/agent/self 200",
                "GET /v1/agent/self?stale&consistent /v1/agent/self 400",
                "GET /v1/agent/members?pretty /v1/agent/members 200",
                "GET /v1/agent/members?wan=1 /v1/agent/members 200",
                "GET /v1/agent/members?segment=x /v1/agent/members 500",
                "PUT /v1/agent/join/10.0.0.1 /v1/agent/join/{address} 200",
                "PUT /v1/agent/join/:x /v1/agent/join/{address} 500",
                "PUT /v1/agent/reload /v1/agent/reload 200",
                "PUT /v1/agent/force-leave/nobody /v1/agent/force-leave/{node} 500",
                "PUT /v1/agent/leave?stale&consistent /v1/agent/leave 400",
                "GET /v1/status/leader /v1/status/leader 200",
                "GET /v1/status/leader?dc=dc2 /v1/status/leader 500",
                "GET /v1/status/peers /v1/status/peers 200",
                "GET /v1/catalog/datacenters /v1/catalog/datacenters 200",
                "GET /v1/catalog/nodes /v1/catalog/nodes 200",
                "GET /v1/catalog/nodes?index=x /v1/catalog/nodes 400",
                "GET /v1/catalog/nodes?filter=x /v1/catalog/nodes 500",
                "GET /v1/catalog/services /v1/catalog/services 200",
                "GET /v1/catalog/services?filter=x /v1/catalog/services 400",
                "GET /v1/catalog/service/consul?tag=x /v1/catalog/service/{service} 200",
                "GET /v1/catalog/connect/ /v1/catalog/connect/{service} 400",
                "GET /v1/catalog/gateway-services/x /v1/catalog/gateway-services/{gateway} 200",
                "GET /v1/catalog/node/nobody /v1/catalog/node/{node} 200",
                "GET /v1/catalog/node/s1 /v1/catalog/node/{node} 200",
                "GET /v1/catalog/node-services/s1 /v1/catalog/node-services/{node} 200",
                "PUT /v1/catalog/register /v1/catalog/register 400",
                "PUT /v1/catalog/deregister /v1/catalog/deregister 400",
                "GET /v1/health/node/s1 /v1/health/node/{node} 200",
                "GET /v1/health/checks/consul /v1/health/checks/{service} 200",
                "GET /v1/health/state/any?node-meta=a:b /v1/health/state/{state} 200",
                "GET /v1/health/service/consul?passing /v1/health/service/{service} 200",
                "GET /v1/health/service/consul?passing=x /v1/health/service/{service} 400",
                "GET /v1/health/connect/x /v1/health/connect/{service} 200",
                "GET /v1/health/ingress/x?filter=x /v1/health/ingress/{service} 500",
                "PUT /v1/event/fire/deploy?node=s /v1/event/fire/{name} 200",
                "POST /v1/event/fire/deploy?pretty /v1/event/fire/{name} 200",
                "PUT /v1/event/fire/ /v1/event/fire/{name} 400",
                "PUT /v1/event/fire/deploy?tag=v1 /v1/event/fire/{name} 500",
                "GET /v1/event/list /v1/event/list 200",
                "GET /v1/event/list?index=abc /v1/event/list 400",
                "GET /v1/events?name=none&index=1&wait=10ms /v1/events 200",
                "GET /v1/session/list?index=x /v1/session/list 400",
                "GET /v1/session/list?dc=dc2 /v1/session/list 500",
                "GET /v1/session/info/ /v1/session/info/{session} 400",
                "GET /v1/session/info/x /v1/session/info/{session} 500",
                "GET /v1/session/node/ /v1/session/node/{node} 400",
                "PUT /v1/session/create?ns=x /v1/session/create 400",
                "PUT /v1/session/destroy/ /v1/session/destroy/{session} 400",
                "PUT /v1/session/destroy/x /v1/session/destroy/{session} 500",
                "PUT /v1/session/renew/ /v1/session/renew/{session} 400",
                "PUT /v1/session/renew/x /v1/session/renew/{session} 500",
                "GET /v1/operator/raft/configuration?stale /v1/operator/raft/configuration 200",
                "GET /v1/snapshot /v1/snapshot 200",
                "GET /v1/snapshot?stale /v1/snapshot 200",
                "GET /v1/snapshot?stale&consistent /v1/snapshot 400",
                "GET /v1/snapshot?dc=dc2 /v1/snapshot 500",
                "PUT /v1/snapshot /v1/snapshot 501",
                "DELETE /v1/operator/raft/peer /v1/operator/raft/peer 400",
                "DELETE /v1/operator/raft/peer?id=x&address=y /v1/operator/raft/peer 400",
                "DELETE /v1/operator/raft/peer?id=x /v1/operator/raft/peer 500",
                "DELETE /v1/operator/raft/peer?address=127.77.0.11:8300 /v1/operator/raft/peer 200",
            })
    void anAnswerIsAsTheReferenceSays(String exchange) {
        String[] words = exchange.split(" ", -1);
        String[] header = words.length > 4 ? words[4].split("=", 2) : new String[0];
        check(server, words[0], words[1], words[2], Integer.parseInt(words[3]), "", header);
    }

    @Test
    void aClientAnswersAsTheReferenceSays() {
        for (String path : List.of("/info", "/peers", "/members", "/why", "/v1/agent/self", "/actuator/health")) {
            check(client, "GET", path, path, 200, "");
        }
        KNOWN.others = List.of();
        try {
            check(client, "GET", "/peers", "/peers", 503, "");
            check(client, "GET", "/v1/catalog/nodes", "/v1/catalog/nodes", 500, "");
        } finally {
            lead();
        }
    }

    @Test
    void aServerWithoutALeaderAnswersAsTheReferenceSays() {
        CONSENSUS.become(RaftStatus.NONE);
        try {
            for (String path : List.of("/info", "/peers", "/members", "/why")) {
                check(server, "GET", path, path, 200, "");
            }
            check(server, "GET", "/actuator/health", "/actuator/health", 503, "");
            check(server, "GET", "/actuator/health/readiness", "/actuator/health/{group}", 503, "");
        } finally {
            lead();
        }
    }

    @Test
    void joinsThatFailAndBodiesThatMakeNoSenseAreAnsweredAsTheReferenceSays() {
        check(server, "PUT", "/join", "/join", 200, "{\"addresses\":[\"10.0.0.1\"]}");
        check(server, "PUT", "/join", "/join", 400, "{\"adresses\":[\"10.0.0.1\"]}");
        check(server, "PUT", "/join", "/join", 413, "x".repeat(64 * 1024 + 1));
        check(server, "PUT", "/v1/agent/leave", "/v1/agent/leave", 413, "x".repeat(1024 * 1024 + 1));
        MEMBERSHIP.join =
                all -> new JoinReport(0, List.of(new JoinReport.Failure("10.0.0.9:8301", "no answer in 5 s")));
        try {
            check(server, "PUT", "/join?address=10.0.0.9", "/join", 502, "");
            check(server, "PUT", "/v1/agent/join/10.0.0.9", "/v1/agent/join/{address}", 500, "");
        } finally {
            MEMBERSHIP.join = all -> new JoinReport(all.size(), List.of());
        }
    }

    @Test
    @Fault(
            line = "E7",
            fault =
                    "every operation of the HTTP API with good and wrong paths, parameters, bodies, headers and methods, with a leader and"
                            + " without, on a server and a client",
            seen = "no answer has a form of Java, and none is an internal error")
    void noAnswerShowsWhatTheAgentIsWrittenIn() {
        List<String> seen = new ArrayList<>();
        seen.addAll(shownBy(server, AnyRequest.ofAll(HttpReference.operations())));
        seen.addAll(shownBy(client, AnyRequest.ofAll(AnyRequest.ofTheAgent(HttpReference.operations()))));
        CONSENSUS.become(RaftStatus.NONE);
        MEMBERSHIP.join =
                all -> new JoinReport(0, List.of(new JoinReport.Failure("10.0.0.9:8301", "no answer in 5 s")));
        KNOWN.others = List.of();
        try {
            for (ConfigurableApplicationContext agent : List.of(server, client)) {
                seen.addAll(shownBy(agent, AnyRequest.plain(HttpReference.operations())));
            }
        } finally {
            MEMBERSHIP.join = all -> new JoinReport(all.size(), List.of());
            lead();
        }
        assertThat(seen).isEmpty();
    }

    private static List<String> shownBy(ConfigurableApplicationContext agent, List<AnyRequest> requests) {
        assertThat(requests).isNotEmpty();
        int port = Integer.parseInt(agent.getEnvironment().getRequiredProperty("local.server.port"));
        List<String> seen = new ArrayList<>();
        for (AnyRequest request : requests) {
            String answer = request.send(port);
            List<String> forms = new ArrayList<>();
            String head = AnyRequest.headersOf(answer).toLowerCase(Locale.ROOT);
            // The same answer is asked without compression, too.
            boolean packed = head.contains("application/x-gzip") || head.contains("content-encoding: gzip");
            if (!request.line().contains("/actuator/prometheus") && !packed) {
                // Its figures of the process itself have Java's own names; what is packed may look like anything.
                forms.addAll(JavaForms.in(AnyRequest.bodyOf(answer)));
            }
            forms.addAll(JavaForms.in(AnyRequest.headersOf(answer)));
            if (answer.isEmpty()) {
                forms.add("no answer");
            }
            if (answer.contains("problem:internal")) {
                forms.add("an internal error");
            }
            forms.forEach(form -> seen.add(request + " -> " + form));
        }
        return seen;
    }

    @Test
    void anAnswerThatIsNotAsTheReferenceSaysIsSeen() {
        Schemas schemas = Schemas.ofTheFile();
        String right = send(server, "GET", "/peers", "").body();
        assertThat(schemas.wrong("GET", "/peers", 200, "application/json", right))
                .isEmpty();
        for (String wrong : List.of(
                right.replace("\"term\"", "\"terms\""),
                right.replaceFirst("\"voters\":\\d+", "\"voters\":\"3\""),
                right.replaceFirst("\"node\":\"[^\"]*\"", "\"node\":null"),
                right.replace("\"peers\":[", "\"peers\":[7,"))) {
            assertThat(wrong).isNotEqualTo(right);
            assertThat(schemas.wrong("GET", "/peers", 200, "application/json", wrong))
                    .as(wrong)
                    .isNotEmpty();
        }
        assertThat(schemas.wrong("GET", "/peers", 404, null, "")).isNotEmpty();
        assertThat(schemas.wrong("GET", "/peers", 200, "text/plain", "x")).isNotEmpty();
    }

    private static void check(
            ConfigurableApplicationContext agent,
            String method,
            String asked,
            String path,
            int status,
            String body,
            String... headers) {
        HttpResponse<String> answer = send(agent, method, asked, body, headers);
        assertThat(answer.statusCode())
                .as("%s %s: %s", method, asked, answer.body())
                .isEqualTo(status);
        assertThat(Schemas.ofTheFile()
                        .wrong(
                                method,
                                path,
                                status,
                                answer.headers().firstValue("Content-Type").orElse(null),
                                answer.body()))
                .as("%s %s", method, asked)
                .isEmpty();
    }

    private static HttpResponse<String> send(
            ConfigurableApplicationContext agent, String method, String path, String body, String... headers) {
        String port = agent.getEnvironment().getProperty("local.server.port");
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .timeout(Duration.ofSeconds(20));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
