package io.quorate.rpc;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Who may stay connected to a port. Beyond a bound, for each address and in all, a new connection takes the place of the oldest one
 * that never sent a whole frame, so that strangers who connect and say nothing keep no server out; where all have, it is refused. Safe
 * for any thread.
 */
final class Admission {
    private static final int PREFIX_BYTES = 8;

    private final int max;
    private final int perAddress;
    private final Map<Object, Integer> byAddress = new HashMap<>();
    private final Set<FrameGuard> unproven = new LinkedHashSet<>();
    private int open;

    Admission(int max, int perAddress) {
        this.max = max;
        this.perAddress = perAddress;
    }

    /** Who is who here: of IPv6 the network, because whoever has one address of it has them all. */
    static Object source(@Nullable SocketAddress remote) {
        if (!(remote instanceof InetSocketAddress socket) || socket.getAddress() == null) {
            return "unknown";
        }
        InetAddress address = socket.getAddress();
        return address instanceof Inet6Address && !address.isLoopbackAddress()
                ? ByteBuffer.wrap(address.getAddress(), 0, PREFIX_BYTES).getLong()
                : address;
    }

    /**
     * Counts it in; each counted one must {@link #leave}.
     *
     * @return whom to close for it: another one, or itself when there is no room; absent when there is
     */
    synchronized @Nullable FrameGuard enter(FrameGuard guard) {
        int same = byAddress.merge(guard.from(), 1, Integer::sum);
        open++;
        FrameGuard instead = null;
        if (same > allowed(guard.from())) {
            instead = oldest(other -> other.from().equals(guard.from()));
        } else if (open > max) {
            instead = oldest(other -> true);
        } else {
            unproven.add(guard);
            return null;
        }
        if (instead == null) {
            return guard;
        }
        unproven.remove(instead);
        unproven.add(guard);
        return instead;
    }

    /** A whole pool may live on one machine. */
    private int allowed(Object source) {
        return source instanceof InetAddress address && address.isLoopbackAddress() ? max : perAddress;
    }

    private @Nullable FrameGuard oldest(Predicate<FrameGuard> fits) {
        return unproven.stream().filter(fits).findFirst().orElse(null);
    }

    /** It has sent a whole frame. */
    synchronized void proven(FrameGuard guard) {
        unproven.remove(guard);
    }

    synchronized void leave(FrameGuard guard) {
        open--;
        unproven.remove(guard);
        byAddress.computeIfPresent(guard.from(), (from, count) -> count == 1 ? null : count - 1);
    }

    synchronized int open() {
        return open;
    }
}
