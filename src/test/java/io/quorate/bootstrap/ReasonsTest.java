package io.quorate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.ClusterId;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Datacenter;
import io.quorate.kernel.Expect;
import io.quorate.kernel.FoundingState;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ReasonCode;
import io.quorate.kernel.ServerId;
import io.quorate.testing.Fault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The words of founding about declared founders. */
class ReasonsTest {
    private static final Datacenter DC = new Datacenter("dc1");

    private static List<NodeName> names(String... names) {
        return Stream.of(names).map(NodeName::new).toList();
    }

    /** What a server of that name says that declares f1, f2 and f3 and sees the others, who answer as blank servers. */
    private static Why why(String name, String... others) {
        Terms terms = new Terms(new NodeName(name), DC, new Expect(3), names("f1", "f2", "f3"), false);
        FoundingCore core = new FoundingCore(terms, Later.TIMING, Fresh.from(new Random(1)));
        State state = core.start(Optional.empty(), Folder.NONE).state();
        List<Peer> peers = Stream.of(others)
                .map(other -> new Peer(
                        new NodeName(other),
                        id(other),
                        null,
                        Peer.Presence.ALIVE,
                        new Expect(3),
                        null,
                        FoundingState.BLANK,
                        1))
                .toList();
        List<Word> words = peers.stream()
                .map(peer -> new Word(
                        peer.id(),
                        peer.name(),
                        DC,
                        new Expect(3),
                        1,
                        FoundingState.BLANK,
                        null,
                        null,
                        false,
                        null,
                        null))
                .toList();
        State met = core.on(state, new Event.PeersChanged(peers), 0).state();
        return new Reasons(terms).why(Later.stable(core, met, words).state(), RaftStatus.NONE, null);
    }

    private static ServerId id(String name) {
        return new ServerId(new UUID(5, name.hashCode()));
    }

    @Fault(
            line = "D3",
            fault = "founders are declared by short names (f1), and the nodes have long ones (f1.example.com)",
            seen = "/why says FOUNDERS_MISMATCH, with both lists and each pair that is nearly the same")
    @Test
    void shortNamesAndLongOnesAreShownSideBySide() {
        Why why = why("f1.example.com", "f2.example.com", "f3.example.com");
        assertThat(why.code()).isEqualTo(ReasonCode.FOUNDERS_MISMATCH);
        assertThat(why.message())
                .isEqualTo("the declared founders are not the servers that are here: founders declares f1, f2, f3, the"
                        + " servers are named f1.example.com, f2.example.com, f3.example.com (f1 is not"
                        + " f1.example.com, f2 is not f2.example.com, f3 is not f3.example.com)");
        assertThat(why.nextStep()).contains("-founders", "-node");
    }

    @Test
    void oneNameThatDiffersIsEnough() {
        assertThat(why("f1", "F2", "f3").message()).contains("(f2 is not F2)");
        assertThat(why("f1", "f2.").message()).contains("(f2 is not f2.)");
        assertThat(why("f1.example.com").message()).contains("(f1 is not f1.example.com)");
        assertThat(why("f1.example.com").code()).isEqualTo(ReasonCode.FOUNDERS_MISMATCH);
    }

    @Test
    void founderThatIsMerelyMissingIsNoMismatch() {
        Why why = why("f1", "f2", "x1");
        assertThat(why.code()).isEqualTo(ReasonCode.WAITING_FOR_SERVERS);
        assertThat(why.message()).contains("missing f3").doesNotContain("is not among");
    }

    @Test
    void aServerThatIsNotAmongTheFoundersSaysSo() {
        Why why = why("x1", "f1", "f2");
        assertThat(why.code()).isEqualTo(ReasonCode.WAITING_FOR_SERVERS);
        assertThat(why.message()).contains("missing f3", "this server, x1, is not among the declared founders");
        Why nobody = why("x1", "x2", "x3");
        assertThat(nobody.code()).as("as many as are expected, none declared").isEqualTo(ReasonCode.FOUNDERS_MISMATCH);
        assertThat(nobody.message()).contains("founders declares f1, f2, f3, the servers are named x1, x2, x3");
    }

