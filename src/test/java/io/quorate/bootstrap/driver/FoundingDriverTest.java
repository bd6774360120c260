package io.quorate.bootstrap.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.bootstrap.Charter;
import io.quorate.bootstrap.Founder;
import io.quorate.bootstrap.FoundingException;
import io.quorate.bootstrap.FoundingRecord;
import io.quorate.bootstrap.Standing;
import io.quorate.bootstrap.Word;
import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.ClusterId;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Datacenter;
import io.quorate.kernel.Expect;
import io.quorate.kernel.FoundingState;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ReasonCode;
import io.quorate.kernel.ServerId;
import io.quorate.peers.LeaveRequest;
import io.quorate.peers.PeerSetRule;
import io.quorate.peers.Removal;
import io.quorate.peers.RemovalRefusedException;
import io.quorate.runtime.Chance;
import io.quorate.testing.Ends;
import io.quorate.testing.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real driver on real files and threads, with membership, server port and raft as plain objects. */
class FoundingDriverTest {
    private static final Duration LONGEST = Duration.ofSeconds(90);

    @TempDir
    Path folder;

    private FakeWorld world;

    @BeforeEach
    void open() {
        world = new FakeWorld(folder);
    }

    @AfterEach
    void close() {
        world.close();
    }

    @Test
    void threeServersFoundOneClusterAndAFourthIsTakenInAsAVoter() {
        List<FakeWorld.Server> three = startThree();
        until(() -> allIn(three));
        FakeWorld.Server fourth = world.server("d", 3).start();
        until(() -> fourth.view().voter() && fourth.view().led());
        assertThat(fourth.view().cluster()).isEqualTo(three.get(0).view().cluster());
        assertThat(fourth.view().charter()).isNull();
        assertThat(three.get(0).raft().voters()).hasSize(4);
        assertThat(fourth.view().why().code()).isEqualTo(ReasonCode.READY);
    }

    @Test
    @Fault(
            line = "B1",
            fault = "an Error where the founding worker starts raft",
            seen = "the process is ended by it, and the server says that it failed")
    void anErrorOnTheWorkerEndsTheProcessAndIsNotWaitedFor() {
        world.atStart = new UnsatisfiedLinkError("planted");
        try (Ends ends = new Ends()) {
            FakeWorld.Server alone = world.server("a", 1).start();
            until(() -> alone.view().state() == FoundingState.FAILED
                    && !ends.heard().isEmpty());
            assertThat(ends.heard()).containsExactly("founding-worker: java.lang.UnsatisfiedLinkError: planted");
            assertThat(alone.view().why().message()).contains("planted");
        }
    }

    @Test
    @Fault(
            line = "B2",
            fault = "whoever listens to founding throws at each step",
            seen = "the server is not left busy: it bootstraps its cluster all the same")
    void aListenerThatFailsStopsNoStepInTheMiddle() {
        FakeWorld.Server alone = world.server("a", 1).open();
        alone.service().listen(view -> {
            throw new IllegalStateException("planted");
        });
        alone.begin();
        until(() -> alone.view().led());
    }

    @Test
    void afterARestartOfAllItIsTheSameClusterUnderTheSameIds() {
        List<FakeWorld.Server> three = startThree();
        until(() -> allIn(three));
        var cluster = three.get(0).view().cluster();
        List<ServerId> ids = three.stream().map(s -> s.view().self()).toList();
        three.forEach(FakeWorld.Server::stop);
        three.forEach(FakeWorld.Server::start);
        until(() -> allIn(three));
        assertThat(three.get(0).view().cluster()).isEqualTo(cluster);
        assertThat(three.stream().map(s -> s.view().self())).isEqualTo(ids);
        assertThat(three.get(0).view().starts()).isEqualTo(2);
    }

    @Test
    void twoOfThreeWaitAndSayHowManyAreMissing() {
        FakeWorld.Server a = world.server("a", 3).start();
        world.server("b", 3).start();
        until(() -> a.view().missing() == 1);
        assertThat(a.view().why().code()).isEqualTo(ReasonCode.WAITING_FOR_SERVERS);
        assertThat(a.view().why().message()).contains("2 of 3").contains("a, b");
        assertThat(a.view().state()).isEqualTo(FoundingState.BLANK);
    }

    @Test
    void differentExpectsFoundNothingUntilTheWrongOneIsSetRight() {
        FakeWorld.Server a = world.server("a", 2).start();
        FakeWorld.Server wrong = world.server("b", 3).start();
        until(() -> a.view().why().code() == ReasonCode.EXPECT_MISMATCH);
        assertThat(a.view().why().message()).contains("a has 2").contains("b has 3");
        wrong.stop();
        FakeWorld.Server right = world.server("b", 2).start();
        until(() -> allIn(List.of(a, right)));
    }

