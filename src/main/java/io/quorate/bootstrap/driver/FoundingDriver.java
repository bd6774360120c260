package io.quorate.bootstrap.driver;

import io.quorate.bootstrap.Charter;
import io.quorate.bootstrap.Effect;
import io.quorate.bootstrap.Event;
import io.quorate.bootstrap.Founder;
import io.quorate.bootstrap.FoundingCore;
import io.quorate.bootstrap.FoundingException;
import io.quorate.bootstrap.FoundingRecord;
import io.quorate.bootstrap.FoundingService;
import io.quorate.bootstrap.FoundingSettings;
import io.quorate.bootstrap.Fresh;
import io.quorate.bootstrap.Peer;
import io.quorate.bootstrap.Reasons;
import io.quorate.bootstrap.Standing;
import io.quorate.bootstrap.State;
import io.quorate.bootstrap.Why;
import io.quorate.bootstrap.Word;
import io.quorate.consensus.Consensus;
import io.quorate.consensus.ConsensusException;
import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.ClusterId;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.ServerId;
import io.quorate.membership.AgentTags;
import io.quorate.membership.Member;
import io.quorate.membership.MemberState;
import io.quorate.membership.Membership;
import io.quorate.rpc.RpcHandler;
import io.quorate.runtime.EventLoop;
import io.quorate.runtime.Threads;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out what {@link FoundingCore} decides. One loop owns all state; what blocks runs on one worker, and meanwhile events wait,
 * but for questions: they are answered with what may be told already.
 */
public final class FoundingDriver implements FoundingService {
    static final String METHOD = "founding";
    static final String LEAVE_METHOD = "membership";
    private static final Logger LOG = LoggerFactory.getLogger("io.quorate.founding");
    private static final int MAX_WAITING = 1000;
    /** A follower in peace asks seldom: only what it shows depends on it. */
    private static final int PEACEFUL_ROUNDS = 10;

    private static final Duration HAND_OVER_LIMIT = Duration.ofSeconds(5);
    private static final Duration LEAVE_LIMIT = Duration.ofSeconds(10);
    private static final Duration TICK = Duration.ofMillis(100);

    private final FoundingSettings settings;
    private final FoundingCore core;
    private final Reasons reasons;
    private final RecordFile file;
    private final RaftFolder folder;
    private final EventLoop loop = new EventLoop("founding");
    private final ExecutorService worker = Threads.pool("founding-worker", 1, 64);
    private final Rounds rounds;
    private final PeerKeeper keeper;
    private final Story story = new Story();
    private final List<Consumer<View>> listeners = new CopyOnWriteArrayList<>();
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private final List<Runnable> unanswered = new ArrayList<>();

    private State state;
    private FoundingRecord told;
    private List<Effect> deferred;
    private boolean busy;
    private boolean draining;
    private Reasons.@Nullable Failure failure;
    private @Nullable Membership membership;
    private RaftStatus raft = RaftStatus.NONE;
    private List<Founder> candidates = List.of();
    private long candidatesNanos;
    private long releaseNanos;
    private @Nullable ClusterId releaseOf;
    private long roundNanos;
    private boolean roundWanted = true;
    private volatile View view;

    private record Waiting(Event event, @Nullable Runnable told) {}

    private FoundingDriver(
            FoundingSettings settings,
            FoundingCore core,
            RecordFile file,
            RaftFolder folder,
            State state,
            List<Effect> deferred) {
        this.settings = settings;
        this.core = core;
        this.file = file;
        this.folder = folder;
        this.state = state;
        this.told = state.record();
        this.deferred = deferred;
        reasons = new Reasons(settings.terms());
        rounds = new Rounds(settings.rpc(), loop, settings.timing().ask(), this::heard);
        keeper = new PeerKeeper(settings, loop, this::tell);
        view = look();
    }

