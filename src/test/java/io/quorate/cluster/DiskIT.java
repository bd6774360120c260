package io.quorate.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.testing.FailingDisk;
import io.quorate.testing.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/**
 * Disks that hang, fail, fill up and lose things under real agents. One cluster goes through all of it, in any order; what makes it
 * write is a client that leaves and comes back.
 */
class DiskIT {
    private static final Duration SOON = Duration.ofSeconds(60);

    @RegisterExtension
    static final Agents AGENTS = new Agents();

    private static final AgentProcess S1 = AGENTS.server("s1");
    private static final AgentProcess S2 = AGENTS.server("s2");
    private static final AgentProcess S3 = AGENTS.server("s3");
    private static final AgentProcess C1 = AGENTS.client("c1");
    private static final Whole ALL = Whole.of(S1, S2, S3, C1);
    private static final Map<AgentProcess, FailingDisk> DISKS = new HashMap<>();

    private static final SharedCluster SHARED = new SharedCluster(AGENTS, ALL);

    @BeforeEach
    void isWhole() {
        SHARED.begin(() -> ALL.servers().forEach(DiskIT::launch), () -> {});
    }

    private static void launch(AgentProcess server) {
        FailingDisk disk = FailingDisk.in(AGENTS.folder(), server.name());
        disk.heal();
        DISKS.put(server, disk);
        List<String> command = new ArrayList<>(List.of("env"));
        disk.environment().forEach((name, value) -> command.add(name + "=" + value));
        command.addAll(AgentProcess.SMALL_JVM);
        command.add("-Dio.quorate.test.log-faults=" + logFaults(server));
        command.addAll(List.of("-jar", AgentProcess.JAR.toString()));
        server.launchWith(command);
    }

    private static Path logFaults(AgentProcess server) {
        return AGENTS.folder().resolve("log-faults-" + server.name());
    }

    private static FailingDisk disk(AgentProcess server) {
        return Objects.requireNonNull(DISKS.get(server));
    }

    private static void clientLeaves() {
        C1.terminate();
        assertThat(C1.exitCode(Duration.ofSeconds(20))).isZero();
    }

    private static void awaitOtherLeader(AgentProcess than) {
        Whole rest = ALL.without(than);
        AGENTS.await("another server leads", SOON, () -> {
            AgentProcess next = rest.leader();
            assertThat(next.leaderAddress()).isNotEmpty();
            assertThat(next.catalog()).doesNotContain("c1");
        });
    }

    private static void awaitDisk(AgentProcess server, String... words) {
        AGENTS.await("its reason is its disk", SOON, () -> {
            JsonNode why = server.why();
            assertThat(why.path("code").asString("")).as("%s", why).isEqualTo("DISK");
            assertThat(why.path("message").asString("")).contains(words);
        });
    }

    private static void wholeAgain(AgentProcess server, String id) {
        C1.start();
        assertThat(ALL.await(AGENTS, Duration.ofMinutes(2))).isEqualTo(SHARED.id());
        assertThat(server.serverId()).isEqualTo(id);
    }

    @Test
    @Fault(
            line = "A1b",
            fault = "the disk of the leading agent has no space left for its raft log",
            seen =
                    "another leads; the agent says DISK with the system's words and the file, and once there is space its raft"
                            + " starts by itself under the same id")
    void aLeaderWhoseDiskIsFullComesBackByItself() {
        AgentProcess full = ALL.leader();
        String id = full.serverId();
        disk(full).fill("/raft/");
        clientLeaves();
        awaitOtherLeader(full);
        awaitDisk(
                full,
                "No space left on device",
                full.dataFolder().resolve("raft").toString());
        assertThat(full.isReady()).isFalse();
        disk(full).heal();
        wholeAgain(full, id);
        assertThat(full.log()).contains("raft starts");
    }

    @Test
    @Fault(
            line = "A1b",
            fault = "each sync of the leading agent hangs: raft log, votes, founding record, all of its disk",
            seen = "another leads, the agent still answers and says DISK, and follows when the disk is back")
    void aLeaderWhoseWholeDiskHangsIsFollowedByAnotherAndComesBack() {
        AgentProcess stalled = ALL.leader();
        String id = stalled.serverId();
        disk(stalled).stall("/");
        clientLeaves();
        awaitOtherLeader(stalled);
        awaitDisk(stalled, "has not returned");
        stalled.get("/actuator/health/liveness").expect(200);
        disk(stalled).heal();
        wholeAgain(stalled, id);
    }