    @Test
    void twoHalvesThatKnewEachOtherAndAreCutApartDoNotFoundAlthoughEachIsLargeEnough() {
        List<FakeWorld.Server> all = Stream.of("a", "b", "c", "d")
                .map(n -> world.server(n, 2).open())
                .toList();
        world.cut("c");
        world.cut("d");
        all.forEach(FakeWorld.Server::begin);
        until(() -> all.stream().allMatch(s -> s.view().why().message().contains("do not answer")));
        assertThat(all.get(0).view().why().message()).contains("c, d");
        assertThat(all.get(2).view().why().message()).contains("a, b");
        long rounds = System.nanoTime() + FakeWorld.QUICK.margin().toNanos() * 6;
        until(() -> System.nanoTime() > rounds);
        assertThat(all).allMatch(s -> s.view().state() == FoundingState.BLANK);
        world.mend("c");
        world.mend("d");
        until(() -> allIn(all));
    }

    @Test
    void aWipedVoterIsReplacedByItsNewIdInOneChangeAndTheOldIdIsExpelled() throws IOException {
        List<FakeWorld.Server> three = foundedByThree();
        FakeWorld.Server wiped = three.get(2);
        ServerId old = wiped.view().self();
        wiped.stop();
        wiped.wipe();
        wiped.start();
        until(() -> wiped.view().voter() && world.expelled.contains(old));
        assertThat(wiped.view().self()).isNotEqualTo(old);
        assertThat(three.get(0).raft().voters()).hasSize(3).doesNotContain(old);
    }

    @Test
    void aServerReplacedWhileItWasAwayPutsItsDataAsideAndComesBackAsANewOne() throws IOException {
        List<FakeWorld.Server> three = foundedByThree();
        // The model of raft elects the smallest id: this one does not lead when it is back.
        FakeWorld.Server away = Collections.max(
                three, Comparator.comparing((FakeWorld.Server s) -> s.view().self()));
        ServerId old = away.view().self();
        away.stop();
        world.expelled.add(old);
        away.start();
        until(() -> !away.view().self().equals(old) && away.view().voter());
        assertThat(Files.exists(away.folder.resolve("lost-1"))).isTrue();
        assertThat(away.raft().voters()).hasSize(3).doesNotContain(old);
    }

    @Test
    @Fault(
            line = "A6",
            fault = "one forged message says REPLACED, ADOPT, that a charter is dead, or that a voter leaves",
            seen = "three members and a blank server keep everything; the voters are asked, and do not confirm it")
    void aStrangersMessagesMakeNobodyGiveAnythingUp() throws Exception {
        List<FakeWorld.Server> three = foundedByThree();
        List<ServerId> ids = three.stream().map(s -> s.view().self()).toList();
        ClusterRef cluster = Objects.requireNonNull(three.get(0).view().cluster());
        for (FakeWorld.Server pretended : three) {
            for (FakeWorld.Server victim : three) {
                for (Message.Purpose purpose : Message.Purpose.values()) {
                    world.say(victim, forged(pretended, purpose, victim.view().self(), cluster));
                }
                LeaveRequest removal = new LeaveRequest(victim.view().self(), new UUID(1, 2));
                assertThatThrownBy(() -> leader(three).peers().remove(removal).get())
                        .hasMessageContaining("does not confirm");
            }
        }
        long inquiries = System.nanoTime() + FakeWorld.QUICK.round().toNanos() * 5;
        until(() -> System.nanoTime() > inquiries);
        assertThat(three.stream().map(s -> s.view().self())).isEqualTo(ids);
        assertThat(three).allMatch(s -> !Files.exists(s.folder.resolve("lost-1")));
        assertThat(leader(three).raft().voters()).hasSize(3);
        FakeWorld.Server blank = world.server("d", 3);
        world.cut("d");
        blank.start();
        until(() -> blank.view().state() == FoundingState.BLANK);
        world.say(
                blank, forged(three.get(0), Message.Purpose.ADOPT, blank.view().self(), cluster));
        long later = System.nanoTime() + FakeWorld.QUICK.round().toNanos() * 5;
        until(() -> System.nanoTime() > later);
        assertThat(blank.view().state()).isEqualTo(FoundingState.BLANK);
    }

    @Test
    @Fault(
            line = "A6",
            fault = "a server of gossip asks the leader to remove another one, and confirms that when it is asked back",
            seen = "refused: a server asks for its own removal alone")
    void noServerHasAnotherOneRemoved() throws Exception {
        List<FakeWorld.Server> three = foundedByThree();
        ServerId victim = three.get(1).view().self();
        ServerId accomplice = world.accomplice("x", three.get(0), victim);
        for (ServerId removed : List.of(victim, accomplice)) {
            LeaveRequest request = new LeaveRequest(removed, new UUID(1, 2));
            assertThatThrownBy(() -> leader(three).peers().remove(request).get())
                    .hasMessageContaining("does not confirm");
        }
        assertThat(leader(three).raft().voters()).hasSize(3).contains(victim);
    }