    public static FoundingService open(FoundingSettings settings) {
        RecordFile file = new RecordFile(settings.folder());
        RaftFolder folder = new RaftFolder(settings.folder());
        FoundingCore core = new FoundingCore(settings.terms(), Fresh.from(settings.chance()));
        Optional<FoundingRecord> stored = file.read();
        try {
            // Raft looks for itself whether a member's log lacks something, when it starts on it.
            boolean member = stored.isPresent() && stored.get().standing() instanceof Standing.Member;
            FoundingCore.Step first = core.start(stored, folder.look(member ? null : settings.consensus()));
            List<Effect> deferred = new ArrayList<>();
            for (Effect effect : first.effects()) {
                if (effect instanceof Effect.StartRaft || !deferred.isEmpty()) {
                    deferred.add(effect);
                } else if (effect instanceof Effect.Persist persist) {
                    file.write(persist.record());
                } else {
                    block(effect, settings, folder);
                }
            }
            return new FoundingDriver(settings, core, file, folder, first.state(), deferred);
        } catch (IOException | IllegalStateException e) {
            throw new FoundingException(settings.folder() + " cannot be used: " + e.getMessage(), e);
        }
    }

    @Override
    public View view() {
        return view;
    }

    @Override
    public void listen(Consumer<View> listener) {
        listeners.add(listener);
    }

    @Override
    public Map<String, RpcHandler> handlers() {
        return Map.of(METHOD, this::answer, LEAVE_METHOD, this::answerLeave);
    }

    @Override
    public void start(Membership members) {
        inside(() -> {
            membership = members;
            long now = settings.ticker().nanos();
            candidatesNanos = now;
            releaseNanos = now;
            roundNanos = now - settings.timing().round().toNanos();
            members.listen(event -> inside(this::readRoster));
            settings.consensus().listen(status -> inside(() -> raftIs(status)));
            busy = true;
            List<Effect> effects = deferred;
            deferred = List.of();
            perform(effects, 0);
            readRoster();
            var unused = loop.every(TICK, this::tick);
        });
    }

    @Override
    public void joinsEnded() {
        inside(() -> {
            handle(new Event.JoinsEnded(), null);
            roundWanted = true;
        });
    }

    private void tick() {
        long now = settings.ticker().nanos();
        raftIs(settings.consensus().status());
        releaseIfDue(now);
        boolean peaceful = raft.leader() != null && !raft.isLeader() && isLed();
        long every = settings.timing().round().toNanos() * (peaceful ? PEACEFUL_ROUNDS : 1);
        boolean settled = !candidates.isEmpty()
                && now - candidatesNanos >= settings.timing().margin().toNanos();
        boolean due = now - roundNanos >= every || roundWanted || (settled && isBlank());
        // Wanted or not: never more than a few rounds a second, whatever happens around us.
        if (due && !rounds.isRunning() && now - roundNanos >= TICK.toNanos()) {
            round();
        }
        publish();
        story.waiting(view, now, settings.timing().story().toNanos());
    }

    private void round() {
        roundWanted = false;
        roundNanos = settings.ticker().nanos();
        rounds.begin(
                List.copyOf(state.peers().values()),
                peer -> message(Message.Purpose.ASK, idOf(peer), null).encode(),
                this::roundEnded);
    }

    private void roundEnded(List<Word> answers) {
        handle(new Event.RoundEnded(answers, false), null);
        if (busy || failure != null) {
            return;
        }
        List<Founder> now = core.candidates(state);
        long nanos = settings.ticker().nanos();
        if (!now.equals(candidates)) {
            candidates = now;
            candidatesNanos = nanos;
        }
        if (!now.isEmpty()
                && nanos - candidatesNanos >= settings.timing().margin().toNanos()) {
            candidates = List.of();
            handle(new Event.RoundEnded(answers, true), null);
        }
        keeper.keep(state, answers);
    }

    /** The last word of that server names it better than gossip, which is slower when a server comes back as a new one. */
    private ServerId idOf(Peer peer) {
        Word word = state.heard().get(peer.name());
        return word == null ? peer.id() : word.id();
    }

    private Message message(Message.Purpose purpose, ServerId target, @Nullable ClusterRef cluster) {
        Charter charter = told.standing().charter();
        ClusterRef formerly = told.standing() instanceof Standing.Blank blank ? blank.formerly() : null;
        ClusterId about = charter != null ? charter.id() : formerly != null ? formerly.id() : null;
        return new Message(purpose, core.word(state, told, null), target, about, cluster);
    }

    private void tell(Message.Purpose purpose, Word server) {
        Peer peer = state.peers().get(server.name());
        ClusterRef cluster = raft.cluster();
        if (peer != null && cluster != null) {
            rounds.ask(peer, message(purpose, server.id(), cluster).encode());
        }
    }

