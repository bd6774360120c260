package io.quorate.peers;

import io.quorate.kernel.ServerId;
import java.io.IOException;
import java.util.UUID;

/** What asks a leader for a removal over the server port, made by anybody. */
public final class LeaveRequests {
    public static final String METHOD = Leaving.METHOD;

    private LeaveRequests() {}

    public static byte[] bytes(ServerId removal, ServerId by, UUID id) {
        return new Leaving.Request(removal, by, id).encode();
    }

    /** As {@link #read} gives it. */
    public static Object value(ServerId removal, ServerId by, UUID id) {
        return new Leaving.Request(removal, by, id);
    }

    public static Object read(byte[] bytes) throws IOException {
        return Leaving.Request.decode(bytes);
    }
}
