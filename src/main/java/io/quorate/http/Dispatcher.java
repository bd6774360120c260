package io.quorate.http;

import io.quorate.consensus.NotCommittedException;
import io.quorate.consensus.OutcomeUnknownException;
import io.quorate.consensus.ServerBusyException;
import io.quorate.kernel.Plain;
import io.quorate.rpc.RpcHandler;
import io.quorate.runtime.Duty;
import io.quorate.runtime.EventLoop;
import io.quorate.runtime.Failures;
import io.quorate.runtime.Threads;
import io.quorate.runtime.Ticker;
import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;

/**
 * The way of a request of Consul's dialect: find its route, refuse what makes no sense, answer it here or where it can be
 * answered, turn errors into texts. Knows nothing of sockets. Safe for any thread.
 */
public final class Dispatcher implements AutoCloseable {
    private static final BigInteger MAX_INDEX = BigInteger.TWO.pow(64).subtract(BigInteger.ONE);
    private static final String NONE = "none";

    private final DispatcherParts parts;
    private final Routes routes = new Routes();
    private final EventLoop loop = new EventLoop("http");
    private final ThreadPoolExecutor pool = Threads.pool("http-held", 4, 4096);
    private final Forwarder forwarder;

    public Dispatcher(DispatcherParts parts, List<RouteSource> sources) {
        this(parts, sources, Ticker.system());
    }

    Dispatcher(DispatcherParts parts, List<RouteSource> sources, Ticker ticker) {
        this.parts = parts;
        sources.forEach(source -> source.addTo(routes));
        forwarder = new Forwarder(parts, loop, ticker, pool);
    }

    /** An answer, and the route that gave it: for metrics, hence never the path itself. */
    record Outcome(String route, Reply reply, boolean pretty) {}

    /**
     * Answers one request that came by HTTP.
     *
     * @param headers those that handlers may look at, names in lower case
     * @return never completes exceptionally
     */
    CompletionStage<Outcome> dispatch(
            String method, String rawPath, String rawQuery, Map<String, String> headers, byte[] body) {
        return dispatch(method, rawPath, rawQuery, headers, body, 0);
    }

    /** Answers what another agent forwarded: the RPC method {@code http}. */
    public RpcHandler rpcHandler() {
        return message -> {
            ForwardCodec.Forwarded forwarded;
            try {
                forwarded = ForwardCodec.decodeRequest(message);
            } catch (java.io.IOException e) {
                return CompletableFuture.failedFuture(
                        new IllegalArgumentException("bad forwarded request: " + e.getMessage()));
            }
            return dispatch(
                            forwarded.method(),
                            forwarded.rawPath(),
                            forwarded.rawQuery(),
                            forwarded.headers(),
                            forwarded.body().bytes(),
                            Math.max(1, forwarded.hops()))
                    .thenApply(outcome -> ForwardCodec.encode(outcome.reply(), outcome.pretty()));
        };
    }

    /** Ends what waits: requests that are held are answered that the agent is stopping. */
    @Override
    public void close() {
        loop.close();
        pool.shutdownNow();
        forwarder.close();
    }

    private CompletionStage<Outcome> dispatch(
            String method, String rawPath, String rawQuery, Map<String, String> headers, byte[] body, int hops) {
        String path = RequestPath.decode(rawPath);
        if (path == null || !RequestPath.isPrintable(path)) {
            return done(NONE, Reply.empty(400));
        }
        String clean = RequestPath.clean(path);
        if (!clean.equals(path)) {
            return done(NONE, moved(method, clean, rawQuery));
        }
        if (path.equals("/")) {
            return done("/", Reply.text(200, "Consul Agent"));
        }
        Routes.Route route = routes.find(path);
        if (route == null) {
            return done(NONE, routes.lacksSlash(path) ? moved(method, path + "/", rawQuery) : Reply.empty(404));
        }
        return answer(route, method, path, Query.of(rawQuery), headers, body, hops);
    }

    private CompletionStage<Outcome> answer(
            Routes.Route route,
            String method,
            String path,
            Query query,
            Map<String, String> headers,
            byte[] body,
            int hops) {
        if (method.equals("OPTIONS")) {
            return done(route.pattern(), common(Reply.empty()).with("Allow", route.allow()));
        }
        Handler handler = route.handler(method);
        if (handler == null) {
            return done(
                    route.pattern(),
                    common(Reply.text(405, "method " + method + " not allowed")).with("Allow", route.allow()));
        }
        CompletionStage<Reply> reply;
        try {
            Request request =
                    new Request(method, path, route.rest(path), query, headers, body, Consistency.of(query), hops);
            check(route, query);
            reply = place(route, request, handler);
        } catch (RuntimeException | Error e) {
            reply = CompletableFuture.failedFuture(e);
        }
        return reply.handle((answer, error) -> error == null ? answer : failure(Forwarder.unwrap(error)))
                .thenApply(answer ->
                        new Outcome(route.pattern(), common(indexed(route, answer, hops)), query.has("pretty")));
    }

