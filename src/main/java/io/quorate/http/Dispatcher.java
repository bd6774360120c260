package io.quorate.http;

import io.quorate.answer.AskException;
import io.quorate.kernel.Plain;
import io.quorate.runtime.Duty;
import io.quorate.runtime.Failures;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The way of a request of Consul's dialect: find its route, have it translated, turn errors into texts. Knows nothing of sockets, nor
 * who answers. Safe for any thread.
 */
public final class Dispatcher {
    private static final String NONE = "none";
    /** Consul's words, one for each call between agents that an error has come through. */
    private static final String REMOTE = "rpc error making call: ";

    private static final String NO_LEADER = "No cluster leader";
    private static final String NO_SERVERS = "No known Consul servers";

    private static final String INDEX = "index";

    private final Routes routes = new Routes();
    private final Waiting waiting;

    /** @param connections that there may be, waiting ones among them */
    public Dispatcher(List<RouteSource> sources, long connections) {
        waiting = new Waiting(connections);
        sources.forEach(source -> source.addTo(routes));
        Unserved.addTo(routes);
    }

    /** An answer, and the route that gave it: for metrics, hence never the path itself. */
    record Outcome(String route, Reply reply, boolean pretty) {}

    /**
     * Answers one request.
     *
     * @param headers by name; asked before this returns
     * @return never completes exceptionally
     */
    CompletionStage<Outcome> dispatch(
            String method, String rawPath, String rawQuery, UnaryOperator<@Nullable String> headers, byte[] body) {
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
        Query query = Query.of(rawQuery);
        if (query.isBroken()) {
            // Before it looks at anything else Consul says so, and without a word.
            return done(route.pattern(), common(Reply.empty(500)));
        }
        if (method.equals("OPTIONS")) {
            return done(route.pattern(), common(Reply.empty()).with("Allow", route.allow()));
        }
        Handler handler = route.handler(method);
        if (handler == null) {
            return done(
                    route.pattern(),
                    common(Reply.text(405, "method " + method + " not allowed")).with("Allow", route.allow()));
        }
        return answer(route, handler, new Request(path, route.rest(path), query, headers, body, waiting::longest));
    }

    /** Whether that is answered without looking at its body, which may be of any size. */
    boolean isUnread(String method, String rawPath) {
        String path = RequestPath.decode(rawPath);
        Routes.Route route = path == null ? null : routes.find(path);
        return route != null && route.isUnread(method);
    }

    private CompletionStage<Outcome> answer(Routes.Route route, Handler handler, Request request) {
        boolean waits = request.query().has(INDEX);
        if (waits) {
            waiting.begin();
        }
        CompletionStage<Reply> reply;
        try {
            // Of every route, also of one that is answered by the agent itself.
            TermsOf.refuseContradictions(request.query());
            reply = handler.handle(request);
        } catch (RuntimeException | Error e) {
            reply = CompletableFuture.failedFuture(e);
        }
        return reply.handle((answer, error) -> {
            if (waits) {
                waiting.end();
            }
            return new Outcome(
                    route.pattern(),
                    common(error == null ? answer : indexed(route, failure(unwrap(error)))),
                    request.isPretty());
        });
    }

    /** What a client of this dialect reads as: there is no index to wait from. */
    private static Reply indexed(Routes.Route route, Reply reply) {
        if (!route.isIndexed() || !reply.isFailure()) {
            return reply;
        }
        return reply.with("X-Consul-Index", "1")
                .with("X-Consul-Knownleader", "false")
                .with("X-Consul-Lastcontact", "0");
    }

    private static Reply common(Reply reply) {
        return reply.headers().containsKey("Vary") ? reply : reply.with("Vary", "Accept-Encoding");
    }

    private static Reply failure(Throwable error) {
        if (error instanceof BadRequestException bad) {
            return Reply.text(400, text(bad));
        }
        if (error instanceof RefusedException refused) {
            return Reply.failure(refused.status(), text(refused));
        }
        if (error instanceof AskException asked) {
            return failure(asked);
        }
        Failures.heard(Duty.HELPFUL, "request", error);
        return Reply.failure(500, text(error));
    }

    private static Reply failure(AskException asked) {
        String text = REMOTE.repeat(asked.distance()) + words(asked);
        return switch (asked.kind()) {
            case SENSELESS -> Reply.text(400, text(asked));
            case TOO_LARGE -> Reply.failure(413, text);
            case BUSY -> Reply.failure(503, text).with("Retry-After", "1");
            case REFUSED, NOT_COMMITTED, OUTCOME_UNKNOWN, NO_LEADER, NO_SERVER, FAILED, NOT_UNDERSTOOD ->
                Reply.failure(500, text);
        };
    }

    private static String words(AskException asked) {
        if (asked.kind() == AskException.Kind.NO_LEADER) {
            return NO_LEADER;
        }
        return asked.kind() == AskException.Kind.NO_SERVER && asked.distance() == 0 ? NO_SERVERS : text(asked);
    }

    private static Throwable unwrap(Throwable error) {
        Throwable inner = error;
        while (inner instanceof CompletionException && inner.getCause() != null) {
            inner = inner.getCause();
        }
        return inner;
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
