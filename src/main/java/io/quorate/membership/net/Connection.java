package io.quorate.membership.net;

import io.quorate.codec.MalformedException;
import io.quorate.membership.GossipCounters.Tally;
import io.quorate.membership.Meeting;
import io.quorate.membership.net.Seal.Kind;
import io.quorate.membership.swim.Hindrance;
import io.quorate.membership.swim.Message;
import io.quorate.membership.swim.Wire;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One exchange over TCP: question, answer, and perhaps a last word. Owned by the thread of {@link Streams}. */
final class Connection {
    private static final Hindrance HUNG_UP =
            new Hindrance(Meeting.Outcome.HUNG_UP, "closed without an answer; do both sides have the same gossip key?");

    /** Refusals of bytes that follow from keys: any other means that no gossip of ours was spoken. */
    private static final Set<Tally> OF_KEYS =
            EnumSet.of(Tally.REJECTED_KEY, Tally.REJECTED_SEALED, Tally.REJECTED_PLAIN, Tally.REJECTED_FORGED);

    private static final int READ = 64 * 1024;

    private final Streams streams;
    private final long id;
    private final SocketChannel channel;
    private final SelectionKey key;
    /** Where it came from; absent when it was opened here. */
    private final @Nullable InetAddress from;

    private final List<byte[]> salts = new ArrayList<>();
    private final ByteBuffer input = ByteBuffer.allocate(READ);
    private @Nullable MessageReader reader;
    private @Nullable Message ask;
    private @Nullable ByteBuffer output;
    private Kind awaited = Kind.ASK;
    private boolean thenRead;
    private long headerDeadline = Long.MAX_VALUE;
    private long deadline = Long.MAX_VALUE;
    /** Whether the one who asked for it here has had its word. */
    private boolean told;

    /** Whether anything that makes sense has come. */
    private boolean said;

    private boolean closed;

    Connection(Streams streams, long id, SocketChannel channel, SelectionKey key, @Nullable InetAddress from) {
        this.streams = streams;
        this.id = id;
        this.channel = channel;
        this.key = key;
        this.from = from;
    }

    long id() {
        return id;
    }

    /** One that came here, from there or from anywhere, and has said nothing yet. */
    boolean isSilentGuest(@Nullable InetAddress whose) {
        return from != null && !said && (whose == null || from.equals(whose));
    }

    void connecting(Message question, long connectDeadline) {
        ask = question;
        deadline = connectDeadline;
    }

    void expect(Kind kind, long header, long exchange) {
        awaited = kind;
        reader = new MessageReader(streams.codec(), kind, salts, streams.budget());
        headerDeadline = header;
        deadline = exchange;
    }

    void ready() {
        try {
            if (ask != null) {
                if (!channel.finishConnect()) {
                    return;
                }
                Message question = ask;
                ask = null;
                deadline = streams.nowMs() + Streams.EXCHANGE_MS;
                write(Kind.ASK, question, true);
            } else if (output != null) {
                flush();
            } else {
                read();
            }
        } catch (IOException e) {
            fail(Streams.hindrance(e));
        }
    }

    /** @param more whether something is to be read afterwards */
    void write(Kind kind, Message message, boolean more) {
        if (closed) {
            return;
        }
        byte[] bytes = streams.codec().streamMessage(kind, salts, Wire.encodeStream(message));
        streams.counters().add(Tally.BYTES_OUT, bytes.length);
        output = ByteBuffer.wrap(bytes);
        thenRead = more;
        awaited = kind == Kind.ASK ? Kind.ANSWER : Kind.CLOSE;
        try {
            flush();
        } catch (IOException e) {
            fail(Streams.hindrance(e));
        }
    }

    private void flush() throws IOException {
        ByteBuffer bytes = output;
        if (bytes == null) {
            return;
        }
        channel.write(bytes);
        if (bytes.hasRemaining()) {
            key.interestOps(SelectionKey.OP_WRITE);
            return;
        }
        output = null;
        if (thenRead) {
            expect(awaited, deadline, deadline);
            key.interestOps(SelectionKey.OP_READ);
        } else {
            told = true;
            shut();
        }
    }