    private CompletionStage<Reply> place(Routes.Route route, Request request, Handler handler) {
        if (route.place() == Routes.Place.AGENT) {
            if (request.hops() > 0) {
                // No agent passes these on, so another one made it up: an agent leaves, joins and reloads when it is
                // asked itself.
                throw new BadRequestException("Bad request: " + route.pattern() + " is not answered for another agent");
            }
            return handler.handle(request);
        }
        if (!parts.servers().isServer()) {
            return forwarder.atServer(request);
        }
        String datacenter = request.query().first("dc");
        if (!datacenter.isEmpty() && !datacenter.equals(parts.datacenter().value())) {
            throw new RefusedException("No path to datacenter");
        }
        if (route.place() == Routes.Place.SERVER) {
            return handler.handle(request);
        }
        CompletionStage<Reply> reply =
                mayAnswerStale(request) ? handler.handle(request) : forwarder.atLeader(request, handler);
        return reply.thenApply(answer -> answered(route, request, answer));
    }

    /** A server that never had a leader has nothing that could be called stale. */
    private boolean mayAnswerStale(Request request) {
        Consistency wanted = request.consistency();
        if (wanted.mode() != Consistency.Mode.STALE
                || !request.method().equals("GET")
                || !parts.servers().everHadLeader()) {
            return false;
        }
        Duration bound = wanted.maxStale();
        return bound.isZero() || parts.servers().lastContactMs() <= bound.toMillis();
    }

    /** Says how fresh the answer is: only where it was made, not where it passes. */
    private Reply answered(Routes.Route route, Request request, Reply reply) {
        if (!route.isIndexed() || reply.index() < 0) {
            return reply;
        }
        boolean leads = parts.servers().isLeader();
        boolean known = leads || parts.servers().leader().isPresent();
        // All but a stale read were confirmed by the leader just now.
        boolean stale = request.consistency().mode() == Consistency.Mode.STALE;
        long contact = stale ? Math.max(0, parts.servers().lastContactMs()) : 0;
        return reply.with(
                        "X-Consul-Effective-Consistency",
                        request.consistency().mode().word())
                .with("X-Consul-Index", Long.toUnsignedString(Math.max(1, reply.index())))
                .with("X-Consul-Knownleader", Boolean.toString(known))
                .with("X-Consul-Lastcontact", Long.toString(contact));
    }

    /** What the agent itself refuses has no index; what failed further on says that there is none. */
    private static Reply indexed(Routes.Route route, Reply reply, int hops) {
        if (!route.isIndexed() || !reply.isFailure() || hops > 0) {
            return reply;
        }
        return reply.with("X-Consul-Index", "1")
                .with("X-Consul-Knownleader", "false")
                .with("X-Consul-Lastcontact", "0");
    }

    private static Reply common(Reply reply) {
        return reply.headers().containsKey("Vary") ? reply : reply.with("Vary", "Accept-Encoding");
    }

    private static void check(Routes.Route route, Query query) {
        route.check(query);
        if (route.place() != Routes.Place.LEADER) {
            return;
        }
        if (query.has("ns")) {
            throw new BadRequestException(
                    "Bad request: Invalid query parameter: \"ns\" - Namespaces are a Consul Enterprise feature");
        }
        String wait = query.first("wait");
        if (!wait.isEmpty() && GoDuration.parse(wait).isEmpty()) {
            throw new BadRequestException("Invalid wait time");
        }
        String index = query.first("index");
        if (!index.isEmpty() && !isIndex(index)) {
            throw new BadRequestException("Invalid index");
        }
    }

    private static boolean isIndex(String text) {
        return text.length() <= 20
                && text.chars().allMatch(c -> c >= '0' && c <= '9')
                && new BigInteger(text).compareTo(MAX_INDEX) <= 0;
    }

    private static Reply failure(Throwable error) {
        if (error instanceof RejectedExecutionException) {
            return failure(new ServerBusyException("this server is busy: too many requests wait for a thread"));
        }
        if (error instanceof BadRequestException bad) {
            return Reply.text(400, text(bad));
        }
        if (error instanceof RefusedException refused) {
            return Reply.failure(refused.status(), text(refused));
        }
        if (error instanceof ServerBusyException busy) {
            return Reply.failure(503, text(busy)).with("Retry-After", "1");
        }
        if (!(error instanceof NotCommittedException) && !(error instanceof OutcomeUnknownException)) {
            Failures.heard(Duty.HELPFUL, "request", error);
        }
        return Reply.failure(500, text(error));
    }

    private static Reply moved(String method, String path, String rawQuery) {
        String location = RequestPath.encode(path) + (rawQuery.isEmpty() ? "" : "?" + rawQuery);
        Reply reply = method.equals("GET") || method.equals("HEAD")
                ? Reply.html(301, "<a href=\"" + escaped(location) + "\">Moved Permanently</a>.\n\n")
                : Reply.empty(301);
        return reply.with("Location", location);
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&#34;")
                .replace("'", "&#39;");
    }

    private static CompletionStage<Outcome> done(String route, Reply reply) {
        return CompletableFuture.completedFuture(new Outcome(route, reply, false));
    }

    private static String text(Throwable error) {
        String message = error.getMessage();
        return message == null ? Plain.reason(error) : message;
    }
}
