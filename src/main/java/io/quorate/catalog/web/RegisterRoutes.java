package io.quorate.catalog.web;

import io.quorate.answer.Asking;
import io.quorate.answer.Mode;
import io.quorate.answer.Operation;
import io.quorate.answer.Terms;
import io.quorate.catalog.CatalogOperations;
import io.quorate.http.JsonForm;
import io.quorate.http.JsonInput;
import io.quorate.http.Reply;
import io.quorate.http.Request;
import io.quorate.http.RouteSource;
import io.quorate.http.Routes;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** What changes the catalog. The datacenter is the body's; that of the address is not looked at, as with Consul. */
public final class RegisterRoutes implements RouteSource {
    private static final JsonForm<CatalogOperations.Done> TRUE =
            new JsonForm<>((done, json) -> json.writeBoolean(true));
    private final Asking asking;

    public RegisterRoutes(Asking asking) {
        this.asking = asking;
    }

    @Override
    public void addTo(Routes routes) {
        routes.at("/v1/catalog/register").asks("PUT", CatalogOperations.REGISTER, this::register);
        routes.at("/v1/catalog/deregister").asks("PUT", CatalogOperations.DEREGISTER, this::deregister);
    }

    private CompletionStage<Reply> register(Request request) {
        RegisterBody body = RegisterBody.of(request.body());
        return done(CatalogOperations.REGISTER, body.command(), body.datacenter(), request);
    }

    private CompletionStage<Reply> deregister(Request request) {
        JsonInput body = JsonInput.object(request.body(), RegisterBody.FAILED).passOver("Address", "Token");
        CatalogOperations.Deregistration meant =
                new CatalogOperations.Deregistration(body.text("Node"), body.text("ServiceID"), body.text("CheckID"));
        String datacenter = body.text("Datacenter");
        body.end();
        RegisterBody.named(meant.node());
        RegisterBody.bounded("service id", meant.serviceId());
        RegisterBody.bounded("check id", meant.checkId());
        return done(CatalogOperations.DEREGISTER, meant, datacenter, request);
    }

    private <Q> CompletionStage<Reply> done(
            Operation<Q, CatalogOperations.Done> operation, Q question, String datacenter, Request request) {
        Terms terms = new Terms(Mode.DEFAULT, Duration.ZERO, 0, Duration.ZERO, datacenter);
        return asking.ask(operation, question, terms).thenApply(answer -> Reply.of(answer, TRUE, request.isPretty()));
    }
}
