package io.quorate.peers;

import io.quorate.bootstrap.FoundingSettings;
import io.quorate.bootstrap.PeerSet;
import io.quorate.bootstrap.State;
import io.quorate.bootstrap.Surroundings;
import io.quorate.bootstrap.Word;
import io.quorate.kernel.ServerId;
import io.quorate.rpc.RpcHandler;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The peer set on one server: while it leads it takes servers in, lets them vote, replaces and removes them, and it finds the way out
 * for itself. All work is done on founding's loop and ends with it; safe for any thread but for what {@link PeerSet} says.
 */
public final class PeerSetService implements PeerSet, Leavers {
    private static final int REMOVAL_LIMIT_S = 30;

    private final FoundingSettings settings;
    private final Surroundings around;
    private final Contacts contacts;
    private final Removals removals;
    private final PeerKeeper keeper;
    private final Leaving leaving;

    public PeerSetService(FoundingSettings settings, Surroundings around) {
        this.settings = settings;
        this.around = around;
        contacts = new Contacts(settings, around);
        removals = new Removals(settings, around, contacts);
        keeper = new PeerKeeper(settings, around, contacts);
        leaving = new Leaving(settings, around, keeper);
    }

    /** Methods for the server port: register them before founding starts. */
    public Map<String, RpcHandler> handlers() {
        return Map.of(Contacts.METHOD, contacts::answer);
    }

    /** How another server that leads is asked from now on: said once, at start. Until then a leave waits for it. */
    public void reaching(AskedLeader leader) {
        leaving.reaching(leader);
    }

    @Override
    public void roundEnded(State state, List<Word> words) {
        keeper.keep(state, words);
    }

    @Override
    public @Nullable ServerId asked(UUID request) {
        return leaving.asked(request);
    }

    @Override
    public Map<ServerId, Duration> leaving() {
        return settings.consensus().status().isLeader() ? keeper.leftAlone() : Map.of();
    }

    /**
     * Takes this server out of the configuration, wherever the leader is. Say {@link io.quorate.membership.Membership#beginLeave} first:
     * a leader takes in whoever is alive and not leaving. Completes at once when it is in none. Exceptionally, with a text for people,
     * when it is the last voter or there is no leader.
     */
    public CompletableFuture<@Nullable Void> leave() {
        return leaving.leave();
    }

    /**
     * On the leader: another server asks to be taken out. It is asked back first. Completes within 10 s, exceptionally with
     * {@link RemovalRefusedException}, {@link io.quorate.consensus.NotCommittedException}, or, when it is not known what came of it, with
     * anything else.
     */
    public CompletableFuture<@Nullable Void> remove(LeaveRequest request) {
        return leaving.asked(request);
    }

    /**
     * On the leader: takes a voter or learner out by hand. A server that still runs stays outside until it is started again.
     * Completes within 30 s, exceptionally with {@link RemovalRefusedException}, {@link io.quorate.consensus.NotCommittedException},
     * or, when it is not known what came of it, with anything else.
     */
    public CompletableFuture<@Nullable Void> removePeer(ServerId peer, Removal how) {
        return OnLoop.run(around.loop(), () -> removals.remove(peer, how)).orTimeout(REMOVAL_LIMIT_S, TimeUnit.SECONDS);
    }

    /** When this server leads: hands leadership to the live voter with the longest log. Completes within 5 s, whatever came of it. */
    public CompletableFuture<@Nullable Void> handOverLeadership() {
        return leaving.handOver();
    }
}