    private void heard(Word word) {
        if (!word.equals(state.heard().get(word.name())) || !(state.standing() instanceof Standing.Member)) {
            handle(new Event.Heard(word), null);
        }
    }

    private CompletionStage<byte[]> answer(byte[] request) throws RuntimeException {
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
        return answer;
    }

    private void answer(Message message, CompletableFuture<byte[]> answer) {
        if (failure != null || membership == null) {
            answer.completeExceptionally(new IllegalStateException(
                    failure != null ? "this server failed: " + failure.message() : "starting"));
            return;
        }
        Runnable reply = () -> answer.complete(Message.encode(core.word(state, told, message.about())));
        if (busy) {
            // What may be told already is on disk: waiting for a raft node to start would make others wait as well.
            reply.run();
            handle(new Event.Heard(message.sender()), null);
            return;
        }
        boolean mine = message.target().equals(state.record().id());
        ClusterRef cluster = message.cluster();
        boolean ofMember = cluster != null && cluster.equals(message.sender().cluster());
        if (cluster == null) {
            handle(new Event.Asked(message.sender(), message.target()), reply);
        } else if (!mine || !ofMember) {
            handle(new Event.Heard(message.sender()), reply);
        } else if (message.purpose() == Message.Purpose.ADOPT) {
            handle(new Event.AdoptedBy(cluster), reply);
        } else {
            handle(new Event.ReplacedIn(cluster), reply);
        }
    }

    private void readRoster() {
        Membership members = membership;
        if (members == null) {
            return;
        }
        List<Peer> peers = new ArrayList<>();
        for (Member member : members.roster().members()) {
            AgentTags tags = AgentTags.decode(member.tags()).orElse(null);
            if (member.name().equals(settings.terms().name())
                    || tags == null
                    || tags.serverId() == null
                    || !tags.datacenter().equals(settings.terms().datacenter().value())) {
                continue;
            }
            Endpoint rpc =
                    tags.rpcPort() == 0 ? null : new Endpoint(member.address().address(), tags.rpcPort());
            Peer.Presence presence = member.state().isAlive()
                    ? Peer.Presence.ALIVE
                    : member.state() == MemberState.FAILED ? Peer.Presence.FAILED : Peer.Presence.LEFT;
            boolean twin = presence == Peer.Presence.ALIVE
                    && tags.serverId().equals(state.record().id());
            if (twin && tags.starts() >= state.record().starts()) {
                fail(new Reasons.Failure(
                        Why.Code.DATA_LOST,
                        "node " + member.name() + " runs with the same server id " + tags.serverId()
                                + ": one of the two data folders is a copy or came from a backup",
                        "stop this agent and clear its data folder: it comes back as a new server"));
                return;
            }
            peers.add(new Peer(
                    member.name(),
                    tags.serverId(),
                    rpc,
                    presence,
                    tags.expect(),
                    member.cluster(),
                    tags.founding(),
                    tags.starts()));
        }
        peers.sort(Comparator.comparing(Peer::name));
        if (!peers.equals(List.copyOf(state.peers().values()))) {
            handle(new Event.PeersChanged(peers), null);
            roundWanted = true;
        }
    }

    private void raftIs(RaftStatus status) {
        raft = status;
        if (state.raft() != State.Raft.RUNNING || status.role() == RaftStatus.Role.NONE) {
            return;
        }
        boolean leader = status.leader() != null;
        boolean committed = status.commitIndex() > 0;
        if (leader != state.leader() || (committed && !isLed())) {
            handle(new Event.RaftKnows(leader, committed), null);
        }
    }

    private boolean isLed() {
        return state.standing() instanceof Standing.Member member && member.led();
    }

    private boolean isBlank() {
        return state.standing() instanceof Standing.Blank;
    }

    private void releaseIfDue(long now) {
        Charter charter = state.charter();
        boolean waits =
                charter != null && !isLed() && !state.leader() && !(state.standing() instanceof Standing.Withdrawn);
        ClusterId of = waits && charter != null ? charter.id() : null;
        if (of == null || !of.equals(releaseOf)) {
            releaseOf = of;
            releaseNanos = now;
        } else if (now - releaseNanos >= settings.timing().release().toNanos()) {
            releaseNanos = now;
            handle(new Event.ReleasePassed(of, state.answers()), null);
        }
    }