    private static byte[] forged(FakeWorld.Server as, Message.Purpose purpose, ServerId target, ClusterRef cluster) {
        Word word = new Word(
                as.view().self(),
                as.name,
                new Datacenter("dc1"),
                new Expect(3),
                1,
                FoundingState.MEMBER,
                null,
                cluster,
                true,
                null,
                cluster.id());
        return new Message(purpose, word, target, null, purpose == Message.Purpose.ASK ? null : cluster).encode();
    }

    @Test
    @Fault(
            line = "A6",
            fault = "a server was replaced, and of three voters one is out of reach",
            seen = "nothing is given up until the majority of the voters can be asked")
    void whileTheVotersAreOutOfReachNothingIsGivenUp() throws IOException {
        List<FakeWorld.Server> three = foundedByThree();
        FakeWorld.Server away = Collections.max(
                three, Comparator.comparing((FakeWorld.Server s) -> s.view().self()));
        ServerId old = away.view().self();
        FakeWorld.Server other = three.stream()
                .filter(s -> s != away && !s.raft().isLeader())
                .findFirst()
                .orElseThrow();
        other.stop();
        world.expelled.add(old);
        long rounds = System.nanoTime() + FakeWorld.QUICK.round().toNanos() * 8;
        until(() -> System.nanoTime() > rounds);
        assertThat(away.view().self()).isEqualTo(old);
        other.start();
        until(() -> !away.view().self().equals(old));
        assertThat(Files.exists(away.folder.resolve("lost-1"))).isTrue();
    }

    @Test
    void aMemberWhoseRaftFolderIsGoneComesBackUnderANewIdAndWaitsToBeTakenIn() throws IOException {
        List<FakeWorld.Server> three = foundedByThree();
        three.forEach(FakeWorld.Server::stop);
        FakeWorld.Server hurt = three.get(2);
        ServerId old = hurt.lastView().self();
        Files.delete(hurt.folder.resolve("raft/log"));
        Files.delete(hurt.folder.resolve("raft/label"));
        Files.delete(hurt.folder.resolve("raft"));
        hurt.start();
        until(() -> hurt.view().why().code() == ReasonCode.DATA_LOST);
        assertThat(hurt.view().self()).isNotEqualTo(old);
        three.get(0).start();
        three.get(1).start();
        until(() -> hurt.view().voter());
    }

    @Test
    void aMemberWhoseLogIsEmptyAlthoughItKnewACommittedEntryPutsTheRestAside() throws IOException {
        List<FakeWorld.Server> three = foundedByThree();
        FakeWorld.Server hurt = three.get(2);
        ServerId old = hurt.view().self();
        hurt.stop();
        Files.delete(hurt.folder.resolve("raft/log"));
        hurt.start();
        until(() -> !hurt.view().self().equals(old) && hurt.view().voter());
        assertThat(Files.exists(hurt.folder.resolve("lost-1"))).isTrue();
        assertThat(hurt.raft().voters()).hasSize(3).doesNotContain(old);
    }

    @Test
    @Fault(
            line = "A7",
            fault = "a copy of a member's directory is started beside the healthy original, with more starts",
            seen = "the copy is refused before its raft starts, and names the original; the original goes on")
    void aCopyStartedBesideItsLivingOriginalIsRefusedBeforeItsRaftStarts() throws IOException {
        List<FakeWorld.Server> three = foundedByThree();
        FakeWorld.Server original = three.get(1);
        FakeWorld.Server copy = copyOf(original);
        copyStartsMoreOften(copy, 5);
        List<FoundingState> states = startWatched(copy);
        until(() -> copy.view().why().code() == ReasonCode.DATA_LOST);
        assertThat(copy.raft()).isEqualTo(RaftStatus.NONE);
        assertThat(states).as("its raft never started").doesNotContain(FoundingState.MEMBER);
        assertThat(copy.view().why().message())
                .contains("already runs as b")
                .contains(original.view().self().toString());
        assertThat(copy.view().why().nextStep()).contains("move its data directory away");
        assertThat(Files.exists(copy.folder.resolve("raft/label"))).isTrue();
        long rounds = System.nanoTime() + FakeWorld.QUICK.round().toNanos() * 4;
        until(() -> System.nanoTime() > rounds);
        assertThat(allIn(three)).isTrue();
    }

    @Test
    @Fault(
            line = "A7",
            fault = "the original beside which a copy was refused is stopped, and returns",
            seen =
                    "the copy says that it does not answer any more and that it is to be started again, and starts nothing itself;"
                            + " once it is back, that it runs")
    void aRefusedCopySaysWhetherTheOriginalStillRuns() throws IOException {
        List<FakeWorld.Server> three = foundedByThree();
        FakeWorld.Server original = three.get(1);
        FakeWorld.Server copy = copyOf(original);
        List<FoundingState> states = startWatched(copy);
        until(() -> copy.view().why().message().contains("already runs as b"));
        original.stop();
        until(() -> copy.view().why().message().contains("does not answer any more"));
        assertThat(copy.view().why().nextStep()).startsWith("start that one again, with its own data");
        original.start();
        until(() -> copy.view().why().message().contains("already runs as b"));
        assertThat(states).as("its raft never started").doesNotContain(FoundingState.MEMBER);
        assertThat(copy.raft()).isEqualTo(RaftStatus.NONE);
    }

