package io.quorate.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JraftConsensusTest {
    @TempDir
    Path root;

    @Test
    void threeServersElectALeaderAndApplyTheSameEntries() throws Exception {
        try (RaftCluster cluster = new RaftCluster(root)) {
            List<RaftCluster.Server> all = cluster.found(3);
            RaftCluster.Server leader = cluster.leader();

            CommandFamily.Result result = leader.write("a", "1");

            assertThat(result).isEqualTo(new CommandFamily.Result(true, "1"));
            assertThat(leader.note("a")).isEqualTo("1");
            all.forEach(server -> cluster.awaitNote(server, "a", "1"));
        }
    }
}
