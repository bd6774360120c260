package io.quorate.bootstrap.driver;

import io.quorate.bootstrap.FoundingRecord;
import io.quorate.bootstrap.FoundingSettings;
import io.quorate.bootstrap.Peer;
import io.quorate.bootstrap.Standing;
import io.quorate.bootstrap.State;
import io.quorate.bootstrap.Testimony;
import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.ServerId;
import io.quorate.runtime.Chance;
import io.quorate.runtime.EventLoop;
import java.io.IOException;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Says what this server is, to whoever asks. Owned by the founding loop, but for {@link #answer}. */
final class Attesting {
    private final FoundingSettings settings;
    private final Steps steps;
    private final EventLoop loop;
    private final Places places;
    private final UUID instance;
    private final Function<UUID, @Nullable ServerId> removals;

    /** @param removals which removal this server asked for in that request of its own, if it made it; asked on the loop */
    Attesting(
            FoundingSettings settings,
            Steps steps,
            EventLoop loop,
            Places places,
            Function<UUID, @Nullable ServerId> removals) {
        this.places = places;
        this.settings = settings;
        this.steps = steps;
        this.loop = loop;
        this.removals = removals;
        instance = Chance.uuid(settings.chance());
    }

    /** For any thread. Also while this server is starting or has stopped taking part: it says so. */
    CompletionStage<byte[]> answer(byte[] request) {
        Attestation.Question question;
        try {
            question = Attestation.Question.decode(request);
        } catch (IOException e) {
            return CompletableFuture.failedFuture(new IllegalArgumentException("not a question: " + e.getMessage()));
        }
        return loop.submit(() -> about(question).encode());
    }

    /** What it would answer to itself. */
    Attestation own() {
        return about(new Attestation.Question(steps.told().id(), instance, null));
    }

    private Attestation about(Attestation.Question question) {
        FoundingRecord told = steps.told();
        RaftStatus raft = settings.consensus().status();
        UUID request = question.request();
        return new Attestation(
                told.id(),
                instance,
                phase(told),
                told.starts(),
                told.standing() instanceof Standing.Member member ? member.cluster() : null,
                raft.voters(),
                raft.leader() != null,
                place(raft, question.asking()),
                seen(question.asking()),
                request == null ? null : removals.apply(request),
                FolderProof.of(told, question.challenge(), instance));
    }

    private Attestation.Phase phase(FoundingRecord told) {
        if (steps.failure() != null) {
            return Attestation.Phase.STOPPED;
        } else if (!(told.standing() instanceof Standing.Member)) {
            return Attestation.Phase.OUTSIDE;
        }
        return steps.isStarted() && steps.state().raft() != State.Raft.NONE
                ? Attestation.Phase.RUNNING
                : Attestation.Phase.STARTING;
    }

    private Testimony.Place place(RaftStatus raft, ServerId server) {
        // First: an expelled id is refused whatever list it still stands in.
        if (settings.committed().expelled().contains(server)) {
            return Testimony.Place.EXPELLED;
        } else if (raft.voters().contains(server)) {
            return Testimony.Place.VOTER;
        }
        return raft.learners().contains(server) ? Testimony.Place.LEARNER : Testimony.Place.NONE;
    }

    private @Nullable Endpoint seen(ServerId server) {
        return places.of(server, steps.state().peers().values())
                .filter(Peer::isAlive)
                .map(Peer::address)
                .orElse(null);
    }
}
