package io.quorate.answer;

import io.quorate.codec.Bounds;
import io.quorate.codec.Form;
import io.quorate.codec.In;
import io.quorate.codec.MalformedException;
import io.quorate.codec.Out;
import java.time.Duration;

/** A question and its answer as they travel between agents: the RPC method {@link #METHOD}. */
final class Envelope {
    static final String METHOD = "ask";

    private static final int VERSION = 1;
    private static final int ANSWERED = 0;
    /** Answered, and where the body is read behind it; above the kinds of failures. */
    private static final int STREAMED = 0x80;

    private static final int MAX_NAME = 128;
    private static final int MAX_WORDS = 8192;

    private Envelope() {}

    /**
     * @param hops calls that it took so far, this one included
     * @param hold how much longer it may wait for a leader
     * @param question in the operation's form
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared, only handed on
    record Forwarded(String operation, int hops, Duration hold, Terms terms, byte[] question) {}

    private static final Form<Forwarded> FORWARDED = Form.of(
            (value, out) -> out.u8(VERSION)
                    .text(value.operation(), MAX_NAME)
                    .u8(value.hops())
                    .i64(value.hold().toMillis())
                    .value(value.terms(), Envelope.TERMS)
                    .blob(value.question(), Bounds.BLOB),
            Envelope::forwarded);

    private static final Form<Terms> TERMS = Form.of(
            (terms, out) -> out.u8(terms.mode().code())
                    .i64(terms.maxStale().toMillis())
                    .i64(terms.index())
                    .i64(terms.waitTime().toMillis())
                    .text(terms.datacenter()),
            in -> new Terms(mode(in), Duration.ofMillis(in.i64()), in.i64(), Duration.ofMillis(in.i64()), in.text()));

    /** @throws IllegalArgumentException when the question is larger than fits */
    static byte[] write(Forwarded question) {
        return FORWARDED.bytes(question);
    }

    static Forwarded read(byte[] message) throws MalformedException {
        return FORWARDED.of(message);
    }

    private static Forwarded forwarded(In in) throws MalformedException {
        version(in);
        Forwarded question = new Forwarded(
                in.text(MAX_NAME), in.u8(), Duration.ofMillis(in.i64()), in.value(TERMS), in.blob(Bounds.BLOB));
        if (question.hops() < 1 || question.hold().isNegative()) {
            throw new MalformedException("a question that was never forwarded");
        }
        return question;
    }

    private static final Form<Answer.Ticket> TICKET = Form.of(
            (ticket, out) -> out.uuid(ticket.stream()).optional(ticket.at(), Out::endpoint),
            in -> new Answer.Ticket(in.uuid(), in.optional(In::endpoint)));

    static <A> byte[] answer(Answer<A> answer, Form<A> form) {
        Answer.Ticket ticket = answer.ticket();
        Out out = new Out()
                .u8(VERSION)
                .u8(ticket == null ? ANSWERED : STREAMED)
                .i64(answer.index())
                .flag(answer.knownLeader())
                .i64(answer.lastContactMs())
                .u8(answer.mode().code())
                .value(answer.value(), form);
        return (ticket == null ? out : out.value(ticket, TICKET)).bytes();
    }

    static byte[] failure(AskException failure) {
        String words = failure.getMessage() == null ? "" : failure.getMessage();
        return new Out()
                .u8(VERSION)
                .u8(failure.kind().code())
                .u8(Math.min(0xff, failure.distance()))
                .text(words.length() > MAX_WORDS / 4 ? words.substring(0, MAX_WORDS / 4) : words, MAX_WORDS)
                .bytes();
    }

    /**
     * @throws AskException what it failed with over there, one call further away
     * @throws MalformedException when the bytes are no answer of this version
     */
    static <A> Answer<A> answer(byte[] message, Form<A> form) throws MalformedException {
        In in = new In(message);
        version(in);
        int kind = in.u8();
        if (kind != ANSWERED && kind != STREAMED) {
            AskException failure = failure(kind, in);
            in.end();
            throw failure;
        }
        long index = in.i64();
        boolean knownLeader = in.flag();
        long lastContactMs = in.i64();
        Mode mode = mode(in);
        Answer<A> answer = new Answer<>(in.value(form), index, knownLeader, lastContactMs, mode, null);
        if (kind == STREAMED) {
            answer = answer.streaming(in.value(TICKET));
        }
        in.end();
        return answer;
    }

    private static AskException failure(int kind, In in) throws MalformedException {
        AskException.Kind known = AskException.Kind.of(kind);
        if (known == null) {
            throw new MalformedException("a failure of kind " + kind);
        }
        int distance = in.u8();
        return new AskException(known, in.text(MAX_WORDS), distance + 1);
    }

    private static Mode mode(In in) throws MalformedException {
        int code = in.u8();
        Mode mode = Mode.of(code);
        if (mode == null) {
            throw new MalformedException("mode " + code);
        }
        return mode;
    }

    private static void version(In in) throws MalformedException {
        int version = in.u8();
        if (version != VERSION) {
            throw new MalformedException(
                    "a question or an answer of version " + version + ", only " + VERSION + " is known here");
        }
    }
}
