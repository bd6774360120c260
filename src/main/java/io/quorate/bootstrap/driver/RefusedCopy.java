package io.quorate.bootstrap.driver;

import io.quorate.bootstrap.FoundingSettings;
import io.quorate.bootstrap.Reasons;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.ReasonCode;
import io.quorate.kernel.ServerId;
import java.time.Duration;
import java.util.UUID;

/**
 * What a server that was refused as a copy says, as long as it runs: whether the one that it is a copy of still answers is asked from
 * time to time. Raft stays stopped whatever comes of it: this log may be the older one, and silence is no proof that the other is gone.
 * Owned by the founding loop.
 */
final class RefusedCopy {
    private static final Duration EVERY = Duration.ofSeconds(5);
    /** One question may get lost. */
    private static final int SILENT_AFTER = 2;

    private final FoundingSettings settings;
    private final Steps steps;
    private final Inquiry inquiry;
    private final ServerId self;
    private final UUID challenge;
    private final String where;
    private final Endpoint at;
    private long askedNanos;
    private boolean open;
    private int unanswered;

    /** @param where in words, who is there; {@code at} is the address of its server port */
    RefusedCopy(FoundingSettings settings, Steps steps, Inquiry inquiry, UUID challenge, String where, Endpoint at) {
        this.settings = settings;
        this.steps = steps;
        this.inquiry = inquiry;
        this.self = steps.told().id();
        this.challenge = challenge;
        this.where = where;
        this.at = at;
        askedNanos = settings.ticker().nanos();
    }

    void askIfDue() {
        long now = settings.ticker().nanos();
        if (open || now - askedNanos < EVERY.toNanos()) {
            return;
        }
        askedNanos = now;
        open = true;
        inquiry.whenAsked(at, challenge, null, answer -> {
            open = false;
            unanswered = answer != null && answer.by().equals(self) ? 0 : unanswered + 1;
            steps.restate(reason());
        });
    }

    /** As it is by now. */
    Reasons.Failure reason() {
        if (unanswered < SILENT_AFTER) {
            return new Reasons.Failure(
                    ReasonCode.DATA_LOST,
                    "server " + self + " already runs as " + where
                            + ": this data directory is a copy of its own, or came from a backup",
                    "stop this agent and move its data directory away: it joins again as a new server");
        }
        return new Reasons.Failure(
                ReasonCode.DATA_LOST,
                "server " + self + " ran as " + where
                        + " when this agent started and does not answer any more; this data directory is a copy of its"
                        + " own, or came from a backup, and may lack what was written since",
                "start that one again, with its own data; if its data is gone, stop this agent and move its data directory away:"
                        + " it joins again as a new server");
    }
}
