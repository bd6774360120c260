package io.quorate.bootstrap.driver;

import io.quorate.bootstrap.Peer;
import io.quorate.bootstrap.Word;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.Plain;
import io.quorate.rpc.RpcCaller;
import io.quorate.runtime.EventLoop;
import io.quorate.runtime.Timers;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks every known server for its word, one round at a time, a bounded number of questions at once. A server that does not answer
 * within the time of a question is silent in that round. Owned by the founding loop.
 */
final class Rounds {
    private static final Logger LOG = LoggerFactory.getLogger(Rounds.class);
    /** Servers are few; whoever announces more of them does not get more than this of our sockets. */
    private static final int MAX_AT_ONCE = 16;

    static final int MAX_PEERS = 256;

    private final RpcCaller rpc;
    private final EventLoop loop;
    private final Duration timeout;
    private final BiConsumer<Peer, Word> heard;
    private final Set<NodeName> asking = new HashSet<>();
    private @Nullable Round current;

    /** @param heard told of each answer, with the peer that was asked: the one that answers at its address may be another */
    Rounds(RpcCaller rpc, EventLoop loop, Duration timeout, BiConsumer<Peer, Word> heard) {
        this.rpc = rpc;
        this.loop = loop;
        this.timeout = timeout;
        this.heard = heard;
    }

    boolean isRunning() {
        return current != null;
    }

    /** Ends with all answers, also when there was nobody to ask. */
    void begin(List<Peer> peers, Function<Peer, byte[]> question, Consumer<List<Word>> ended) {
        loop.assertInside();
        Round round = new Round(question, ended);
        peers.stream()
                .filter(p -> p.address() != null && p.presence() != Peer.Presence.LEFT)
                .limit(MAX_PEERS)
                .forEach(round.waiting::add);
        current = round;
        round.next();
    }

    /** One question outside of any round; its answer is heard like all others. */
    void ask(Peer peer, byte[] question) {
        if (peer.address() == null) {
            return;
        }
        var unused = rpc.call(peer.address(), Conversation.METHOD, question, timeout)
                .whenComplete((answer, failure) -> inside(() -> read(peer, answer, failure)));
    }

    /** Likewise, but one at a time of each server: whoever makes us ask cannot make us ask more often than it answers. */
    void askBack(Peer peer, byte[] question) {
        if (peer.address() == null || asking.size() >= MAX_AT_ONCE || !asking.add(peer.name())) {
            return;
        }
        var unused = rpc.call(peer.address(), Conversation.METHOD, question, timeout)
                .whenComplete((answer, failure) -> inside(() -> {
                    asking.remove(peer.name());
                    read(peer, answer, failure);
                }));
    }

    private @Nullable Word read(Peer peer, byte @Nullable [] answer, @Nullable Throwable failure) {
        if (answer == null) {
            LOG.atDebug()
                    .addKeyValue("server", peer.name())
                    .addKeyValue("address", peer.address())
                    .log("silent: {}", failure == null ? "" : Plain.reason(failure));
            return null;
        }
        try {
            Word word = Message.decodeWord(answer);
            if (!word.id().equals(peer.id()) && !word.name().equals(peer.name())) {
                LOG.atDebug()
                        .addKeyValue("server", peer.name())
                        .addKeyValue("answered", word.name())
                        .log("another server answers at that address: not heard");
                return null;
            }
            heard.accept(peer, word);
            return word;
        } catch (IOException e) {
            LOG.atWarn()
                    .addKeyValue("server", peer.name())
                    .addKeyValue("address", peer.address())
                    .log("answered something that is not a word of founding: {}", e.getMessage());
            return null;
        }
    }

    private void inside(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.atDebug().log("the loop is closed, an answer is dropped");
        }
    }

    private final class Round {
        private final Function<Peer, byte[]> question;
        private final Consumer<List<Word>> ended;
        private final Queue<Peer> waiting = new ArrayDeque<>();
        private final List<Word> answers = new ArrayList<>();
        /** Each question ends by its own limit; should an end get lost, this ends the round. */
        private final Timers.Timer late;

        private int asking;

        Round(Function<Peer, byte[]> question, Consumer<List<Word>> ended) {
            this.question = question;
            this.ended = ended;
            late = loop.after(timeout.multipliedBy(MAX_PEERS / MAX_AT_ONCE + 2), this::abandon);
        }

        void next() {
            try {
                askAsMayBe();
            } catch (RuntimeException | Error e) {
                abandon();
                throw e;
            }
            if (asking == 0 && current == this) {
                abandon();
                ended.accept(List.copyOf(answers));
            }
        }

        private void askAsMayBe() {
            while (asking < MAX_AT_ONCE && !waiting.isEmpty()) {
                Peer peer = waiting.remove();
                if (peer.address() != null) {
                    asking++;
                    var unused = rpc.call(peer.address(), Conversation.METHOD, question.apply(peer), timeout)
                            .whenComplete((answer, failure) -> inside(() -> answered(peer, answer, failure)));
                }
            }
        }

        /** The next round may begin; what still comes in is heard, and ends nothing any more. */
        private void abandon() {
            late.cancel();
            if (current == this) {
                current = null;
            }
        }

        private void answered(Peer peer, byte @Nullable [] answer, @Nullable Throwable failure) {
            asking--;
            try {
                Word word = read(peer, answer, failure);
                if (word != null) {
                    answers.add(word);
                }
            } finally {
                // A round that does not end is the last one.
                next();
            }
        }
    }
}