    @Test
    @Fault(
            line = "A7",
            fault = "a copy runs while the original is down, and the original returns",
            seen = "who was there first stays: the copy; the original is refused")
    void ofACopyThatWasThereFirstAndItsOriginalTheCopyStays() throws IOException {
        List<FakeWorld.Server> three = foundedByThree();
        FakeWorld.Server original = three.get(1);
        FakeWorld.Server copy = copyOf(original);
        original.stop();
        copy.start();
        until(() -> copy.view().why().isReady());
        List<FoundingState> states = startWatched(original);
        until(() -> original.view().why().code() == ReasonCode.DATA_LOST);
        assertThat(original.raft()).isEqualTo(RaftStatus.NONE);
        assertThat(states).as("its raft never started again").doesNotContain(FoundingState.MEMBER);
        assertThat(copy.view().why().isReady()).isTrue();
    }

    @Test
    @Fault(
            line = "A7",
            fault = "a copy was started out of reach of everybody, and meets its running original afterwards",
            seen = "the original, connected and known to the voters, stays; the copy stops")
    void aCopyThatRanOutOfReachStopsWhenItMeetsItsConnectedOriginal() throws IOException {
        List<FakeWorld.Server> three = foundedByThree();
        FakeWorld.Server copy = copyOf(three.get(1));
        copyStartsMoreOften(copy, 5);
        world.cut(copy.name.value());
        copy.start();
        until(() -> copy.view().state() == FoundingState.MEMBER);
        world.mend(copy.name.value());
        until(() -> copy.view().why().code() == ReasonCode.DATA_LOST);
        assertThat(allIn(three)).isTrue();
    }

    /** @return what it said of itself since its start */
    private static List<FoundingState> startWatched(FakeWorld.Server server) {
        List<FoundingState> states = new CopyOnWriteArrayList<>();
        server.open().service().listen(view -> states.add(view.state()));
        server.begin();
        return states;
    }

    private FakeWorld.Server copyOf(FakeWorld.Server original) throws IOException {
        FakeWorld.Server copy = world.server("z-" + original.name, 3);
        Files.createDirectories(copy.folder.resolve("raft"));
        Files.copy(original.folder.resolve(RecordFile.NAME), copy.folder.resolve(RecordFile.NAME));
        for (String file : List.of("label", "log")) {
            Files.copy(
                    original.folder.resolve("raft").resolve(file),
                    copy.folder.resolve("raft").resolve(file));
        }
        return copy;
    }

    private static void copyStartsMoreOften(FakeWorld.Server copy, int starts) throws IOException {
        RecordFile file = new RecordFile(copy.folder);
        FoundingRecord record = file.read().orElseThrow();
        file.write(new FoundingRecord(record.id(), record.name(), starts, record.refused(), record.standing()));
    }

    @Test
    @Fault(
            line = "A7",
            fault = "a stranger claims a running voter's id in gossip, answers under it and names a million starts",
            seen = "the voter goes on: the other voters know the id at its own address")
    void aClaimToARunningServersIdDoesNotStopIt() {
        List<FakeWorld.Server> three = foundedByThree();
        FakeWorld.Server victim = three.get(1);
        world.claim("stranger", victim);
        long rounds = System.nanoTime() + FakeWorld.QUICK.round().toNanos() * 10;
        until(() -> System.nanoTime() > rounds && world.claimsAsked() > 0);
        assertThat(allIn(three)).isTrue();
    }

    @Test
    @Fault(
            line = "A7",
            fault =
                    "a copy with a million starts meets its original while the original's raft is down, its disk being sick",
            seen =
                    "the original goes on: it knows no voters then, who alone could confirm that the copy is this server")
    void whileItsRaftIsDownAServerDoesNotGiveWayToACopy() {
        List<FakeWorld.Server> three = foundedByThree();
        FakeWorld.Server victim = three.get(1);
        world.claimWithACopy("copy", victim);
        victim.consensus().refuse("the disk is sick");
        victim.consensus().breakDown(new RaftStatus.Disk("a write failed", "/x/log", true, false));
        int before = world.claimsAsked();
        until(() -> world.claimsAsked() > before + 10 && victim.view().why().code() == ReasonCode.DISK);
        victim.consensus().refuse(null);
        until(() -> allIn(three));
    }

    @Test
    @Fault(
            line = "A7",
            fault = "a stranger claims the id of a cluster's only server, while it runs and when it starts again",
            seen = "the server goes on, and starts: who has no copy of its data directory cannot prove that he is it")
    void whoHasNoCopyOfTheFolderNeitherStopsTheOnlyServerNorKeepsItFromStarting() {
        FakeWorld.Server only = world.server("a", 1).start();
        until(() -> only.view().why().isReady());
        world.claim("stranger", only);
        int before = world.claimsAsked();
        until(() -> world.claimsAsked() > before + 3);
        assertThat(only.view().why().isReady()).isTrue();
        only.stop();
        only.start();
        until(() -> only.view().why().isReady());
        int again = world.claimsAsked();
        until(() -> world.claimsAsked() > again + 3);
        assertThat(only.view().why().isReady()).isTrue();
    }