    /** @param toldThen runs as soon as this event's consequences may be told */
    private void handle(Event event, @Nullable Runnable toldThen) {
        loop.assertInside();
        if (failure != null) {
            return;
        }
        if (busy) {
            if (waiting.size() < MAX_WAITING) {
                waiting.add(new Waiting(event, toldThen));
            } else if (toldThen != null) {
                toldThen.run();
            }
            return;
        }
        Standing before = state.standing();
        FoundingRecord old = state.record();
        FoundingCore.Step step = core.on(state, event);
        busy = true;
        if (toldThen != null) {
            unanswered.add(toldThen);
        }
        state = step.state();
        if (!before.equals(state.standing())) {
            roundWanted = true;
            releaseOf = null;
            candidates = List.of();
        }
        story.changed(old, state.record());
        perform(step.effects(), 0);
    }

    private void perform(List<Effect> effects, int from) {
        for (int i = from; i < effects.size(); i++) {
            Effect effect = effects.get(i);
            if (effect instanceof Effect.Persist persist) {
                try {
                    file.write(persist.record());
                } catch (IOException e) {
                    fail("the founding record cannot be written: " + e.getMessage());
                    return;
                }
            } else if (effect instanceof Effect.Tell tell) {
                told = tell.record();
                publish();
                answerAll();
            } else {
                int next = i + 1;
                onWorker(effect, () -> perform(effects, next));
                return;
            }
        }
        answerAll();
        busy = false;
        publish();
        drain();
    }

    private void drain() {
        if (draining) {
            return;
        }
        draining = true;
        while (!busy && !waiting.isEmpty()) {
            Waiting next = waiting.remove();
            handle(next.event(), next.told());
        }
        draining = false;
    }

    private void answerAll() {
        List<Runnable> now = List.copyOf(unanswered);
        unanswered.clear();
        now.forEach(Runnable::run);
    }

    private void onWorker(Effect effect, Runnable then) {
        worker.execute(() -> {
            try {
                if (effect instanceof Effect.InspectLog inspect) {
                    boolean empty = settings.consensus().inspect(folder.path()).isEmpty();
                    inside(() -> {
                        waiting.addFirst(new Waiting(
                                new Event.LogInspected(inspect.charter().id(), empty), null));
                        then.run();
                    });
                } else {
                    block(effect, settings, folder);
                    inside(then);
                }
            } catch (ConsensusException e) {
                inside(() -> {
                    if (e.isDataLost()) {
                        LOG.atWarn().log("raft data was lost: {}", e.getMessage());
                        waiting.addFirst(new Waiting(new Event.DataLost(), null));
                        then.run();
                    } else {
                        fail("raft does not start: " + e.getMessage());
                    }
                });
            } catch (IOException | RuntimeException e) {
                inside(() -> fail("the raft folder cannot be used: " + e.getMessage()));
            }
        });
    }

    private static void block(Effect effect, FoundingSettings settings, RaftFolder folder) throws IOException {
        if (effect instanceof Effect.MakeFolder make) {
            folder.make(make.cluster(), make.token());
        } else if (effect instanceof Effect.RemoveFolder) {
            folder.remove();
        } else if (effect instanceof Effect.PutFolderAside) {
            folder.putAside()
                    .ifPresent(aside -> LOG.atWarn()
                            .addKeyValue("folder", aside)
                            .log("old raft data was put aside; this server comes back as a new one"));
        } else if (effect instanceof Effect.StartRaft start) {
            settings.consensus()
                    .start(new Consensus.GroupStart(
                            start.cluster(),
                            start.self(),
                            folder.path(),
                            start.token(),
                            start.founders(),
                            start.led()));
        } else if (effect instanceof Effect.StopRaft) {
            settings.consensus().stop();
        }
    }

    private void fail(String message) {
        fail(new Reasons.Failure(
                Why.Code.DISK, message, "look at the disk and at the log of this agent, then start the agent again"));
    }

    private void fail(Reasons.Failure reason) {
        failure = reason;
        busy = true;
        waiting.clear();
        unanswered.clear();
        LOG.atError().addKeyValue("next", reason.nextStep()).log("this server stops taking part: {}", reason.message());
        worker.execute(settings.consensus()::stop);
        publish();
    }

    private void publish() {
        View next = look();
        if (!next.equals(view)) {
            view = next;
            listeners.forEach(l -> l.accept(next));
        }
    }

