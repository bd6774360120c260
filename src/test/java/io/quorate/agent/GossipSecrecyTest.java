package io.quorate.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.agent.settings.AgentSettings;
import io.quorate.agent.settings.SharedKey;
import io.quorate.testing.Fault;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class GossipSecrecyTest {
    private static final SharedKey KEY = SharedKey.ofBase64("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=");

    private static AgentSettings.Gossip gossip(List<SharedKey> keys, boolean incoming, boolean outgoing) {
        Duration second = Duration.ofSeconds(1);
        return new AgentSettings.Gossip(keys, incoming, outgoing, second, 3, second, second, 4, 4, Duration.ofDays(3));
    }

    private static AgentSettings.Network bound(String address) throws UnknownHostException {
        InetAddress bind = InetAddress.getByName(address);
        return new AgentSettings.Network(bind, bind, List.of(bind), 8500, 8300, 8301);
    }

    @Fault(
            line = "E8",
            fault = "an agent without a gossip key is bound beyond the loopback",
            seen = "its start line says that gossip is not encrypted, and one warning says what that means and how to"
                    + " encrypt it")
    @Test
    void withoutAKeyAWarningSaysHowToGetOneBeyondTheLoopbackOnly() throws UnknownHostException {
        GossipSecrecy clear = GossipSecrecy.of(gossip(List.of(), true, true));
        assertThat(clear.word()).isEqualTo("not encrypted");
        for (String address : List.of("0.0.0.0", "10.0.0.1", "::")) {
            assertThat(clear.warning(bound(address)))
                    .get()
                    .asString()
                    .contains("gossip is not encrypted", ":8301", "quorate keygen", "-encrypt=KEY");
        }
        assertThat(clear.warning(bound("127.0.0.1"))).isEmpty();
        assertThat(clear.warning(bound("::1"))).isEmpty();
    }

    @Test
    void aKeyThatIsNotInsistedOnIsSaidToProtectNothingYet() throws UnknownHostException {
        for (GossipSecrecy half : List.of(
                GossipSecrecy.of(gossip(List.of(KEY), false, true)),
                GossipSecrecy.of(gossip(List.of(KEY), true, false)))) {
            assertThat(half.word()).isEqualTo("encrypted and in the clear");
            assertThat(half.warning(bound("0.0.0.0"))).get().asString().contains("-encrypt-verify-incoming=true");
        }
        GossipSecrecy whole = GossipSecrecy.of(gossip(List.of(KEY), true, true));
        assertThat(whole.word()).isEqualTo("encrypted");
        assertThat(whole.warning(bound("0.0.0.0"))).isEmpty();
    }
}