    @Test
    @Fault(
            line = "A7",
            fault =
                    "the directory of a server that is pledged, and no member yet, is copied and started under another name",
            seen = "the copy is refused, and the original may go on to bootstrap: nobody pledges twice under one id")
    void aCopyOfAPledgedServersFolderIsRefused() throws IOException {
        FakeWorld.Server a = world.server("a", 2).start();
        until(() -> a.view().state() == FoundingState.BLANK);
        a.stop();
        Charter waiting = new Charter(
                new ClusterId(Chance.uuid(Chance.secure())),
                new Datacenter("dc1"),
                List.of(
                        new Founder(a.lastView().self(), a.name),
                        new Founder(new ServerId(Chance.uuid(Chance.secure())), new NodeName("z"))));
        RecordFile file = new RecordFile(a.folder);
        FoundingRecord blank = file.read().orElseThrow();
        file.write(new FoundingRecord(
                blank.id(), blank.name(), blank.starts() + 5, blank.refused(), new Standing.Pledged(waiting)));
        FakeWorld.Server copy = world.server("b", 2);
        Files.createDirectories(copy.folder);
        Files.copy(a.folder.resolve(RecordFile.NAME), copy.folder.resolve(RecordFile.NAME));
        a.start();
        until(() -> a.view().state() == FoundingState.PLEDGED);
        a.stop();
        a.start();
        until(() -> a.view().state() == FoundingState.PLEDGED);
        List<FoundingState> states = startWatched(copy);
        until(() -> copy.view().why().code() == ReasonCode.DATA_LOST);
        assertThat(copy.view().why().message()).contains("already runs as a");
        assertThat(states).as("it is refused before it says that it pledged").doesNotContain(FoundingState.PLEDGED);
        assertThat(a.view().state()).isEqualTo(FoundingState.PLEDGED);
    }

    @Test
    void aServerThatLeavesIsRemovedAndNotTakenInAgainAndTheLastVoterMayNotLeave() throws Exception {
        List<FakeWorld.Server> three = startThree();
        until(() -> allIn(three));
        FakeWorld.Server leaver = follower(three);
        leaver.peers().leave().get();
        assertThat(leader(three).raft().voters()).hasSize(2);
        leaver.stop();
        FakeWorld.Server next = three.stream()
                .filter(s -> s != leaver && !s.raft().isLeader())
                .findFirst()
                .orElseThrow();
        next.peers().leave().get();
        FakeWorld.Server last = leader(three.stream().filter(s -> s != leaver).toList());
        assertThatThrownBy(() -> last.peers().leave().get())
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining("last voter");
    }

    @Test
    @Fault(
            line = "A6",
            fault = "A voter is killed, and gossip says that it left, by its own name and by another one with its id",
            seen = "It keeps its vote; when it starts again it is one of three voters as before")
    void aVoterThatIsDownKeepsItsVoteWhateverGossipSaysOfALeave() {
        List<FakeWorld.Server> three = foundedByThree();
        FakeWorld.Server gone = follower(three);
        ServerId id = gone.view().self();
        gone.stop();
        world.left.add(gone.name);
        world.left.add(new NodeName("evil"));
        world.claim("evil", gone);
        FakeWorld.Server leader = leader(three.stream().filter(s -> s != gone).toList());
        long longer = System.nanoTime() + FakeWorld.QUICK.silence().toNanos() * 10;
        until(() -> System.nanoTime() > longer || !leader.raft().voters().contains(id));
        assertThat(leader.raft().voters()).hasSize(3).contains(id);
        gone.start();
        until(() -> gone.view().voter());
    }

    @Test
    @Fault(
            line = "A6",
            fault = "A server is killed while it leaves: it had confirmed that it wants to, and was not removed yet",
            seen = "The leader removes it as soon as it can")
    void aServerThatIsKilledOnceItConfirmedThatItLeavesIsRemoved() {
        List<FakeWorld.Server> three = foundedByThree();
        FakeWorld.Server leaver = follower(three);
        world.unchangeable = true;
        assertThatThrownBy(() -> leaver.peers().leave().get()).hasMessageContaining("no change now");
        leaver.stop();
        world.unchangeable = false;
        FakeWorld.Server leader = leader(three.stream().filter(s -> s != leaver).toList());
        until(() -> !leader.raft().voters().contains(leaver.lastView().self()));
    }

