package io.quorate.rpc;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.quorate.runtime.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands before Bolt's decoder, which sees whole frames only. Closes a connection whose bytes are no Bolt frame, announce one that is
 * too large, or stop in the middle of one: Bolt itself would gather whatever length a stranger announces, for ever, in memory that the
 * raft group needs. What a frame takes until it is whole is counted in {@link Incomplete}. Owned by its channel's event loop, but for
 * {@link #cutOff} and {@link #from}.
 *
 * <p>A frame begins with the protocol's number, the version, and the type; behind fixed fields follow three lengths: class name
 * (2 bytes), header (2) and content (4). Requests have two more bytes before the lengths than responses; protocol 1 lacks the
 * version and the switch byte; protocol 2 may end with a checksum of four bytes.
 */
final class FrameGuard extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(FrameGuard.class);
    private static final int LENGTHS = 8;
    private static final int LONGEST_HEAD = 24;
    private static final int CHECKSUM = 4;
    private static final int LEAST_ROOM = 256;
    private static final int MOST_ROOM = 64 << 10;

    private final FrameLimits limits;
    private final Incomplete incomplete;
    private final @Nullable Admission admission;
    private final Ticker ticker;
    private final ByteBuf head = Unpooled.buffer(LONGEST_HEAD, LONGEST_HEAD);
    private volatile Object from = "unknown";
    private volatile @Nullable ChannelHandlerContext context;
    /** Bytes of the present frame that are still to come, once its head is known. */
    private long missing;
    /** The present frame as far as it has come, in pieces; none while it is whole within what was read. */
    private final List<ByteBuf> begun = new ArrayList<>();

    private long keptBytes;
    private long begunNanos;
    private long heardNanos;
    private @Nullable Future<?> check;
    private boolean proven;
    private boolean refused;

    /** @param admission counts open connections and bounds them; absent: not counted */
    FrameGuard(FrameLimits limits, Incomplete incomplete, @Nullable Admission admission, Ticker ticker) {
        this.limits = limits;
        this.incomplete = incomplete;
        this.admission = admission;
        this.ticker = ticker;
    }

    /** Who is at the other end, as far as bounds go. */
    Object from() {
        return from;
    }

    @Override
    public void channelActive(ChannelHandlerContext active) throws Exception {
        context = active;
        from = Admission.source(active.channel().remoteAddress());
        if (admission != null) {
            FrameGuard leaves = admission.enter(this);
            if (leaves != null) {
                leaves.cutOff("too many connections");
            }
        }
        super.channelActive(active);
    }

    @Override
    public void channelInactive(ChannelHandlerContext inactive) throws Exception {
        if (admission != null) {
            admission.leave(this);
        }
        forget();
        super.channelInactive(inactive);
    }

    @Override
    public void channelRead(ChannelHandlerContext reading, Object message) {
        if (refused || !(message instanceof ByteBuf bytes)) {
            ReferenceCountUtil.release(message);
            return;
        }
        try {
            String wrong = take(reading, bytes);
            if (wrong != null) {
                refuse(reading, wrong);
            }
        } finally {
            bytes.release();
        }
    }

    /** For any thread: closes the connection, whose memory is needed by others. */
    void cutOff(String why) {
        ChannelHandlerContext open = context;
        if (open != null) {
            open.executor().execute(() -> refuse(open, why));
        }
    }

    private void refuse(ChannelHandlerContext closing, String why) {
        if (refused) {
            return;
        }
        refused = true;
        forget();
        LOG.atDebug().addKeyValue("from", closing.channel().remoteAddress()).log("connection closed: {}", why);
        ChannelFuture unused = closing.close();
    }

    private void forget() {
        incomplete.end(this);
        begun.forEach(ByteBuf::release);
        begun.clear();
        keptBytes = 0;
        if (check != null) {
            check.cancel(false);
            check = null;
        }
    }

    /** Passes on what is whole and keeps a copy of the rest. Says what is wrong, if anything is. */
    private @Nullable String take(ChannelHandlerContext reading, ByteBuf bytes) {
        int end = bytes.writerIndex();
        int kept = bytes.readerIndex();
        int whole = kept;
        int at = kept;
        while (at < end) {
            at = step(bytes, at, end);
            if (at < 0) {
                return "no frame of ours, or one that is too large";
            }
            if (missing > 0 || head.isReadable()) {
                continue;
            }
            whole = at;
            if (!begun.isEmpty()) {
                String full = keep(reading, bytes, kept, at);
                if (full != null) {
                    return full;
                }
                passOnBegun(reading);
                kept = at;
            }
        }
        if (whole > kept) {
            prove();
            boolean all = kept == bytes.readerIndex() && whole == end;
            reading.fireChannelRead(all ? bytes.retain() : bytes.retainedSlice(kept, whole - kept));
            kept = whole;
        }
        return kept == end ? null : keep(reading, bytes, kept, end);
    }

    private void prove() {
        if (!proven && admission != null) {
            admission.proven(this);
        }
        proven = true;
    }

    private void passOnBegun(ChannelHandlerContext reading) {
        ByteBuf frame = Unpooled.wrappedBuffer(begun.size(), begun.toArray(new ByteBuf[0]));
        begun.clear();
        keptBytes = 0;
        incomplete.end(this);
        prove();
        reading.fireChannelRead(frame);
    }

    /** Adds these bytes to the present frame, in memory that is counted before it is taken. */
    private @Nullable String keep(ChannelHandlerContext reading, ByteBuf bytes, int first, int end) {
        long now = ticker.nanos();
        heardNanos = now;
        if (begun.isEmpty()) {
            begunNanos = now;
        }
        for (int at = first; at < end; ) {
            ByteBuf last = begun.isEmpty() ? null : begun.get(begun.size() - 1);
            if (last == null || !last.isWritable()) {
                last = room(end - at);
                if (last == null) {
                    return "too many bytes of incomplete frames";
                }
            }
            int count = Math.min(last.writableBytes(), end - at);
            last.writeBytes(bytes, at, count);
            at += count;
        }
        if (check == null) {
            checkLater(reading, limits.idle().toNanos());
        }
        return null;
    }

    /**
     * A piece more. Small at first, because what is only announced takes no memory, and never large: whole frames would be copied again
     * and again as they grow, and large arrays are what a collector stops longest for.
     */
    private @Nullable ByteBuf room(int needed) {
        long room = Math.min(MOST_ROOM, Math.max(LEAST_ROOM, keptBytes));
        // No more than the frame still wants, as far as that is known.
        int size = (int) Math.max(Math.min(needed, MOST_ROOM), Math.min(room, needed + missing));
        for (FrameGuard guard : incomplete.grow(this, size)) {
            if (guard == this) {
                return null;
            }
            guard.cutOff("too many bytes of incomplete frames");
        }
        ByteBuf piece = Unpooled.buffer(size, size);
        begun.add(piece);
        keptBytes += size;
        return piece;
    }

    private void checkLater(ChannelHandlerContext reading, long nanos) {
        check = reading.executor().schedule(() -> check(reading), nanos, TimeUnit.NANOSECONDS);
    }

    /** Runs seldom: a frame that is whole in time leaves the check to the next one. */
    private void check(ChannelHandlerContext reading) {
        check = null;
        if (begun.isEmpty() || refused) {
            return;
        }
        long now = ticker.nanos();
        long idle = now - heardNanos;
        if (idle >= limits.idle().toNanos()
                || now - begunNanos >= limits.whole().toNanos()) {
            refuse(reading, "a frame that does not come to its end");
            return;
        }
        checkLater(
                reading,
                Math.max(TimeUnit.MILLISECONDS.toNanos(1), limits.idle().toNanos() - idle));
    }

    /** Goes on within the present frame; -1 when it is none. */
    private int step(ByteBuf bytes, int at, int end) {
        if (missing > 0) {
            long step = Math.min(missing, end - at);
            missing -= step;
            return at + (int) step;
        }
        head.writeByte(bytes.getByte(at));
        return readHead() ? at + 1 : -1;
    }

    /** Looks at what of the head is there; when it is whole, knows how many bytes must follow. */
    private boolean readHead() {
        int there = head.writerIndex();
        byte protocol = head.getByte(0);
        if (protocol != 1 && protocol != 2) {
            return false;
        }
        int typeAt = protocol == 1 ? 1 : 2;
        if (there <= typeAt) {
            return true;
        }
        byte type = head.getByte(typeAt);
        if (type < 0 || type > 2) {
            return false;
        }
        boolean response = type == 0;
        int length = (protocol == 1 ? 20 : 22) + (response ? 0 : 2);
        if (there < length) {
            return true;
        }
        int lengths = length - LENGTHS;
        int className = head.getShort(lengths);
        int header = head.getShort(lengths + 2);
        long content = head.getInt(lengths + 4);
        // Bolt reads the short ones as signed, too: a negative one would make it wait or miscount.
        if (className < 0 || header < 0 || content < 0 || className + header + content > limits.frameBytes()) {
            return false;
        }
        boolean checked = protocol == 2 && head.getByte(1) == 2 && (head.getByte(11) & 1) != 0;
        missing = className + header + content + (checked ? CHECKSUM : 0);
        head.clear();
        return true;
    }
}
