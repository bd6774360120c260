package io.quorate.bootstrap.driver;

import io.quorate.kernel.ServerId;
import io.quorate.membership.ServerRoster;
import io.quorate.rpc.RpcCaller;
import io.quorate.runtime.Chance;
import io.quorate.runtime.Ticker;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks whoever claims a server id that stands for nobody now whether it is that server, on a connection that this agent opens:
 * {@link ServerRoster} believes it then. Each is asked again while it does not answer, the one that waits longest first. Safe for any thread.
 */
public final class Claims {
    private static final Logger LOG = LoggerFactory.getLogger("io.quorate.founding");
    /** Whoever spreads claims does not get more connections of ours than this. */
    private static final int MAX_AT_ONCE = 16;

    private final ServerRoster servers;
    private final RpcCaller rpc;
    private final RandomGenerator chance;
    private final Ticker ticker;
    private final Duration limit;
    private final Set<ServerRoster.Claim> open = new HashSet<>();
    private final Map<ServerRoster.Claim, Long> askedNanos = new HashMap<>();

    /** @param limit of a question, and how long one that did not answer is left alone */
    public Claims(ServerRoster servers, RpcCaller rpc, RandomGenerator chance, Ticker ticker, Duration limit) {
        this.servers = servers;
        this.rpc = rpc;
        this.chance = chance;
        this.ticker = ticker;
        this.limit = limit;
    }

    /** Called now and again; returns at once. */
    public void ask() {
        for (ServerRoster.Claim claim : due(servers.questions())) {
            byte[] question =
                    new Attestation.Question(new ServerId(Chance.uuid(chance)), Chance.uuid(chance), null).encode();
            var unused = rpc.call(claim.at(), Attestation.METHOD, question, limit)
                    .whenComplete((answer, failure) -> answered(claim, answer));
        }
    }

    private synchronized List<ServerRoster.Claim> due(List<ServerRoster.Claim> questions) {
        long now = ticker.nanos();
        askedNanos.keySet().retainAll(questions);
        List<ServerRoster.Claim> due = questions.stream()
                .filter(claim -> !open.contains(claim))
                .filter(claim -> !askedNanos.containsKey(claim) || now - askedNanos.get(claim) >= limit.toNanos())
                .sorted(Comparator.comparing((ServerRoster.Claim claim) ->
                                askedNanos.containsKey(claim) ? now - askedNanos.get(claim) : Long.MAX_VALUE)
                        .reversed())
                .limit(MAX_AT_ONCE - open.size())
                .toList();
        open.addAll(due);
        due.forEach(claim -> askedNanos.put(claim, now));
        return due;
    }

    private void answered(ServerRoster.Claim claim, byte @Nullable [] answer) {
        synchronized (this) {
            open.remove(claim);
        }
        Attestation there = answer == null ? null : Inquiry.read(claim.at(), answer);
        if (there != null && there.by().equals(claim.id())) {
            LOG.atInfo()
                    .addKeyValue("server", claim.by())
                    .addKeyValue("id", claim.id())
                    .addKeyValue("address", claim.at())
                    .log("a server is known by another member now: it answered under its id");
            servers.proven(claim);
        }
    }
}
