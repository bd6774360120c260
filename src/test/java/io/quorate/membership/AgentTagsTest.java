package io.quorate.membership;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.kernel.Expect;
import io.quorate.kernel.Level;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class AgentTagsTest {
    private static AgentTags of(int level) {
        return new AgentTags("dc1", null, Expect.NONE, "", 0, 0, 8500, "1", false, null, "", null, level);
    }

    @Test
    void theLevelComesBackAndWhoSaysNothingHasTheFirst() {
        assertThat(AgentTags.decode(of(7).encode())).contains(of(7));
        assertThat(AgentTags.decode(Map.of("dc", "dc1")).orElseThrow().level()).isEqualTo(Level.FIRST);
        Map<String, String> nonsense = new TreeMap<>(of(2).encode());
        nonsense.put("level", "0");
        assertThat(AgentTags.decode(nonsense)).isEmpty();
    }
}
