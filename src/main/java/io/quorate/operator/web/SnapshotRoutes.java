package io.quorate.operator.web;

import io.quorate.answer.Answer;
import io.quorate.answer.AskException;
import io.quorate.answer.Asking;
import io.quorate.answer.Mode;
import io.quorate.answer.Patience;
import io.quorate.answer.Terms;
import io.quorate.http.Query;
import io.quorate.http.Reply;
import io.quorate.http.Request;
import io.quorate.http.RouteSource;
import io.quorate.http.Routes;
import io.quorate.operator.OperatorOperations;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** The replicated state to take away, in Consul's dialect. */
public final class SnapshotRoutes implements RouteSource {
    private static final String GZIP = "application/x-gzip";

    private final Asking asking;

    public SnapshotRoutes(Asking asking) {
        this.asking = asking;
    }

    @Override
    public void addTo(Routes routes) {
        routes.at("/v1/snapshot")
                .asks("GET", OperatorOperations.SNAPSHOT, this::save)
                .refuses(
                        "PUT", "restoring a snapshot is not supported by this version of Quorate: nothing was changed");
    }

    private CompletionStage<Reply> save(Request request) {
        Query query = request.query();
        Mode mode = query.has("stale") ? Mode.STALE : Mode.DEFAULT;
        Terms terms = new Terms(mode, Duration.ZERO, 0, Duration.ZERO, query.first("dc"), Patience.NONE);
        return asking.ask(OperatorOperations.SNAPSHOT, new OperatorOperations.Nothing(), terms)
                .handle((answer, failure) -> {
                    if (failure != null) {
                        throw withoutHops(failure);
                    }
                    return reply(answer);
                });
    }

    private Reply reply(Answer<?> answer) {
        return Reply.stream(GZIP, asking.body(answer))
                .with("X-Consul-Index", Long.toString(answer.index()))
                .with("X-Consul-Knownleader", Boolean.toString(answer.knownLeader()))
                .with("X-Consul-Lastcontact", Long.toString(answer.lastContactMs()));
    }

    /** Consul brings these on a connection of their own, on which no server adds words. */
    private static RuntimeException withoutHops(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof AskException asked && asked.distance() > 0
                ? new AskException(asked.kind(), String.valueOf(asked.getMessage()))
                : new CompletionException(cause);
    }
}
