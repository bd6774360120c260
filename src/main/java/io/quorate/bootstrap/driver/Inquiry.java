package io.quorate.bootstrap.driver;

import io.quorate.bootstrap.Event;
import io.quorate.bootstrap.FoundingSettings;
import io.quorate.bootstrap.Peer;
import io.quorate.bootstrap.Standing;
import io.quorate.bootstrap.Testimony;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.ServerId;
import io.quorate.runtime.Chance;
import io.quorate.runtime.EventLoop;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks servers who they are and what they know of this one, each at the address that our own directory gives for its id. What
 * somebody merely said, in a message that he sent us, is looked into in this way before anything comes of it. Owned by the founding
 * loop.
 */
final class Inquiry {
    private static final Logger LOG = LoggerFactory.getLogger("io.quorate.founding");
    private static final int MAX_ASKED = 64;

    private final FoundingSettings settings;
    private final Steps steps;
    private final EventLoop loop;
    private final Places places;
    private boolean looking;
    private @Nullable Long lookedNanos;

    Inquiry(FoundingSettings settings, Steps steps, EventLoop loop, Places places) {
        this.places = places;
        this.settings = settings;
        this.steps = steps;
        this.loop = loop;
    }

    /**
     * Somebody said that this cluster takes this server in, or has replaced it: its members are asked, and what they say is decided
     * upon. One round at a time, and no more of them than there are rounds of questions anyway.
     */
    void lookInto(ClusterRef cluster) {
        loop.assertInside();
        long now = settings.ticker().nanos();
        Long last = lookedNanos;
        long sinceNanos = last == null ? Long.MAX_VALUE : now - last;
        boolean underway = looking && sinceNanos < 2 * settings.timing().ask().toNanos();
        if (underway || sinceNanos < settings.timing().round().toNanos() / 2 || !concerns(cluster)) {
            return;
        }
        looking = true;
        lookedNanos = now;
        List<ServerId> voters = settings.consensus().status().voters();
        ask(peer -> voters.isEmpty() || voters.contains(peer.id()), answers -> {
            looking = false;
            List<Testimony> testimonies = answers.values().stream()
                    .flatMap(a -> Optional.ofNullable(a.testimony()).stream())
                    .toList();
            LOG.atDebug()
                    .addKeyValue("cluster", cluster)
                    .addKeyValue("voters", voters)
                    .addKeyValue("testimonies", testimonies)
                    .log("looked into what was said");
            steps.handle(new Event.Inquired(cluster, voters, testimonies));
        });
    }

    private boolean concerns(ClusterRef cluster) {
        Standing standing = steps.state().standing();
        return standing instanceof Standing.Member member
                ? member.cluster().equals(cluster)
                : !(standing instanceof Standing.Pledged);
    }

    /** Ends with one answer of each of these servers that gave one under the id that it was asked by. */
    void ask(Predicate<Peer> whom, Consumer<Map<ServerId, Attestation>> ended) {
        Map<Endpoint, ServerId> asked = new LinkedHashMap<>();
        for (Peer peer : steps.state().peers().values()) {
            Endpoint address = peer.address();
            if (address != null
                    && peer.presence() != Peer.Presence.LEFT
                    && places.isHolder(peer)
                    && whom.test(peer)
                    && asked.size() < MAX_ASKED) {
                asked.put(address, peer.id());
            }
        }
        Map<ServerId, Attestation> answers = new HashMap<>();
        int[] left = {asked.size()};
        if (asked.isEmpty()) {
            ended.accept(answers);
        }
        asked.forEach((address, server) -> whenAsked(address, challenge(), null, answer -> {
            if (answer != null && answer.by().equals(server)) {
                answers.put(server, answer);
            }
            left[0]--;
            if (left[0] == 0) {
                ended.accept(answers);
            }
        }));
    }

    /**
     * Whether a server that our directory knows made that request for a removal itself.
     *
     * @return completes on the loop
     */
    CompletableFuture<Boolean> asksFor(ServerId removal, ServerId by, UUID request) {
        loop.assertInside();
        CompletableFuture<Boolean> confirmed = new CompletableFuture<>();
        // Also of one that has left by now: it asks for its own removal.
        Endpoint address =
                places.of(by, steps.state().peers().values()).map(Peer::address).orElse(null);
        if (address == null) {
            confirmed.complete(false);
        } else {
            whenAsked(
                    address,
                    challenge(),
                    request,
                    answer -> confirmed.complete(
                            answer != null && answer.by().equals(by) && removal.equals(answer.removing())));
        }
        return confirmed;
    }

    /** @param then told on the loop; of nothing when no answer came in time */
    void whenAsked(Endpoint address, UUID challenge, @Nullable UUID request, Consumer<@Nullable Attestation> then) {
        byte[] question = new Attestation.Question(steps.told().id(), challenge, request).encode();
        var unused = settings.rpc()
                .call(address, Attestation.METHOD, question, settings.timing().ask())
                .whenComplete((answer, failure) -> inside(() -> then.accept(read(address, answer))));
    }

    UUID challenge() {
        return Chance.uuid(settings.chance());
    }

    static @Nullable Attestation read(Endpoint address, byte @Nullable [] answer) {
        if (answer == null) {
            return null;
        }
        try {
            return Attestation.decode(answer);
        } catch (IOException e) {
            LOG.atWarn()
                    .addKeyValue("address", address)
                    .log("answered something that makes no sense: {}", e.getMessage());
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
}
