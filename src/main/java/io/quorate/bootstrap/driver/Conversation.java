package io.quorate.bootstrap.driver;

import io.quorate.bootstrap.Charter;
import io.quorate.bootstrap.Event;
import io.quorate.bootstrap.FoundingCore;
import io.quorate.bootstrap.FoundingRecord;
import io.quorate.bootstrap.FoundingSettings;
import io.quorate.bootstrap.Peer;
import io.quorate.bootstrap.Reasons;
import io.quorate.bootstrap.Standing;
import io.quorate.bootstrap.Word;
import io.quorate.kernel.ClusterId;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.ServerId;
import io.quorate.runtime.EventLoop;
import java.io.IOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What servers say to each other over the server port: this one's questions, and its answers to theirs. Says only what
 * {@link Steps#told()} allows. Owned by the founding loop, but for {@link #answer}.
 */
final class Conversation {
    static final String METHOD = "founding";
    private static final long UNANSWERED_S = 30;

    private final FoundingSettings settings;
    private final FoundingCore core;
    private final Steps steps;
    private final EventLoop loop;
    private final Rounds rounds;
    /** Who answered last, by the peer that was asked: gossip is slower when a server comes back as a new one. */
    private final Map<Peer, ServerId> answered = new HashMap<>();

    private final Inquiry inquiry;

    Conversation(FoundingSettings settings, FoundingCore core, Steps steps, EventLoop loop, Inquiry inquiry) {
        this.settings = settings;
        this.core = core;
        this.steps = steps;
        this.loop = loop;
        this.inquiry = inquiry;
        rounds = new Rounds(settings.rpc(), loop, settings.timing().ask(), this::heard);
    }

    boolean isAsking() {
        return rounds.isRunning();
    }

    /** Asks every known server; ends with the words of those that answered. */
    void askAll(Consumer<List<Word>> ended) {
        answered.keySet().retainAll(steps.state().peers().values());
        rounds.begin(
                List.copyOf(steps.state().peers().values()),
                peer -> message(Message.Purpose.ASK, idOf(peer), null).encode(),
                ended);
    }

    /** As the leader of this server's cluster. */
    void tell(Message.Purpose purpose, Word server) {
        ClusterRef cluster = settings.consensus().status().cluster();
        // The one that said so first of all: of several that claim an id the others did not.
        Optional<Peer> peer = steps.state().peers().values().stream()
                .filter(p -> idOf(p).equals(server.id()))
                .max(Comparator.comparing(p -> p.name().equals(server.name())));
        if (peer.isPresent() && cluster != null) {
            rounds.ask(peer.get(), message(purpose, server.id(), cluster).encode());
        }
    }

    /** Asks whoever answers there, meaning that server; exceptionally when nobody does. What is said is not taken in. */
    CompletableFuture<Word> ask(Endpoint place, ServerId server) {
        byte[] question = message(Message.Purpose.ASK, server, null).encode();
        return settings.rpc()
                .call(place, METHOD, question, settings.timing().ask())
                .thenApply(answer -> {
                    try {
                        return Message.decodeWord(answer);
                    } catch (IOException e) {
                        throw new IllegalArgumentException("not a word of founding: " + e.getMessage(), e);
                    }
                });
    }

    private ServerId idOf(Peer peer) {
        return answered.getOrDefault(peer, peer.id());
    }

    private Message message(Message.Purpose purpose, ServerId target, @Nullable ClusterRef cluster) {
        FoundingRecord told = steps.told();
        Charter charter = told.standing().charter();
        ClusterRef formerly = told.standing() instanceof Standing.Blank blank ? blank.formerly() : null;
        ClusterId about = charter != null ? charter.id() : formerly != null ? formerly.id() : null;
        return new Message(purpose, word(null), target, about, cluster);
    }

    private Word word(@Nullable ClusterId about) {
        return core.word(steps.state(), steps.told(), about);
    }

    private void heard(Peer asked, Word word) {
        if (asked.equals(steps.state().peers().get(asked.name()))) {
            answered.put(asked, word.id());
        }
        boolean known = word.equals(steps.state().heard().get(word.name()));
        if (!known || !(steps.state().standing() instanceof Standing.Member)) {
            steps.handle(new Event.Heard(word, asked.id()));
        }
    }

    /** For any thread. */
    CompletionStage<byte[]> answer(byte[] request) {
        Message message;
        try {
            message = Message.decode(request);
        } catch (IOException e) {
            return CompletableFuture.failedFuture(
                    new IllegalArgumentException("not a message of founding: " + e.getMessage()));
        }
        if (!message.sender().datacenter().equals(settings.terms().datacenter())) {
            return CompletableFuture.failedFuture(new IllegalArgumentException(
                    "this server is in datacenter " + settings.terms().datacenter()));
        }
        CompletableFuture<byte[]> answer = new CompletableFuture<>();
        try {
            loop.execute(() -> answer(message, answer));
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(new IllegalStateException("stopping"));
        }
        // Whoever asks has given up long before: this is for a question that this server, having failed, will never
        // answer.
        return answer.orTimeout(UNANSWERED_S, TimeUnit.SECONDS);
    }

    private void answer(Message message, CompletableFuture<byte[]> answer) {
        Reasons.Failure before = steps.failure();
        if (before == null && !steps.isStarted()) {
            answer.completeExceptionally(new IllegalStateException("starting"));
            return;
        }
        Steps.Asker reply = failure -> {
            if (failure == null) {
                answer.complete(Message.encode(word(message.about())));
            } else {
                answer.completeExceptionally(new IllegalStateException("this server failed: " + failure.message()));
            }
        };
        if (before != null) {
            reply.answer(before);
        } else if (steps.isBusy()) {
            // What may be told already is on disk: waiting for a raft node to start would make others wait as well.
            reply.answer(null);
        } else {
            steps.handle(new Event.Asked(message.sender()), reply);
        }
        lookInto(message);
    }

    /** Anybody can send us anything, so what a message says is never acted upon. It is a reason to ask: those whom we know. */
    private void lookInto(Message message) {
        Word said = message.sender();
        ClusterRef cluster = message.cluster();
        if (cluster != null) {
            boolean mine = message.target().equals(steps.state().record().id());
            if (mine && cluster.equals(said.cluster())) {
                inquiry.lookInto(cluster);
            }
            return;
        }
        Peer peer = steps.state().peers().get(said.name());
        if (peer != null && core.isNews(steps.state(), said)) {
            rounds.askBack(peer, message(Message.Purpose.ASK, idOf(peer), null).encode());
        }
    }
}
