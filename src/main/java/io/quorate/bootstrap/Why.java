package io.quorate.bootstrap;

import io.quorate.kernel.FoundingState;
import io.quorate.kernel.ReasonCode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an agent is waiting for.
 *
 * @param message one sentence that names the servers and values concerned
 * @param nextStep what an operator can do; "nothing: ..." when it goes on by itself
 * @param evidence one line per server that is expected or known
 */
public record Why(ReasonCode code, String message, String nextStep, List<Evidence> evidence) {
    public Why {
        evidence = List.copyOf(evidence);
    }

    public boolean isReady() {
        return code == ReasonCode.READY;
    }

    /**
     * One server.
     *
     * @param state {@code blank}, {@code pledged}, {@code withdrawn}, {@code member}, {@code unknown};
     *     {@code failed} when it says itself that it takes no part
     * @param cluster absent when it has or says none
     * @param expect -1 unknown
     */
    public record Evidence(
            String server,
            @Nullable String serverId,
            @Nullable String address,
            boolean discovered,
            boolean reachable,
            FoundingState state,
            @Nullable String cluster,
            int expect,
            @Nullable String pledge) {}
}