    private void read() throws IOException {
        MessageReader present = reader;
        if (present == null) {
            return;
        }
        input.clear();
        int count = channel.read(input);
        if (count < 0) {
            // One that has another key, or none, hears nothing it understands and hangs up.
            fail(HUNG_UP);
            return;
        }
        streams.counters().add(Tally.BYTES_IN, count);
        input.flip();
        // Whoever speaks another language shows it in the first bytes, with which such an answer is refused.
        ByteBuffer begin = input.duplicate();
        try {
            ByteBuffer whole = present.feed(input);
            if (whole == null) {
                if (present.hasHeader()) {
                    // More must follow soon: what has come holds memory that others need.
                    headerDeadline = streams.nowMs() + Streams.PAUSE_MS;
                    said = true;
                }
                return;
            }
            said = true;
            headerDeadline = Long.MAX_VALUE;
            Message message = Wire.decodeStream(whole);
            present.release();
            reader = null;
            key.interestOps(0);
            deliver(message);
        } catch (RejectedException e) {
            streams.counters().add(e.reason());
            fail(notUnderstood(e.reason(), begin));
        } catch (MalformedException e) {
            streams.counters().add(Tally.REJECTED_MALFORMED);
            fail(new Hindrance(Meeting.Outcome.NOT_GOSSIP, "its answer was malformed"));
        }
    }

    /** @param message absent: one that this version does not know */
    private void deliver(@Nullable Message message) {
        if (message == null) {
            streams.counters().add(Tally.REJECTED_TYPE);
            fail(new Hindrance(Meeting.Outcome.INCOMPATIBLE, "answered with a message of an unknown type"));
            return;
        }
        switch (awaited) {
            case ASK -> streams.listener().asked(id, message);
            case ANSWER -> {
                told = true;
                streams.listener().answered(id, message);
            }
            default -> {
                told = true;
                streams.listener().last(id, message);
                shut();
            }
        }
    }

    void finish(@Nullable Message last) {
        if (last == null) {
            told = true;
            shut();
        } else {
            write(Kind.CLOSE, last, false);
        }
    }

    void checkDeadline(long now) {
        if (now >= deadline || now >= headerDeadline) {
            streams.counters().add(Tally.REJECTED_TIMEOUT);
            fail(new Hindrance(
                    Meeting.Outcome.SILENT, ask != null ? "no connection within 5 s" : "no answer within 10 s"));
        }
    }

    private static Hindrance notUnderstood(Tally reason, ByteBuffer begin) {
        Meeting.Outcome outcome = OF_KEYS.contains(reason)
                ? Meeting.Outcome.OTHER_KEY
                : reason == Tally.REJECTED_VERSION || reason == Tally.REJECTED_LABEL
                        ? Meeting.Outcome.INCOMPATIBLE
                        : reason == Tally.REJECTED_STREAM ? Meeting.Outcome.BUSY : Meeting.Outcome.NOT_GOSSIP;
        String words = reason == Tally.REJECTED_VERSION
                ? "its gossip has another version than this agent's (" + PacketCodec.VERSION + ")"
                : "its answer was not understood (" + reason.value() + ")";
        return new Hindrance(
                outcome, outcome == Meeting.Outcome.NOT_GOSSIP ? OtherLanguage.words(begin, words) : words);
    }

    private void fail(Hindrance hindrance) {
        boolean tell = !told && !closed;
        told = true;
        shut();
        if (tell) {
            streams.listener().failed(id, hindrance);
        }
    }

    private void shut() {
        if (!closed) {
            closed = true;
            if (reader != null) {
                reader.release();
            }
            Streams.closeQuietly(channel);
            streams.gone(this, from);
        }
    }

    /** At the end of all: nobody is told any more. */
    void abandon() {
        told = true;
        shut();
    }
}
