package io.quorate.consensus.jraft;

import io.quorate.codec.MalformedException;
import io.quorate.kernel.ServerId;
import io.quorate.runtime.Ticker;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whose requests raft gets to see: {@link SenderRule} with what the node knows now, and the questions that it wants asked. Answers for
 * this server what others ask about its own requests. Safe for any thread.
 */
final class Senders {
    private static final Logger LOG = LoggerFactory.getLogger(Senders.class);
    private static final long LOG_EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Supplier<@Nullable GroupView> view;
    private final Confirmations confirmations;
    private final Ticker ticker;
    private final LongAdder refused = new LongAdder();
    private final AtomicLong nextLog;
    private volatile @Nullable Leader leader;
    private volatile @Nullable Standing last;

    /** One whose entries passed: it sends thousands more, which take no lock here. */
    private record Leader(Standing group, ServerId server, long term) {}

    Senders(Supplier<@Nullable GroupView> view, Confirmations confirmations, Ticker ticker) {
        this.view = view;
        this.confirmations = confirmations;
        this.ticker = ticker;
        nextLog = new AtomicLong(ticker.nanos());
    }

    /** Requests that raft did not see because of their sender, since the agent's start. */
    long refused() {
        return refused.sum();
    }

    /** As another server asked; the last group answers also after it stopped, since it may have told somebody to stand. */
    CompletableFuture<byte[]> answer(byte[] question) {
        GroupView present = view.get();
        Standing asked = present == null ? last : present.standing();
        try {
            Standing.Question decoded = Standing.Question.decode(question);
            return CompletableFuture.completedFuture(Confirmations.answer(asked != null && asked.confirms(decoded)));
        } catch (MalformedException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    SenderRule.Verdict judge(Claim claim) {
        GroupView present = view.get();
        if (present == null) {
            return SenderRule.Verdict.WAIT;
        }
        Standing standing = present.standing();
        last = standing;
        if (!standing.isFor(claim)) {
            // SOFAJRaft knows no such node.
            return SenderRule.Verdict.PASS;
        }
        ServerId sender = claim.sender();
        Leader claimed =
                claim.kind() == Claim.Kind.LEAD && sender != null ? new Leader(standing, sender, claim.term()) : null;
        if (claimed != null && claim.term() == standing.term() && claimed.equals(leader)) {
            present.heard(claimed.server());
            return SenderRule.Verdict.PASS;
        }
        SenderRule.Verdict verdict =
                present.senders().map(rule -> rule.of(claim)).orElse(SenderRule.Verdict.WAIT);
        if (verdict == SenderRule.Verdict.ASK && confirmations.isConfirmed(known(claim), standing.question(claim))) {
            verdict = SenderRule.Verdict.PASS;
        }
        if (verdict == SenderRule.Verdict.PASS && claimed != null && claim.term() >= standing.term()) {
            leader = claimed;
            present.heard(claimed.server());
        }
        return verdict;
    }

    /** Whether the sender says that it sent it. */
    CompletableFuture<Boolean> ask(Claim claim) {
        GroupView present = view.get();
        return present == null
                ? CompletableFuture.completedFuture(false)
                : confirmations.ask(known(claim), present.standing().question(claim));
    }

    /** @param from the address that it came from; once a minute the log tells one */
    void refused(Claim claim, String from, String why) {
        refused.increment();
        long now = ticker.nanos();
        long due = nextLog.get();
        if (now - due >= 0 && nextLog.compareAndSet(due, now + LOG_EVERY_NANOS)) {
            LOG.atWarn()
                    .addKeyValue("address", from)
                    .addKeyValue(
                            "server",
                            Optional.ofNullable(claim.sender())
                                    .map(ServerId::toString)
                                    .orElse("-"))
                    .addKeyValue("term", claim.term())
                    .addKeyValue("refused", refused.sum())
                    .log(
                            "a raft request was refused: {}. If no server of this cluster is at that address, keep it from the server port",
                            why);
        }
    }

    private static ServerId known(Claim claim) {
        return Objects.requireNonNull(claim.sender(), "refused before");
    }
}
