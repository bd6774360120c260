package io.quorate.peers;

import io.quorate.kernel.ServerId;
import java.time.Duration;
import java.util.Map;

/** The servers that left this cluster a short time ago. For any thread. */
public interface Leavers {
    /** While this server leads: the servers that left and return too early, with how long each is still left alone. */
    Map<ServerId, Duration> leaving();
}