    @Test
    void addressesAsNamesAreNotTakenForOneAnother() {
        assertThat(new DeclaredFounders(names("10.0.0.1"), names("10.0.0.2")).nearly())
                .isEmpty();
        assertThat(new DeclaredFounders(names("f1"), names("f10")).nearly()).isEmpty();
        assertThat(new DeclaredFounders(names("f1.a.example"), names("f1.b.example")).nearly())
                .containsExactly("f1.a.example is not f1.b.example");
    }

    @Fault(
            line = "D5",
            fault = "a server that left is started again with its old data, and the cluster is gone",
            seen =
                    "it says WAITING_FOR_ADOPTION: of which cluster, that nobody of it answers, that it waits without a limit of time, and what to do where the cluster never comes back")
    @Test
    void aServerThatLeftAClusterThatIsGoneSaysThatItWaitsForEver() {
        ClusterRef cluster = ClusterRef.founded(new ClusterId(new UUID(7, 7)));
        Terms terms = new Terms(new NodeName("f3"), DC, new Expect(3), names(), false);
        FoundingRecord left = FoundingRecord.fresh(id("f3"), new NodeName("f3"))
                .standing(new Standing.Member(cluster, "token", true, null));
        FoundingCore core = new FoundingCore(terms, Later.TIMING, Fresh.from(new Random(1)));
        State state = core.start(Optional.of(left), new Folder(true, cluster, "token", false))
                .state();
        RaftStatus raft = new RaftStatus(
                cluster,
                RaftStatus.Role.FOLLOWER,
                null,
                3,
                9,
                3,
                9,
                9,
                0,
                0,
                List.of(id("f1"), id("f2")),
                List.of(),
                -1,
                Map.of(),
                null);
        Why why = new Reasons(terms).why(Later.stable(core, state, List.of()).state(), raft, null);
        assertThat(why.code()).isEqualTo(ReasonCode.WAITING_FOR_ADOPTION);
        assertThat(why.message())
                .contains(cluster.id().toString(), "however long that takes", "no other server of it answers");
        assertThat(why.nextStep()).contains("if it is gone for good", "move its data directory away");
    }

    @Test
    void whoLostItsDataIsNeverAdvisedToDeleteWhatMayBeTheLastCopy() {
        ClusterRef cluster = ClusterRef.founded(new ClusterId(new UUID(7, 7)));
        Terms terms = new Terms(new NodeName("f1"), DC, new Expect(1), names(), false);
        FoundingRecord lost = FoundingRecord.fresh(id("f1"), new NodeName("f1"))
                .standing(new Standing.Blank(cluster, null, "raft/meta is missing"));
        FoundingCore core = new FoundingCore(terms, Later.TIMING, Fresh.from(new Random(1)));
        State state = core.start(Optional.of(lost), Folder.NONE).state();
        Why why = new Reasons(terms).why(Later.stable(core, state, List.of()).state(), RaftStatus.NONE, null);
        assertThat(why.code()).isEqualTo(ReasonCode.DATA_LOST);
        assertThat(why.message()).contains("raft/meta is missing");
        assertThat(why.nextStep())
                .contains("its only server", "move this data directory away", "last copy")
                .doesNotContain("clear");
    }

    /** Whatever is wrong with a directory, it may be the last copy: what is moved can be put back. */
    @Test
    void nobodyIsAdvisedToClearADataDirectory() throws IOException {
        Pattern advice =
                Pattern.compile("(?:clear|delete|empty|wipe|remove) (?:its|the|this|their) (?:data )?director");
        for (String place : List.of("src/main", "src/docs", "helm", "README.md")) {
            try (Stream<Path> files = Files.walk(Path.of(place))) {
                assertThat(files.filter(file -> file.toString().matches(".*\\.(java|md|yaml|json|tpl|txt)"))
                                .filter(file -> advice.matcher(text(file)).find()))
                        .isEmpty();
            }
        }
    }

    /** On one line, as it is told. */
    private static String text(Path file) {
        try {
            return Files.readString(file).replaceAll("\"\\s*\\+\\s*\"", "").replaceAll("\\s+", " ");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
