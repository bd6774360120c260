package io.quorate.peers;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The leader as far as another server that leaves needs it. Declared here and implemented above, where it is known how the servers are
 * asked. Safe for any thread, must not block.
 */
@FunctionalInterface
public interface AskedLeader {
    /**
     * Has the leader take that server out of the peer set. Ends within the time of a leave, exceptionally when it is not known to be
     * out: whatever the reason, the same may be asked again.
     */
    CompletionStage<@Nullable Void> remove(LeaveRequest request);
}
