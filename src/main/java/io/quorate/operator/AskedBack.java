package io.quorate.operator;

import io.quorate.membership.AgentTags;
import io.quorate.membership.JoinReport;
import io.quorate.membership.Member;
import io.quorate.membership.MemberEvent;
import io.quorate.membership.Membership;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Whether an agent really asks for what a message says that it asks for. Anybody can send a message to the server port, so that agent
 * is looked up itself, on a connection of gossip that is opened to it: its tags carry the request that it has open. Safe for any
 * thread.
 */
final class AskedBack {
    /** An agent that has just come back under the name of another one is not known yet until that one has failed. */
    private static final Duration LIMIT = Duration.ofSeconds(10);
    /** Whoever sends us messages does not get more connections of ours than this. */
    private static final int MAX_AT_ONCE = 8;

    private static final int MAX_CONNECTIONS = 8;

    private final Membership membership;
    private final List<Look> looks = new CopyOnWriteArrayList<>();

    AskedBack(Membership membership) {
        this.membership = membership;
        membership.listen(this::changed);
    }

    /** Completes within 10 s, never exceptionally; false also when the agent is not known or cannot be reached. */
    CompletionStage<Boolean> confirms(PeerRemoval.Asker asker) {
        Look look = new Look(asker);
        if (looks.size() >= MAX_AT_ONCE || find(asker).isEmpty()) {
            return CompletableFuture.completedFuture(false);
        }
        looks.add(look);
        CompletionStage<Boolean> confirmed = look.result
                .completeOnTimeout(false, LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((yes, failure) -> looks.remove(look));
        look.connect();
        return confirmed;
    }

    private void changed(MemberEvent event) {
        for (Look look : looks) {
            if (event.member().name().value().equals(look.asker.node())) {
                look.connect();
            }
        }
    }

    /** Whoever bears its name: a record of the agent itself, or of the one that bore it before. */
    private Optional<Member> find(PeerRemoval.Asker asker) {
        return membership.roster().members().stream()
                .filter(member -> member.name().value().equals(asker.node()))
                .findFirst();
    }

    private final class Look {
        private final PeerRemoval.Asker asker;
        private final CompletableFuture<Boolean> result = new CompletableFuture<>();
        private final AtomicInteger connections = new AtomicInteger();

        Look(PeerRemoval.Asker asker) {
            this.asker = asker;
        }

        void connect() {
            Member agent = find(asker).orElse(null);
            if (agent == null || result.isDone() || connections.incrementAndGet() > MAX_CONNECTIONS) {
                return;
            }
            try {
                var unused = membership
                        .join(List.of(agent.address().toString()))
                        .whenComplete((report, failure) -> connected(report));
            } catch (RuntimeException | Error e) {
                result.complete(false);
                throw e;
            }
        }

        private void connected(@Nullable JoinReport report) {
            Member agent = find(asker).orElse(null);
            if (agent == null || !agent.id().toString().equals(asker.id())) {
                // Its name still belongs to somebody else here: it is looked at again when that changes.
                return;
            }
            AgentTags says = agent.agent();
            UUID shown = says == null ? null : says.asks();
            // It began to say so before it asked, and what it says now has just been taken in.
            result.complete(
                    report != null && report.contacted() > 0 && asker.request().equals(shown));
        }
    }
}