    private View look() {
        FoundingRecord record = state.record();
        Charter charter = record.standing().charter();
        Standing.Member member = record.standing() instanceof Standing.Member m ? m : null;
        String word = failure != null
                ? "failed"
                : membership == null ? "starting" : record.standing().word();
        return new View(
                record.id(),
                settings.terms().name(),
                word,
                member == null ? null : member.cluster(),
                member != null && member.led(),
                charter == null ? null : charter.id().toString(),
                raft.voters().contains(record.id()),
                charter == null ? settings.terms().expect() : charter.expect(),
                charter == null
                        ? settings.terms().founders()
                        : charter.founders().stream().map(Founder::name).toList(),
                record.starts(),
                Reasons.known(state),
                reasons.missing(state),
                membership == null ? reasons.starting(state) : reasons.why(state, raft, failure));
    }

    private CompletionStage<byte[]> answerLeave(byte[] request) {
        ServerId server;
        try {
            server = Bytes.read(request, in -> new ServerId(Bytes.uuid(in)));
        } catch (IOException e) {
            return CompletableFuture.failedFuture(
                    new IllegalArgumentException("not a message of membership: " + e.getMessage()));
        }
        return removeForLeave(server).thenApply(done -> new byte[0]);
    }

    @Override
    public CompletableFuture<@Nullable Void> removeForLeave(ServerId server) {
        CompletableFuture<@Nullable Void> removed = new CompletableFuture<>();
        inside(() -> forward(keeper.remove(server), removed));
        return removed.orTimeout(LEAVE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public CompletableFuture<@Nullable Void> leave() {
        CompletableFuture<@Nullable Void> left = new CompletableFuture<>();
        inside(() -> forward(leaveInside(), left));
        return left.orTimeout(LEAVE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    }

    private CompletableFuture<@Nullable Void> leaveInside() {
        ServerId self = state.record().id();
        raft = settings.consensus().status();
        ServerId leader = raft.leader();
        if (!(state.standing() instanceof Standing.Member)) {
            return CompletableFuture.completedFuture(null);
        }
        if (raft.isLeader()) {
            return keeper.remove(self);
        }
        Endpoint to = leader == null
                ? null
                : state.peers().values().stream()
                        .filter(p -> p.id().equals(leader))
                        .map(Peer::address)
                        .findFirst()
                        .orElse(null);
        if (to == null) {
            return CompletableFuture.failedFuture(
                    new IllegalStateException("no leader is known that could take this server out of the cluster"));
        }
        return settings.rpc()
                .call(to, LEAVE_METHOD, Bytes.write(out -> Bytes.uuid(out, self.value())), LEAVE_LIMIT)
                .thenApply(done -> null);
    }

    @Override
    public CompletableFuture<@Nullable Void> handOverLeadership() {
        CompletableFuture<@Nullable Void> asked = new CompletableFuture<>();
        inside(() -> forward(handOverInside(), asked));
        return asked.completeOnTimeout(null, HAND_OVER_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(failed -> {
                    LOG.atInfo().log("leadership was not handed over: {}", failed.getMessage());
                    return null;
                });
    }

    private CompletableFuture<@Nullable Void> handOverInside() {
        if (!settings.consensus().status().isLeader()) {
            return CompletableFuture.completedFuture(null);
        }
        Optional<ServerId> to = keeper.successor(state);
        if (to.isEmpty()) {
            LOG.atInfo().log("nobody is there to hand leadership to");
            return CompletableFuture.completedFuture(null);
        }
        LOG.atInfo().addKeyValue("to", to.get()).log("handing leadership over");
        return settings.consensus().transferLeadership(to.get());
    }

    private static void forward(CompletableFuture<@Nullable Void> from, CompletableFuture<@Nullable Void> to) {
        var unused = from.whenComplete((done, failed) -> {
            if (failed == null) {
                to.complete(null);
            } else {
                to.completeExceptionally(failed);
            }
        });
    }

    @Override
    public void close() {
        loop.close();
        worker.shutdown();
        try {
            if (!worker.awaitTermination(15, TimeUnit.SECONDS)) {
                LOG.atWarn().log("raft did not start or stop in 15 s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        settings.consensus().stop();
    }

    private void inside(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.atDebug().log("the founding loop is closed");
        }
    }
}
