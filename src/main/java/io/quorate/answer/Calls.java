package io.quorate.answer;

import io.quorate.kernel.Endpoint;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Whom a question goes to, and how long that may take. Safe for any thread. */
final class Calls {
    /** A server says within half of it that a piece is not there yet. */
    private static final Duration FRAME_TIME = OpenStreams.Limits.DEFAULT.soon().multipliedBy(2);

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

    /** Whether a question that is asked there would be asked of somebody else by now. */
    boolean isElsewhere(Endpoint asked, Operation<?, ?> operation) {
        Placement servers = parts.servers();
        if (servers.isServer()) {
            return servers.isLeader()
                    || servers.leader().filter(leader -> !leader.equals(asked)).isPresent();
        }
        List<Endpoint> present = servers.servers(operation.level());
        return !present.isEmpty() && !present.contains(asked);
    }

    /** @throws IllegalArgumentException when the question is larger than fits */
    CompletableFuture<byte[]> call(Endpoint to, Envelope.Forwarded question, Operation<?, ?> operation) {
        Terms terms = question.terms();
        // What any server answers by itself is not held for a leader.
        Duration held = operation.place() == Operation.Place.SERVER ? Duration.ZERO : question.hold();
        Duration timeout =
                held.plus(terms.waitTime()).plus(terms.patience().answer()).plus(operation.takes());
        return parts.rpc().call(to, Envelope.METHOD, Envelope.write(question), timeout);
    }

    /** What a reader wants of a stream that is held there. */
    CompletableFuture<byte[]> frame(Endpoint at, byte[] wanted) {
        return parts.rpc().call(at, StreamFrame.METHOD, wanted, FRAME_TIME);
    }
}
