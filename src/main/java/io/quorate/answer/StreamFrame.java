package io.quorate.answer;

import io.quorate.codec.Form;
import io.quorate.codec.In;
import io.quorate.codec.MalformedException;
import io.quorate.codec.Out;
import java.util.UUID;

/** What is said about one streamed answer: the questions and answers of the RPC method {@link #METHOD}. */
sealed interface StreamFrame {
    String METHOD = "stream";

    int MAX_WORDS = 8192;
    Form<Wanted> WANTED = Form.<Wanted>of(
                    (wanted, out) -> out.uuid(wanted.stream()).i64(wanted.number()),
                    in -> new Wanted(in.uuid(), in.i64()))
            .version(1, "a stream's question");
    Form<StreamFrame> FORM = Form.of(StreamFrame::write, StreamFrame::read).version(1, "a stream's frame");

    /**
     * What a reader asks for.
     *
     * @param number of the piece, from 1 on; {@link #NO_MORE} when it wants none any more
     */
    record Wanted(UUID stream, long number) {
        static final long NO_MORE = 0;

        public Wanted {
            if (number < NO_MORE) {
                throw new IllegalArgumentException("piece " + number + " of a stream");
            }
        }
    }

    /** The piece of that number. */
    @SuppressWarnings("ArrayRecordComponent") // never compared, only handed on
    record Piece(long number, byte[] bytes) implements StreamFrame {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.piece(this);
        }
    }

    /**
     * There is no piece of that number: all before it are the whole.
     *
     * @param length of all pieces in bytes
     * @param checksum CRC-32C over them
     */
    record End(long number, long length, long checksum) implements StreamFrame {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.end(this);
        }
    }

    /** The piece is being made: ask for it again. */
    record NotYet() implements StreamFrame {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.notYet(this);
        }
    }

    /** Nothing more will come, and what came is not the whole. */
    record Broken(String why) implements StreamFrame {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.broken(this);
        }
    }

    <R> R match(Cases<R> cases);

    /** One method for each. */
    interface Cases<R> {
        R piece(Piece piece);

        R end(End end);

        R notYet(NotYet notYet);

        R broken(Broken broken);
    }

    private static void write(StreamFrame frame, Out out) {
        frame.match(new Cases<Out>() {
            @Override
            public Out piece(Piece piece) {
                return out.u8(1).i64(piece.number()).blob(piece.bytes(), Source.PIECE);
            }

            @Override
            public Out end(End end) {
                return out.u8(2).i64(end.number()).i64(end.length()).i64(end.checksum());
            }

            @Override
            public Out notYet(NotYet notYet) {
                return out.u8(3);
            }

            @Override
            public Out broken(Broken broken) {
                String why = broken.why();
                // As many characters as fit whatever they are.
                return out.u8(4).text(why.length() > MAX_WORDS / 4 ? why.substring(0, MAX_WORDS / 4) : why, MAX_WORDS);
            }
        });
    }

    private static StreamFrame read(In in) throws MalformedException {
        int kind = in.u8();
        return switch (kind) {
            case 1 -> new Piece(in.i64(), in.blob(Source.PIECE));
            case 2 -> new End(in.i64(), in.i64(), in.i64());
            case 3 -> new NotYet();
            case 4 -> new Broken(in.text(MAX_WORDS));
            default -> throw new MalformedException("a stream's frame of kind " + kind);
        };
    }
}
