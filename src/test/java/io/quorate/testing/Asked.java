package io.quorate.testing;

import io.quorate.answer.AnswerParts;
import io.quorate.answer.Answers;
import io.quorate.answer.Offer;
import io.quorate.catalog.CatalogOperations;
import io.quorate.event.EventOperations;
import io.quorate.health.HealthOperations;
import io.quorate.kv.KvOperations;
import io.quorate.kv.LockDelays;
import io.quorate.operator.AgentParts;
import io.quorate.operator.OperatorOperations;
import io.quorate.rpc.RpcCaller;
import io.quorate.runtime.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Asking as an agent has it that is put together of a test's parts. */
public final class Asked {
    private Asked() {}

    /** @param state absent on a client */
    public static Answers by(AgentParts parts, @Nullable MemoryState state, RpcCaller rpc, Duration hold) {
        AgentParts.ServerParts server = parts.server();
        List<Offer<?, ?>> offers = new ArrayList<>();
        AnswerParts.Server side = null;
        if (server != null && state != null) {
            side = new AnswerParts.Server(server.consensus(), state.reader());
            offers.addAll(CatalogOperations.offers(Fixtures.DC1));
            offers.addAll(HealthOperations.offers());
            offers.addAll(KvOperations.offers(new LockDelays(Ticker.system())));
            offers.addAll(OperatorOperations.offers(parts, server));
            offers.addAll(EventOperations.offers(parts.membership(), new Random(1)));
        }
        return new Answers(new AnswerParts(Fixtures.DC1, parts.servers(), rpc, side, hold, 0), offers);
    }
}
