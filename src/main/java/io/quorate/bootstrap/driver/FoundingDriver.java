package io.quorate.bootstrap.driver;

import io.quorate.bootstrap.Effect;
import io.quorate.bootstrap.Event;
import io.quorate.bootstrap.FoundingCore;
import io.quorate.bootstrap.FoundingException;
import io.quorate.bootstrap.FoundingRecord;
import io.quorate.bootstrap.FoundingService;
import io.quorate.bootstrap.FoundingSettings;
import io.quorate.bootstrap.Fresh;
import io.quorate.bootstrap.Peer;
import io.quorate.bootstrap.PeerSet;
import io.quorate.bootstrap.Standing;
import io.quorate.bootstrap.State;
import io.quorate.bootstrap.Surroundings;
import io.quorate.bootstrap.Word;
import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.Plain;
import io.quorate.kernel.ServerId;
import io.quorate.membership.Membership;
import io.quorate.rpc.RpcHandler;
import io.quorate.runtime.Duty;
import io.quorate.runtime.EventLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Founding on one server: what happens around it is handed to the core, what the core wants done is done. It decides nothing, and the
 * times that founding goes by are the core's, too. One loop owns all state. {@link Steps} carries out what is decided,
 * {@link Conversation} speaks with the other servers.
 */
public final class FoundingDriver implements FoundingService {
    private static final Logger LOG = LoggerFactory.getLogger("io.quorate.founding");
    private static final Duration TICK = Duration.ofMillis(100);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

    private final FoundingSettings settings;
    private final FoundingCore core;
    private final List<Effect> prepared;
    private final EventLoop loop = new EventLoop(Duty.VITAL, "founding");
    private final Steps steps;
    private final Inquiry inquiry;
    private final Conversation conversation;
    private final Revival revival;
    private final Attesting attesting;
    private final Twins twins;
    private final Places places = new Places();
    private final Views views;
    private final Story story = new Story();

    private @Nullable Membership membership;
    private @Nullable PeerSet peerSet;
    private @Nullable Claims claims;
    private RaftStatus raft = RaftStatus.NONE;

    private FoundingDriver(
            FoundingSettings settings,
            FoundingCore core,
            RecordFile file,
            RaftLife life,
            State state,
            List<Effect> prepared) {
        this.settings = settings;
        this.core = core;
        this.prepared = prepared;
        steps = new Steps(core, file, life, loop, settings.ticker(), state, new Watcher());
        inquiry = new Inquiry(settings, steps, loop, places);
        conversation = new Conversation(settings, core, steps, loop, inquiry);
        attesting = new Attesting(settings, steps, loop, places, this::askedRemoval);
        twins = new Twins(settings, steps, attesting, inquiry);
        revival = new Revival(settings.disk(), settings.folder(), loop, steps::reviveRaft);
        views = new Views(settings.terms(), steps, settings.committed(), places);
    }

    public static FoundingService open(FoundingSettings settings) {
        RecordFile file = new RecordFile(settings.disk(), settings.folder());
        RaftLife life = new RaftLife(settings.consensus(), settings.disk(), settings.folder());
        FoundingCore core = new FoundingCore(settings.terms(), settings.timing(), Fresh.from(settings.chance()));
        Optional<FoundingRecord> stored = file.read();
        try {
            boolean member = stored.isPresent() && stored.get().standing() instanceof Standing.Member;
            FoundingCore.Step first = core.start(stored, life.look(member));
            List<Effect> prepared = Steps.prepare(first.effects(), file, life);
            return new FoundingDriver(settings, core, file, life, first.state(), prepared);
        } catch (IOException | IllegalStateException e) {
            throw new FoundingException(settings.folder() + " cannot be used: " + Plain.reason(e), e);
        }
    }

    @Override
    public View view() {
        return views.newest();
    }

    @Override
    public void listen(Consumer<View> listener) {
        views.listen(listener);
    }

    @Override
    public Map<String, RpcHandler> handlers() {
        return Map.of(
                Conversation.METHOD, conversation::answer,
                Attestation.METHOD, attesting::answer);
    }

    @Override
    public Surroundings surroundings() {
        return new Around(loop, steps, places, conversation, inquiry, () -> steps.handle(new Event.RoundWanted()));
    }

    private @Nullable ServerId askedRemoval(UUID request) {
        PeerSet peers = peerSet;
        return peers == null ? null : peers.asked(request);
    }