    @Test
    void aServerAsksAgainToBeRemovedWhenTheLeaderDoesNotHearItAtFirst() throws Exception {
        List<FakeWorld.Server> three = startThree();
        until(() -> allIn(three));
        FakeWorld.Server leader = leader(three);
        FakeWorld.Server leaver = follower(three);
        world.deaf.add(leader.name);
        var leaving = leaver.peers().leave();
        long longer = System.nanoTime() + FakeWorld.QUICK.round().toNanos() * 4;
        until(() -> System.nanoTime() > longer);
        assertThat(leaving).isNotDone();
        world.deaf.remove(leader.name);
        leaving.get();
        assertThat(leader.raft().voters())
                .hasSize(2)
                .doesNotContain(leaver.view().self());
    }

    @Test
    @Fault(
            line = "A3",
            fault = "A voter that still runs is removed by hand",
            seen = "It stays outside as long as it runs, whoever leads, and is taken in again when it is started anew")
    void aServerRemovedByHandStaysOutWhileItRunsAndIsTakenInWhenItIsStartedAgain() throws Exception {
        List<FakeWorld.Server> three = foundedByThree();
        FakeWorld.Server away = follower(three);
        ServerId id = away.view().self();
        leader(three).peers().removePeer(id, Removal.SAFE).get();
        assertThat(world.removed).containsEntry(id, 1L);
        // Several rounds, in which a server that merely is there would be taken in.
        FakeWorld.Server fourth = world.server("d", 3).start();
        until(() -> fourth.view().voter());
        assertThat(fourth.raft().voters()).hasSize(3).doesNotContain(id);
        assertThat(away.view().why().message()).contains("removed").contains("by hand");
        assertThat(away.view().why().nextStep()).contains("start it again");
        away.stop();
        away.start();
        until(() -> away.view().voter());
        assertThat(away.view().self()).isEqualTo(id);
    }

    @Test
    @Fault(
            line = "A3",
            fault = "A voter is removed by hand although most of those that stay would not answer",
            seen = "Refused, with the voters that are missing; forced, it is done; the last voter always stays")
    void aRemovalThatWouldCostTheMajorityOfThoseThatAnswerIsRefusedUnlessForced() throws Exception {
        List<FakeWorld.Server> three = foundedByThree();
        FakeWorld.Server leader = leader(three);
        FakeWorld.Server dead = follower(three);
        FakeWorld.Server other =
                three.stream().filter(s -> s != leader && s != dead).findFirst().orElseThrow();
        dead.stop();
        assertThatThrownBy(() -> leader.peers()
                        .removePeer(other.view().self(), Removal.SAFE)
                        .get())
                .hasCauseInstanceOf(RemovalRefusedException.class)
                .hasMessageContaining("only 1 of 2 voters would answer, and 2 are needed")
                .hasMessageContaining(dead.lastView().self().toString());
        assertThatThrownBy(() -> other.peers()
                        .removePeer(dead.lastView().self(), Removal.SAFE)
                        .get())
                .hasMessageContaining("does not lead");
        assertThatThrownBy(() -> other.peers().leave().get())
                .as("its own leave would cost the same")
                .hasMessageContaining("most of the voters that would stay do not answer");
        leader.peers().removePeer(other.view().self(), Removal.FORCED).get();
        assertThat(leader.raft().voters()).doesNotContain(other.lastView().self());
        dead.start();
        List<FakeWorld.Server> two = List.of(leader, dead);
        until(() -> two.stream().anyMatch(s -> s.raft().isLeader())
                && two.stream().allMatch(s -> s.view().voter()));
        FakeWorld.Server now = leader(two);
        FakeWorld.Server last = now == leader ? dead : leader;
        now.peers().removePeer(last.view().self(), Removal.SAFE).get();
        assertThatThrownBy(() -> now.peers()
                        .removePeer(now.view().self(), Removal.FORCED)
                        .get())
                .hasMessageContaining("last voter");
        assertThat(now.raft().voters()).containsExactly(now.view().self());
    }

    @Test
    @Fault(
            line = "A4",
            fault = "A voter is forced to leave, once while it answers and once when it is gone",
            seen = "Kept while it answers anybody; removed once a majority of the voters does not find it")
    void onlyASilentVoterIsTakenOutByForceLeave() throws Exception {
        List<FakeWorld.Server> three = foundedByThree();
        FakeWorld.Server leader = leader(three);
        FakeWorld.Server gone = follower(three);
        ServerId id = gone.view().self();
        assertThatThrownBy(() -> leader.peers().removePeer(id, Removal.SILENT).get())
                .hasMessageContaining("answers");
        gone.stop();
        until(() -> !PeerSetRule.isReached(leader.raft(), id));
        // At once, before any round has looked: nobody says that it answers.
        leader.peers().removePeer(id, Removal.SILENT).get();
        assertThat(leader.raft().voters()).hasSize(2);
    }

    @Test
    @Fault(
            line = "A4",
            fault = "A voter is gone and a server of another name is started",
            seen = "The new server takes its place: three voters, not four")
    void aSpareTakesThePlaceOfAVoterThatNobodyFinds() {
        List<FakeWorld.Server> three = foundedByThree();
        FakeWorld.Server gone = follower(three);
        gone.stop();
        aSpareTakesThePlaceOf(gone);
    }

