package io.quorate.consensus;

/** The command may or may not become committed: only an idempotent one may be sent again. */
public final class OutcomeUnknownException extends RuntimeException {
    public OutcomeUnknownException(String message) {
        super(message);
    }
}
