package io.quorate.peers;

import io.quorate.bootstrap.FoundingSettings;
import io.quorate.bootstrap.Peer;
import io.quorate.bootstrap.Standing;
import io.quorate.bootstrap.State;
import io.quorate.bootstrap.Surroundings;
import io.quorate.bootstrap.Word;
import io.quorate.codec.Form;
import io.quorate.codec.KernelForms;
import io.quorate.codec.MalformedException;
import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.ServerId;
import io.quorate.peers.PeerSetRule.Contact;
import io.quorate.runtime.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a peer still answers anybody, as far as a leader can find out: raft's contact with it, gossip, its own word, a question at
 * every address where that id was ever seen, and what the other voters see. It is silent only while all of these agree, and a
 * majority of the voters, this one included, has looked. A sign of life from anywhere begins the silence anew.
 *
 * <p>Names play no part: an agent of another id says nothing about this one. Owned by the founding loop, but for {@link #answer}.
 */
final class Contacts {
    static final String METHOD = "sightings";

    private static final Logger LOG = LoggerFactory.getLogger(Contacts.class);
    private static final int VERSION = 2;
    /** Peers asked about at once; the others have their turn in a later round. */
    private static final int MAX_ASKED = 16;

    private static final Form<List<ServerId>> SOME = KernelForms.SERVER_ID.listOf(MAX_ASKED);
    private static final Form<Question> QUESTION = Form.<Question>of(
                    (question, out) ->
                            out.value(question.cluster, KernelForms.CLUSTER).value(question.about, SOME),
                    in -> new Question(in.value(KernelForms.CLUSTER), in.value(SOME)))
            .version(VERSION, "a question about sightings");
    private static final Form<List<ServerId>> SEEN = SOME.version(VERSION, "an answer about sightings");
    /** Questions of others that are being answered at once. */
    private static final int MAX_ANSWERING = 8;
    /** What another voter saw counts for so many rounds. */
    static final int FRESH_ROUNDS = 5;
    /** So many times the silence that lets its own name pass on, and any spare may take the place. */
    private static final int LOST_SILENCES = 6;

    private final FoundingSettings settings;
    private final EventLoop loop;
    private final Surroundings around;
    private final Map<ServerId, Silence> silences = new HashMap<>();
    private int voters;
    private int asking;
    private int answering;

    Contacts(FoundingSettings settings, Surroundings around) {
        this.settings = settings;
        this.around = around;
        loop = around.loop();
    }

    private static final class Silence {
        private long sinceNanos;
        /** A question at each of its addresses has ended without its answer. */
        private boolean asked;

        private long sightedNanos;
        private boolean sighted;
        /** When each other voter looked and did not see it. */
        private final Map<ServerId, Long> denials = new HashMap<>();

        private Silence(long nowNanos) {
            sinceNanos = nowNanos;
        }

        private void sighted(long nowNanos) {
            sinceNanos = nowNanos;
            sightedNanos = nowNanos;
            sighted = true;
            asked = false;
            denials.clear();
        }
    }

    /** When this server does not lead: what it knew as leader is old when it leads again. */
    void forget() {
        silences.clear();
    }

    /** @param words heard in the round that just ended */
    void look(RaftStatus raft, List<Word> words) {
        loop.assertInside();
        long now = settings.ticker().nanos();
        ServerId self = around.state().record().id();
        voters = raft.voters().size();
        Set<ServerId> peers = new LinkedHashSet<>(raft.voters());
        peers.addAll(raft.learners());
        peers.remove(self);
        silences.keySet().retainAll(peers);
        for (ServerId peer : peers) {
            boolean spoke = words.stream().anyMatch(w -> w.id().equals(peer));
            if (PeerSetRule.isReached(raft, peer) || spoke || isAlive(peer)) {
                silences.remove(peer);
            } else {
                silences.computeIfAbsent(peer, id -> new Silence(now));
            }
        }
        if (asking == 0 && !silences.isEmpty()) {
            List<ServerId> about =
                    silences.keySet().stream().sorted().limit(MAX_ASKED).toList();
            about.forEach(this::askItself);
            raft.voters().stream()
                    .filter(v -> !v.equals(self) && PeerSetRule.isReached(raft, v))
                    .forEach(v -> askAbout(raft, about, v));
        }
    }

    /** For a removal at this moment: a round that has not looked at who is gone since must not say that it answers. */
    Contact now(RaftStatus raft, ServerId peer) {
        boolean unseen = !silences.containsKey(peer) && !PeerSetRule.isReached(raft, peer) && !isAlive(peer);
        return unseen ? Contact.QUIET : of(raft, peer);
    }

    Contact of(RaftStatus raft, ServerId peer) {
        Silence silence = silences.get(peer);
        if (silence == null) {
            return PeerSetRule.isReached(raft, peer) ? Contact.REACHED : Contact.SEEN;
        }
        long now = settings.ticker().nanos();
        long fresh = settings.timing().round().toNanos() * FRESH_ROUNDS;
        if (silence.sighted && now - silence.sightedNanos < fresh) {
            return Contact.SEEN;
        }
        long looked = 1
                + silence.denials.entrySet().stream()
                        .filter(d -> raft.voters().contains(d.getKey()) && now - d.getValue() < fresh)
                        .count();
        Duration needed = settings.timing().silence();
        long age = now - silence.sinceNanos;
        if (!silence.asked || looked <= voters / 2 || age < needed.toNanos()) {
            return Contact.QUIET;
        }
        return age < needed.multipliedBy(LOST_SILENCES).toNanos() ? Contact.SILENT : Contact.LOST;
    }

    /** Who only claims that id does not hide its death. */
    private boolean isAlive(ServerId id) {
        return around.holder(id).filter(Peer::isAlive).isPresent();
    }

    /** Where that id was seen last, by gossip and by whoever connects to it: under whatever name. */
    private Set<Endpoint> places(ServerId id) {
        Set<Endpoint> places = new LinkedHashSet<>();
        for (Peer peer : around.state().peers().values()) {
            if (peer.id().equals(id) && peer.address() != null) {
                places.add(peer.address());
            }
        }
        settings.addresses().find(id).ifPresent(places::add);
        return places;
    }

    private void askItself(ServerId id) {
        asking++;
        var unused = answersAnywhere(id)
                .whenComplete((answers, failure) -> inside(() -> {
                    asking--;
                    Silence silence = silences.get(id);
                    if (silence != null && Boolean.TRUE.equals(answers)) {
                        silence.sighted(settings.ticker().nanos());
                    } else if (silence != null) {
                        silence.asked = true;
                    }
                }));
    }

    /** Whether the server of that id itself answers at any of its places. Never completes exceptionally. */
    private CompletableFuture<Boolean> answersAnywhere(ServerId id) {
        CompletableFuture<Boolean> answers = CompletableFuture.completedFuture(false);
        for (Endpoint place : places(id)) {
            CompletableFuture<Boolean> there = around.ask(place, id)
                    .handle((word, failure) -> word != null && word.id().equals(id));
            answers = answers.thenCombine(there, (one, other) -> one || other);
        }
        return answers;
    }

    private void askAbout(RaftStatus raft, List<ServerId> about, ServerId witness) {
        ClusterRef cluster = raft.cluster();
        Endpoint place = settings.addresses().find(witness).orElse(null);
        if (cluster == null || place == null) {
            return;
        }
        asking++;
        byte[] question = QUESTION.bytes(new Question(cluster, about));
        Duration limit = settings.timing().ask().multipliedBy(2);
        var unused = settings.rpc()
                .call(place, METHOD, question, limit)
                .whenComplete((answer, failure) -> inside(() -> {
                    asking--;
                    if (answer != null) {
                        heard(answer, about, witness);
                    }
                }));
    }

    private void heard(byte[] answer, List<ServerId> about, ServerId witness) {
        Set<ServerId> seen;
        try {
            seen = new HashSet<>(SEEN.of(answer));
        } catch (MalformedException e) {
            LOG.atWarn()
                    .addKeyValue("server", witness)
                    .log("answered something that is no sighting: {}", e.getMessage());
            return;
        }
        long now = settings.ticker().nanos();
        for (ServerId id : about) {
            Silence silence = silences.get(id);
            if (silence != null && seen.contains(id)) {
                silence.sighted(now);
            } else if (silence != null) {
                silence.denials.put(witness, now);
            }
        }
    }

    /** A leader asks which of some servers this one sees. For any thread. */
    CompletionStage<byte[]> answer(byte[] request) {
        Question question;
        try {
            question = QUESTION.of(request);
        } catch (MalformedException e) {
            return CompletableFuture.failedFuture(
                    new IllegalArgumentException("not a question about sightings: " + e.getMessage()));
        }
        return OnLoop.run(loop, () -> answer(question.cluster, question.about));
    }

    private record Question(ClusterRef cluster, List<ServerId> about) {}

    private CompletableFuture<byte[]> answer(ClusterRef cluster, List<ServerId> about) {
        State now = around.state();
        boolean ours = now.standing() instanceof Standing.Member member
                && member.cluster().equals(cluster);
        if (!ours || answering >= MAX_ANSWERING) {
            return CompletableFuture.failedFuture(
                    new IllegalStateException(ours ? "busy" : "this server is not of cluster " + cluster));
        }
        answering++;
        CompletableFuture<List<ServerId>> seen = CompletableFuture.completedFuture(new ArrayList<>());
        for (ServerId id : about) {
            boolean here = id.equals(now.record().id()) || isAlive(id);
            CompletableFuture<Boolean> sees = here ? CompletableFuture.completedFuture(true) : answersAnywhere(id);
            seen = seen.thenCombine(sees, (all, one) -> {
                if (one) {
                    all.add(id);
                }
                return all;
            });
        }
        CompletableFuture<byte[]> answer = seen.thenApply(SEEN::bytes);
        var unused = answer.whenComplete((bytes, failure) -> inside(() -> answering--));
        return answer;
    }

    private void inside(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.atDebug().log("the loop is closed, an answer is dropped");
        }
    }
}