    @Test
    @Fault(
            line = "A5",
            fault = "A voter is gone, another member of gossip claims its id, and a server of another name is started",
            seen = "The claim does not hide its death: asked, it proves nothing, and the new server takes the place")
    void whoOnlyClaimsAnIdDoesNotHideItsDeath() {
        List<FakeWorld.Server> three = foundedByThree();
        FakeWorld.Server gone = follower(three);
        world.claimOnly("A-evil", gone);
        gone.stop();
        aSpareTakesThePlaceOf(gone);
    }

    @Test
    @Fault(
            line = "A5",
            fault = "Another member of gossip claims the leader's id, under a name that sorts before the leader's",
            seen = "Why names the leader as before, on every server")
    void whoOnlyClaimsTheLeadersIdIsNotNamedAsTheLeader() {
        List<FakeWorld.Server> three = foundedByThree();
        FakeWorld.Server leader = leader(three);
        world.claimOnly("A-evil", leader);
        long longer = System.nanoTime() + FakeWorld.QUICK.round().toNanos() * 4;
        until(() -> System.nanoTime() > longer);
        for (FakeWorld.Server server : three) {
            assertThat(server.view().why().message()).endsWith("leader is " + leader.name);
        }
    }

    @Test
    @Fault(
            line = "A4",
            fault = "The leader alone is cut off from a voter that the other voter sees",
            seen = "The voter is not silent: nothing replaces or removes it until the others do not find it either")
    void aVoterThatAnotherVoterSeesIsNotGoneAlthoughTheLeaderDoesNotReachIt() throws Exception {
        List<FakeWorld.Server> three = foundedByThree();
        FakeWorld.Server leader = leader(three);
        FakeWorld.Server voter = follower(three);
        FakeWorld.Server witness = three.stream()
                .filter(s -> s != leader && s != voter)
                .findFirst()
                .orElseThrow();
        ServerId id = voter.view().self();
        world.cut(leader, voter);
        long longer = System.nanoTime() + FakeWorld.QUICK.silence().toNanos() * 8;
        until(() -> System.nanoTime() > longer);
        assertThat(refusal(leader, id)).contains("answers");
        assertThat(leader.raft().voters()).contains(id);
        world.cut(witness, voter);
        until(() -> {
            leader.peers()
                    .removePeer(id, Removal.SILENT)
                    .exceptionally(e -> null)
                    .join();
            return !leader.raft().voters().contains(id);
        });
    }

    @Test
    @Fault(
            line = "A4",
            fault = "A voter's server port answers nobody, and only gossip on another voter hears it",
            seen = "It is not silent: nothing replaces or removes it")
    void aVoterThatGossipOnAnotherVoterHearsIsNotGone() {
        List<FakeWorld.Server> three = foundedByThree();
        FakeWorld.Server leader = leader(three);
        FakeWorld.Server voter = follower(three);
        world.deaf.add(voter.name);
        world.cut(leader, voter);
        long longer = System.nanoTime() + FakeWorld.QUICK.silence().toNanos() * 8;
        until(() -> System.nanoTime() > longer);
        assertThat(refusal(leader, voter.view().self())).contains("answers");
    }

    /** Another voter finds it dead a moment after the leader: its word that it sees it is not the last one. */
    @Test
    void aVoterThatDiesWhileAnotherOneStillHearsItIsNotSaidToAnswer() throws Exception {
        List<FakeWorld.Server> three = foundedByThree();
        FakeWorld.Server leader = leader(three);
        FakeWorld.Server voter = follower(three);
        ServerId id = voter.view().self();
        world.deaf.add(voter.name);
        world.cut(leader, voter);
        until(() -> refusal(leader, id).contains("answers"));
        CompletableFuture<String> told = forcedOut(leader, id);
        voter.stop();
        assertThat(told.get()).doesNotContain("answers");
        until(() -> refusal(leader, id).equals("removed"));
        assertThat(leader.raft().voters()).hasSize(2);
    }

    @Test
    @Fault(
            line = "A4",
            fault = "A voter is gone, and the leader can ask none of the other voters about it",
            seen = "It is not taken for gone: a majority of the voters must have looked")
    void withoutAMajorityThatLookedNobodyIsGone() {
        List<FakeWorld.Server> three = foundedByThree();
        FakeWorld.Server leader = leader(three);
        FakeWorld.Server gone = follower(three);
        FakeWorld.Server witness =
                three.stream().filter(s -> s != leader && s != gone).findFirst().orElseThrow();
        gone.stop();
        world.cut(leader, witness);
        ServerId id = gone.lastView().self();
        until(() -> refusal(leader, id).contains("a majority of the voters has not confirmed it"));
        long longer = System.nanoTime() + FakeWorld.QUICK.silence().toNanos() * 8;
        until(() -> System.nanoTime() > longer);
        assertThat(refusal(leader, id)).contains("a majority of the voters has not confirmed it");
    }

