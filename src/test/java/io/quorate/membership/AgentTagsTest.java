package io.quorate.membership;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.kernel.Expect;
import io.quorate.kernel.FoundingState;
import io.quorate.kernel.Level;
import io.quorate.kernel.ServerId;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class AgentTagsTest {
    private static AgentTags of(int level) {
        return new AgentTags(
                "dc1", null, Expect.NONE, FoundingState.UNKNOWN, 0, 0, 8500, "1", false, null, "", null, level);
    }

    @Test
    void theLevelComesBackAndWhoSaysNothingHasTheFirst() {
        assertThat(AgentTags.decode(of(7).encode())).contains(of(7));
        assertThat(AgentTags.decode(Map.of("dc", "dc1")).orElseThrow().level()).isEqualTo(Level.FIRST);
        Map<String, String> nonsense = new TreeMap<>(of(2).encode());
        nonsense.put("level", "0");
        assertThat(AgentTags.decode(nonsense)).isEmpty();
    }

    @Test
    void aStateOfFoundingInAWordThatNobodyKnowsIsUnknown() {
        AgentTags server = new AgentTags(
                "dc1",
                new ServerId(new UUID(1, 1)),
                new Expect(3),
                FoundingState.PLEDGED,
                1,
                8300,
                0,
                "1",
                false,
                null);
        TreeMap<String, String> tags = new TreeMap<>(server.encode());
        assertThat(tags).containsEntry("founding", "pledged");
        assertThat(AgentTags.decode(tags)).contains(server);
        tags.put("founding", "of a later version");
        assertThat(AgentTags.decode(tags).orElseThrow().founding()).isEqualTo(FoundingState.UNKNOWN);
    }
}
