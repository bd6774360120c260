package io.quorate.operator;

import io.quorate.membership.AgentTags;
import io.quorate.membership.Member;
import io.quorate.membership.Membership;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Whether an agent really asks for what a message says that it asks for. Anybody can send a message to the server port, so that agent
 * is looked up itself, on a connection of gossip that is opened to it: its tags carry the request that it has open. Safe for any
 * thread.
 */
final class Asking {
    private static final Duration LIMIT = Duration.ofSeconds(5);
    /** Whoever sends us messages does not get more connections of ours than this. */
    private static final int MAX_AT_ONCE = 8;

    private final Membership membership;
    private final AtomicInteger looking = new AtomicInteger();

    Asking(Membership membership) {
        this.membership = membership;
    }

    /** Completes within 5 s, never exceptionally; false also when the agent is not known or cannot be reached. */
    CompletionStage<Boolean> confirms(String asker, UUID request) {
        Optional<Member> agent = find(asker);
        if (agent.isEmpty() || looking.incrementAndGet() > MAX_AT_ONCE) {
            agent.ifPresent(found -> looking.decrementAndGet());
            return CompletableFuture.completedFuture(false);
        }
        try {
            return membership
                    .join(List.of(agent.get().address().toString()))
                    .handle((report, failure) -> report != null
                            && report.contacted() > 0
                            && find(asker)
                                    .flatMap(Asking::asks)
                                    .filter(request::equals)
                                    .isPresent())
                    .completeOnTimeout(false, LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                    .whenComplete((confirmed, failure) -> looking.decrementAndGet());
        } catch (RuntimeException | Error e) {
            looking.decrementAndGet();
            throw e;
        }
    }

    private static Optional<UUID> asks(Member agent) {
        return AgentTags.decode(agent.tags()).map(AgentTags::asks);
    }

    private Optional<Member> find(String name) {
        return membership.roster().members().stream()
                .filter(member ->
                        member.state().isAlive() && member.name().value().equals(name))
                .findFirst();
    }
}
