package io.quorate.answer;

import org.jspecify.annotations.Nullable;

/** A question that has no answer. What may be concluded is in its {@link #kind()}; the message says why. */
public final class AskException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Kind kind;
    private final int distance;

    public AskException(Kind kind, String message) {
        this(kind, message, 0);
    }

    AskException(Kind kind, String message, int distance) {
        // Part of the answer, not a bug: nobody reads where it was made, and strangers choose how many are.
        super(message, null, false, false);
        this.kind = kind;
        this.distance = distance;
    }

    public Kind kind() {
        return kind;
    }

    /** How many calls between agents lie between who asked and where it failed; 0: here. */
    public int distance() {
        return distance;
    }

    /** What the asker may conclude. */
    public enum Kind {
        /** The question makes no sense; asked again it makes none either. Nothing happened. */
        SENSELESS(1),
        /** Its condition does not hold, or it is not served. Nothing happened. */
        REFUSED(2),
        /** Nothing happened; asked again later it may be answered. */
        NOT_COMMITTED(3),
        /** Whether anything happened is not known. */
        OUTCOME_UNKNOWN(4),
        /** There was no leader in the time that it was held. Nothing happened. */
        NO_LEADER(5),
        /** No server could be asked. Nothing happened. */
        NO_SERVER(6),
        /** Question or answer is larger than fits. Nothing happened, unless it was the answer of a write. */
        TOO_LARGE(7),
        /** Too much is under way there: ask again later. Nothing happened. */
        BUSY(8),
        /** It failed where it was answered, for a reason of that server: its disk, or a fault in the program. */
        FAILED(9),
        /**
         * A server that has a part in it runs a version that does not know it. Nothing happened; it is answered once that server is
         * upgraded.
         */
        NOT_UNDERSTOOD(10);

        private final int code;

        /** @param code as it travels, above 0; never given another meaning */
        Kind(int code) {
            this.code = code;
        }

        int code() {
            return code;
        }

        /** Absent for one that this version does not know. */
        static @Nullable Kind of(int code) {
            for (Kind kind : values()) {
                if (kind.code == code) {
                    return kind;
                }
            }
            return null;
        }
    }
}
