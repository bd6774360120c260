package io.quorate.rpc;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands before Bolt's decoder and closes a connection whose bytes are no Bolt frame or announce one that is too large. Bolt
 * itself would gather whatever length a stranger announces. Owned by its channel's event loop.
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

    private final long maxFrame;
    private final @Nullable AtomicInteger connections;
    private final int maxConnections;
    private final ByteBuf head = Unpooled.buffer(LONGEST_HEAD, LONGEST_HEAD);
    private long skip;
    private boolean refused;

    /** @param connections counts open ones and refuses beyond the bound; absent: not counted */
    FrameGuard(long maxFrame, @Nullable AtomicInteger connections, int maxConnections) {
        this.maxFrame = maxFrame;
        this.connections = connections;
        this.maxConnections = maxConnections;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) throws Exception {
        if (connections != null && connections.incrementAndGet() > maxConnections) {
            refuse(context, "more than " + maxConnections + " connections");
        }
        super.channelActive(context);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        if (connections != null) {
            connections.decrementAndGet();
        }
        super.channelInactive(context);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        if (refused || !(message instanceof ByteBuf bytes)) {
            ReferenceCountUtil.release(message);
            return;
        }
        String wrong = walk(bytes);
        if (wrong != null) {
            ReferenceCountUtil.release(message);
            refuse(context, wrong);
            return;
        }
        super.channelRead(context, message);
    }

    private void refuse(ChannelHandlerContext context, String why) {
        refused = true;
        LOG.atDebug().addKeyValue("from", context.channel().remoteAddress()).log("connection closed: {}", why);
        ChannelFuture unused = context.close();
    }

    private @Nullable String walk(ByteBuf bytes) {
        int at = bytes.readerIndex();
        int end = bytes.writerIndex();
        while (at < end) {
            if (skip > 0) {
                long step = Math.min(skip, end - at);
                at += (int) step;
                skip -= step;
                continue;
            }
            head.writeByte(bytes.getByte(at));
            at++;
            String wrong = readHead();
            if (wrong != null) {
                return wrong;
            }
        }
        return null;
    }

    /** Looks at what of the head is there; when it is whole, knows how many bytes to let pass. */
    private @Nullable String readHead() {
        int there = head.writerIndex();
        byte protocol = head.getByte(0);
        if (protocol != 1 && protocol != 2) {
            return "no frame of ours";
        }
        int typeAt = protocol == 1 ? 1 : 2;
        if (there <= typeAt) {
            return null;
        }
        byte type = head.getByte(typeAt);
        if (type < 0 || type > 2) {
            return "no type of frame: " + type;
        }
        boolean response = type == 0;
        int length = (protocol == 1 ? 20 : 22) + (response ? 0 : 2);
        if (there < length) {
            return null;
        }
        int lengths = length - LENGTHS;
        int className = head.getShort(lengths);
        int header = head.getShort(lengths + 2);
        long content = head.getInt(lengths + 4);
        // Bolt reads the short ones as signed, too: a negative one would make it wait or miscount.
        if (className < 0 || header < 0 || content < 0 || className + header + content > maxFrame) {
            return "a frame of " + content + " bytes";
        }
        boolean checked = protocol == 2 && head.getByte(1) == 2 && (head.getByte(11) & 1) != 0;
        skip = className + header + content + (checked ? CHECKSUM : 0);
        head.clear();
        return null;
    }
}
