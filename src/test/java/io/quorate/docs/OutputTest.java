package io.quorate.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What counts as the same output, and what does not. */
class OutputTest {
    private static final String PEERS = """
            leader:  server-1, term 3
            Node      ID                                    Address         Role      Voter  Last contact  Last index
            server-2  7ae3fe20-ee56-4856-881b-831c81015d05  127.0.0.1:8310  follower  yes    83 ms         8
            server-1  517c7ce8-0a5d-47c3-82d7-2e241a0ddd71  127.0.0.1:8300  leader    yes    0 ms          8
            """;

    @Test
    void idsAgesIndicesAndTheOrderOfAgentsMayDiffer() {
        assertThat(matches("""
                        leader: server-1, term 1
                        Node      ID           Address         Role      Voter  Last contact  Last index
                        server-1  517c7ce8-... 127.0.0.1:8300  leader    yes    1.5 s         117
                        server-2  00000000-... 127.0.0.1:8310  follower  yes    7 ms          9
                        """, PEERS)).isTrue();
    }

    @Test
    void anotherWordAnotherAddressOrAMissingLineIsSeen() {
        assertThat(matches(PEERS, PEERS)).isTrue();
        assertThat(matches(PEERS.replace("follower", "learner"), PEERS)).isFalse();
        assertThat(matches(PEERS.replace("8310", "8311"), PEERS)).isFalse();
        assertThat(matches(PEERS.replace("leader:  server-1, term 3\n", ""), PEERS))
                .isFalse();
        assertThat(matches(PEERS.replace("leader:  server-1", "leader:  server-2"), PEERS))
                .isFalse();
        assertThat(matches("", PEERS)).isFalse();
    }

    @Test
    void aListOfAddressesMayBeInAnyOrderAndMustBeWhole() {
        String printed = "[\n    \"127.0.0.1:8310\",\n    \"127.0.0.1:8300\"\n]";
        assertThat(matches("[\n  \"127.0.0.1:8300\",\n  \"127.0.0.1:8310\"\n]", printed))
                .isTrue();
        assertThat(matches("[\n  \"127.0.0.1:8300\",\n  \"127.0.0.1:8320\"\n]", printed))
                .isFalse();
        assertThat(matches("[\n  \"127.0.0.1:8300\"\n]", printed)).isFalse();
    }

    @Test
    void dotsStandForAnyPartOfALineOrAnyLines() {
        assertThat(matches("leader: ...\nserver-2 ... follower ...", PEERS)).isFalse();
        assertThat(matches("leader: ...\n...", PEERS)).isTrue();
        assertThat(matches("...\nserver-1 ... leader ...\nserver-2 ... follower ...", PEERS))
                .isTrue();
        assertThat(matches("...\nserver-3 ...\n...", PEERS)).isFalse();
    }

    @Test
    void textsOfJsonAndInfoAreLevelledToo() {
        assertThat(
                        matches(
                                "\"term\":1,\"last_log_index\": 8\nlast_log_index = 8\nnum_peers = 2\nfounders = server-2, server-1",
                                "\"term\":4,\"last_log_index\": 9\n\tlast_log_index = 77\n\tnum_peers = 2\nfounders = server-1, server-2\n"))
                .isTrue();
        assertThat(matches("num_peers = 2", "\tnum_peers = 3\n")).isFalse();
    }

    private static boolean matches(String shown, String printed) {
        return Output.matches(List.of(shown.split("\n", -1)), printed);
    }
}
