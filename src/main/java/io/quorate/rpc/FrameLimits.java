package io.quorate.rpc;

import java.time.Duration;

/**
 * What strangers may take of a port before they have said anything that makes sense.
 *
 * @param frameBytes largest frame
 * @param incompleteBytes of memory for frames that are not yet whole, over all connections; room for the largest frame at least
 * @param idle longest pause inside a frame
 * @param whole longest time from a frame's first byte to its last
 * @param connections at one moment
 * @param perAddress of these from one address; the loopback counts as many
 */
record FrameLimits(
        long frameBytes, long incompleteBytes, Duration idle, Duration whole, int connections, int perAddress) {
    private static final long LEAST_INCOMPLETE = 16L << 20;
    private static final long MOST_INCOMPLETE = 64L << 20;

    FrameLimits {
        if (incompleteBytes < frameBytes) {
            throw new IllegalArgumentException(
                    incompleteBytes + " bytes for incomplete frames cannot hold one of " + frameBytes);
        }
    }

    /** For a heap of that size: an eighth of it, and no more than 64 MB, for what is not yet whole. */
    static FrameLimits of(long heapBytes) {
        long incomplete = Math.max(LEAST_INCOMPLETE, Math.min(MOST_INCOMPLETE, heapBytes / 8));
        return new FrameLimits(
                RpcPort.MAX_FRAME_BYTES, incomplete, Duration.ofSeconds(10), Duration.ofSeconds(60), 4096, 512);
    }
}