    @Test
    @Fault(
            line = "A9",
            fault = "the log of the leading agent does not reach its disk, the others commit, and it is killed",
            seen =
                    "it keeps its id: only what was on its own disk counts, the database is rebuilt, and nothing is lost")
    void aLeaderThatIsKilledAheadOfItsLogKeepsItsId() throws IOException {
        AgentProcess killed = ALL.leader();
        String id = killed.serverId();
        Files.writeString(logFaults(killed), "stall");
        clientLeaves();
        AGENTS.await(
                "it has applied what is not on its disk",
                SOON,
                () -> assertThat(killed.get("/v1/catalog/nodes?stale")
                                .expect(200)
                                .body())
                        .doesNotContain("\"c1\""));
        killed.kill();
        Files.delete(logFaults(killed));
        awaitOtherLeader(killed);
        killed.start();
        wholeAgain(killed, id);
        assertThat(killed.log()).contains("the local database is rebuilt").doesNotContain("raft data was lost");
    }

    @Test
    @Fault(
            line = "A9",
            fault = "the end of an agent's raft log is gone, entries that it had stored and applied",
            seen = "that is lost data: it comes back as a new server under a new id, and three vote again")
    void anAgentWhoseLogLostItsStoredEndComesBackAsANewServer() throws IOException {
        AgentProcess torn = ALL.followers().get(0);
        String id = torn.serverId();
        torn.kill();
        Files.writeString(logFaults(torn), "torn 5");
        torn.start();
        AGENTS.await(
                "it gave up its id",
                SOON,
                () -> assertThat(torn.serverId()).isNotEmpty().isNotEqualTo(id));
        Files.delete(logFaults(torn));
        assertThat(ALL.await(AGENTS, Duration.ofMinutes(2))).isEqualTo(SHARED.id());
        assertThat(S1.voters()).hasSize(3).contains(torn.serverId()).doesNotContain(id);
        assertThat(torn.log()).contains("raft data was lost", "the log lost its tail");
    }

    @Test
    @Fault(
            line = "A1b",
            fault =
                    "writes to the file of the leading agent's local database fail with an input/output error, its raft log is well",
            seen =
                    "another leads; the agent says DISK with the file and the system's words, and goes on by itself under the same id")
    void aLeaderWhoseDatabaseCannotBeWrittenComesBackByItself() {
        AgentProcess broken = ALL.leader();
        String id = broken.serverId();
        disk(broken).breakDown("/raft/state/");
        clientLeaves();
        awaitOtherLeader(broken);
        awaitDisk(
                broken,
                "Input/output error",
                broken.dataFolder().resolve("raft").resolve("state").toString());
        disk(broken).heal();
        wholeAgain(broken, id);
    }

    @Test
    @Fault(
            line = "A1b",
            fault = "writes to the leading agent's local database do not return, its raft log is well",
            seen =
                    "another leads; the agent says DISK and names the database, still answers, and follows when they return")
    void aLeaderWhoseDatabaseHangsIsFollowedByAnotherAndComesBack() {
        AgentProcess hanging = ALL.leader();
        String id = hanging.serverId();
        disk(hanging).hang("/raft/state/");
        clientLeaves();
        awaitOtherLeader(hanging);
        awaitDisk(
                hanging,
                "has not returned",
                hanging.dataFolder().resolve("raft").resolve("state").toString());
        hanging.get("/actuator/health/liveness").expect(200);
        disk(hanging).heal();
        wholeAgain(hanging, id);
    }

    @Test
    @Fault(
            line = "A1b",
            fault = "each sync of a follower hangs, and it is told to stop meanwhile",
            seen = "the others go on, it says DISK, ends within its bound, and is back when its disk is")
    void aFollowerThatIsStoppedWhileItsDiskHangsEnds() {
        AgentProcess stalled = ALL.followers().get(0);
        String id = stalled.serverId();
        disk(stalled).stall("/");
        clientLeaves();
        awaitOtherLeader(stalled);
        awaitDisk(stalled, "has not returned");
        stalled.terminate();
        int code = stalled.exitCode(Duration.ofSeconds(60));
        disk(stalled).heal();
        stalled.start();
        wholeAgain(stalled, id);
        assertThat(code).isZero();
    }

    @Test
    @Fault(
            line = "A1b",
            fault = "each sync of two of three servers hangs, the leader among them",
            seen = "nothing is committed and nobody is lost: all go on by themselves when the disks are back")
    void twoOfThreeWhoseDisksHangGoOnWhenTheyAreBack() {
        AgentProcess leader = ALL.leader();
        AgentProcess follower = ALL.followers().get(0);
        String id = leader.serverId();
        disk(leader).stall("/");
        disk(follower).stall("/");
        clientLeaves();
        awaitDisk(leader, "has not returned");
        awaitDisk(follower, "has not returned");
        disk(leader).heal();
        disk(follower).heal();
        wholeAgain(leader, id);
    }
}