    @Test
    void leadershipIsHandedToAnotherLiveVoter() throws Exception {
        List<FakeWorld.Server> three = startThree();
        until(() -> allIn(three));
        FakeWorld.Server leader = leader(three);
        leader.peers().handOverLeadership().get();
        assertThat(world.transfers)
                .hasSize(1)
                .isSubsetOf(three.stream()
                        .filter(s -> s != leader)
                        .map(s -> s.view().self())
                        .toList());
    }

    @Test
    void aServerPledgedWithOneThatVanishedWithdrawsAndFoundsWithAnother() throws IOException {
        FakeWorld.Server a = world.server("a", 2).start();
        FakeWorld.Server b = world.server("b", 2);
        Files.createDirectories(b.folder);
        // As after a crash right behind the pledge, with a founder that nobody will ever hear of again.
        a.stop();
        Charter gone = new Charter(
                new ClusterId(Chance.uuid(Chance.secure())),
                new Datacenter("dc1"),
                List.of(
                        new Founder(a.lastView().self(), a.name),
                        new Founder(new ServerId(Chance.uuid(Chance.secure())), new NodeName("z"))));
        RecordFile record = new RecordFile(a.folder);
        FoundingRecord blank = record.read().orElseThrow();
        record.write(new FoundingRecord(
                blank.id(), blank.name(), blank.starts(), blank.refused(), new Standing.Pledged(gone)));
        a.start();
        b.start();
        until(() -> a.view().state() == FoundingState.PLEDGED);
        until(() -> allIn(List.of(a, b)));
        assertThat(String.valueOf(a.view().cluster())).doesNotContain(gone.id().toString());
    }

    @Test
    void declaredFoundersAloneFoundAndTheOthersAreTakenIn() {
        List<NodeName> declared = List.of(new NodeName("b"), new NodeName("c"));
        FakeWorld.Server a = world.server("a", 2).start();
        FakeWorld.Server b = world.server("b", 2, declared).start();
        until(() -> a.view().known() == 2);
        FakeWorld.Server c = world.server("c", 2, declared).start();
        until(() -> allIn(List.of(a, b, c)));
        assertThat(b.view().founders()).containsExactlyInAnyOrderElementsOf(declared);
        assertThat(a.view().charter()).isNull();
    }

    @Test
    void aRecordThatCannotBeReadRefusesTheStartAndNamesTheFile() throws IOException {
        FakeWorld.Server a = world.server("a", 1).start();
        until(() -> a.view().why().isReady());
        a.stop();
        Path record = a.folder.resolve(RecordFile.NAME);
        byte[] bytes = Files.readAllBytes(record);
        bytes[20] ^= 1;
        Files.write(record, bytes);
        assertThatThrownBy(a::start)
                .isInstanceOf(FoundingException.class)
                .hasMessageContaining(record.toString())
                .hasMessageContaining("checksum");
    }

    private static String refusal(FakeWorld.Server leader, ServerId peer) {
        return forcedOut(leader, peer).join();
    }

    private static CompletableFuture<String> forcedOut(FakeWorld.Server leader, ServerId peer) {
        return leader.peers()
                .removePeer(peer, Removal.SILENT)
                .handle((removed, failure) -> failure == null ? "removed" : String.valueOf(failure.getMessage()));
    }

    private void aSpareTakesThePlaceOf(FakeWorld.Server gone) {
        FakeWorld.Server spare = world.server("d", 3).start();
        until(() -> spare.view().voter());
        assertThat(spare.raft().voters())
                .hasSize(3)
                .contains(spare.view().self())
                .doesNotContain(gone.lastView().self());
    }

    /** All are members, and each one's name is committed. */
    private List<FakeWorld.Server> foundedByThree() {
        List<FakeWorld.Server> three = startThree();
        until(() -> allIn(three) && world.names.size() == 3);
        return three;
    }

    private List<FakeWorld.Server> startThree() {
        return Stream.of("a", "b", "c").map(n -> world.server(n, 3).start()).toList();
    }

    private static FakeWorld.Server leader(List<FakeWorld.Server> servers) {
        return servers.stream().filter(s -> s.raft().isLeader()).findFirst().orElseThrow();
    }

    private static FakeWorld.Server follower(List<FakeWorld.Server> servers) {
        return servers.stream().filter(s -> !s.raft().isLeader()).findFirst().orElseThrow();
    }

    private static boolean allIn(List<FakeWorld.Server> servers) {
        return servers.stream()
                        .allMatch(s -> s.view().voter()
                                && s.view().led()
                                && s.view().why().isReady())
                && servers.stream().map(s -> s.view().cluster()).distinct().count() == 1;
    }

    /** What takes a second may take half a minute on a machine that does a dozen other things. */
    private void until(BooleanSupplier condition) {
        long end = System.nanoTime() + LONGEST.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError(
                        "not within " + LONGEST.toSeconds() + " s:\n" + world + "\nnames: " + world.names);
            }
            LockSupport.parkNanos(5_000_000);
        }
    }
}
