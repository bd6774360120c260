package io.quorate.answer;

import io.quorate.kernel.Endpoint;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Whom a question goes to, and how long that may take. Safe for any thread. */
final class Calls {
    /** How much longer than it may be held a call may take. */
    private static final Duration ANSWER_TIME = Duration.ofSeconds(5);

    private final AnswerParts parts;
    private volatile @Nullable Endpoint preferred;

    Calls(AnswerParts parts) {
        this.parts = parts;
    }

    /** Who could answer what is held: the leader, or on a client any server; absent when there is nobody. */
    @Nullable
    Object wanted() {
        if (parts.servers().isServer()) {
            return parts.servers().leader().orElse(null);
        }
        List<Endpoint> servers = parts.servers().servers();
        return servers.isEmpty() ? null : servers;
    }

    /** The server that worked last; it is left only when it fails. */
    Endpoint choose(List<Endpoint> servers) {
        Endpoint last = preferred;
        if (last != null && servers.contains(last)) {
            return last;
        }
        Endpoint next = servers.get(Math.floorMod(parts.spread(), servers.size()));
        preferred = next;
        return next;
    }

    void leave(Endpoint failed, List<Endpoint> servers) {
        if (failed.equals(preferred)) {
            preferred = servers.get((servers.indexOf(failed) + 1) % servers.size());
        }
    }

    /** @throws IllegalArgumentException when the question is larger than fits */
    CompletableFuture<byte[]> call(Endpoint to, Envelope.Forwarded question) {
        Duration timeout = question.hold().plus(question.terms().waitTime()).plus(ANSWER_TIME);
        return parts.rpc().call(to, Envelope.METHOD, Envelope.write(question), timeout);
    }
}