    @Override
    public void start(Membership members, PeerSet peers) {
        inside(() -> {
            membership = members;
            peerSet = peers;
            members.servers().remember(id -> settings.committed().names().get(id));
            places.follow(members.servers());
            claims = new Claims(
                    members.servers(),
                    settings.rpc(),
                    settings.chance(),
                    settings.ticker(),
                    settings.timing().ask());
            members.listen(event -> inside(this::readRoster));
            settings.consensus().listen(status -> inside(() -> raftIs(status)));
            readRoster();
            beginWhenAlone();
            var unused = loop.every(TICK, this::tick);
        });
    }

    /** Raft says nothing before it is known whether another process answers under this server's id: its log may be the newer one. */
    private void beginWhenAlone() {
        // Also who is only pledged: its copy would pledge, and start raft, under the same id.
        boolean bound = !(steps.state().standing() instanceof Standing.Blank);
        if (bound) {
            // Whom the joins have brought is in the roster by now, and on this loop a little later.
            readRoster();
            twins.ask();
        }
        if (steps.failure() != null) {
            views.publish(raft);
        } else if (bound && !twins.isOver(steps.state().joined())) {
            var unused = loop.after(LOOK_AGAIN, this::beginWhenAlone);
        } else {
            steps.begin(prepared);
        }
    }

    @Override
    public void joinsEnded() {
        inside(() -> steps.handle(new Event.JoinsEnded()));
    }

    private final class Watcher implements Steps.Watcher {
        @Override
        public void stepped(State before, State now) {
            story.changed(before.record(), now.record());
        }

        @Override
        public void askAll() {
            conversation.askAll(FoundingDriver.this::roundEnded);
        }

        @Override
        public void settled() {
            views.publish(raft);
        }
    }

    private void tick() {
        long now = settings.ticker().nanos();
        twins.watchTheOther();
        Claims asking = claims;
        if (asking != null) {
            asking.ask();
        }
        if (steps.isStarted()) {
            raftIs(settings.consensus().status());
            reviveIfNeeded(now);
            steps.letTimePass(conversation.isAsking());
            if (isMetElsewhere() || (!isBlank() && raft.leader() == null)) {
                twins.again();
            }
        }
        views.publish(raft);
        story.waiting(views.newest(), now, settings.timing().story().toNanos());
    }

    private void roundEnded(List<Word> answers) {
        if (steps.isBusy()) {
            // When the step under way has ended these answers may be old, and nobody proposes on old ones.
            steps.handle(new Event.RoundWanted());
            return;
        }
        steps.handle(new Event.RoundEnded(answers));
        PeerSet peers = peerSet;
        if (peers != null) {
            peers.roundEnded(steps.state(), answers);
        }
    }

    private void readRoster() {
        Membership members = membership;
        if (members == null) {
            return;
        }
        List<Peer> peers = Neighbours.in(members.roster(), settings.terms());
        places.follow(members.servers());
        if (!peers.equals(List.copyOf(steps.state().peers().values()))) {
            steps.handle(new Event.PeersChanged(peers));
        }
    }

    private void reviveIfNeeded(long now) {
        RaftStatus.Disk disk = raft.disk();
        boolean stopped = disk != null && disk.stopped();
        boolean needed = steps.failure() == null
                && steps.state().raft() == State.Raft.RUNNING
                && (stopped || steps.raftFailed() != null);
        revival.look(needed, disk != null && disk.underWay(), now);
    }

    /** Gossip names somebody else under this server's id. */
    private boolean isMetElsewhere() {
        State state = steps.state();
        return state.peers().values().stream()
                .anyMatch(p -> p.isAlive() && p.id().equals(state.record().id()));
    }

    private void raftIs(RaftStatus status) {
        raft = revival.described(status);
        if (steps.state().raft() != State.Raft.RUNNING || status.role() == RaftStatus.Role.NONE) {
            return;
        }
        Event.RaftKnows knows =
                new Event.RaftKnows(status.leader() != null, status.isLeader(), status.commitIndex() > 0);
        if (core.isNews(steps.state(), knows)) {
            steps.handle(knows);
        }
    }

    private boolean isBlank() {
        return steps.state().standing() instanceof Standing.Blank;
    }

    @Override
    public void close() {
        loop.close();
        revival.close();
        steps.close();
    }

    private void inside(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.atDebug().log("the founding loop is closed");
        }
    }
}
