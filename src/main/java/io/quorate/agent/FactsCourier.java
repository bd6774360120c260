package io.quorate.agent;

import io.quorate.answer.Asking;
import io.quorate.answer.Patience;
import io.quorate.answer.Terms;
import io.quorate.kernel.Endpoint;
import io.quorate.runtime.Claim;
import io.quorate.runtime.Duty;
import io.quorate.runtime.Failures;
import io.quorate.runtime.Ticker;
import io.quorate.runtime.Timers;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings this agent's {@link NodeFacts} to whoever leads: when the leader changes, and every minute in case it forgot them. One
 * call at a time. Owned by the loop whose timers it is given.
 */
final class FactsCourier {
    private static final Logger LOG = LoggerFactory.getLogger(FactsCourier.class);
    private static final Duration LOOK = Duration.ofMillis(500);
    private static final Duration AGAIN = Duration.ofSeconds(60);
    /** More than asking takes that is not held: one call to a server, and one from there to the leader. */
    private static final Duration LONGEST = Duration.ofSeconds(15);

    private static final Terms TERMS = Terms.DEFAULT.with(Patience.NONE);

    private final NodeFacts facts;
    private final Supplier<Optional<Endpoint>> leader;
    private final Asking asking;
    private final Ticker ticker;
    private final java.util.concurrent.Executor loop;
    private @Nullable Endpoint told;
    private long toldNanos;
    private final Claim calling;

    FactsCourier(
            NodeFacts facts,
            Supplier<Optional<Endpoint>> leader,
            Asking asking,
            Ticker ticker,
            java.util.concurrent.Executor loop) {
        this.facts = facts;
        this.leader = leader;
        this.asking = asking;
        this.ticker = ticker;
        this.loop = loop;
        calling = new Claim(ticker, LONGEST);
    }

    void start(Timers timers) {
        timers.every(LOOK, this::look);
    }

    private void look() {
        Endpoint to = leader.get().orElse(null);
        boolean fresh = to != null && to.equals(told) && ticker.nanos() - toldNanos < AGAIN.toNanos();
        if (to == null || fresh) {
            return;
        }
        Claim.Ticket ticket = calling.take();
        if (ticket == null) {
            return;
        }
        try {
            Failures.whenDone(
                    asking.ask(NodeFacts.TELL, facts, TERMS),
                    Duty.HELPFUL,
                    "node facts",
                    (answer, failure) -> loop.execute(() -> finished(ticket, to, failure)));
        } catch (RuntimeException | Error e) {
            ticket.close();
            throw e;
        }
    }

    private void finished(Claim.Ticket ticket, Endpoint to, @Nullable Throwable failure) {
        ticket.close();
        if (failure == null) {
            told = to;
            toldNanos = ticker.nanos();
        } else {
            LOG.atDebug().addKeyValue("leader", to).setCause(failure).log("node facts not taken, will be sent again");
        }
    }
}
