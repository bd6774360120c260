package io.quorate.store;

/** The state cannot be read or written now; the message says why. Nothing was changed. */
public final class StateUnavailableException extends RuntimeException {
    public StateUnavailableException(String message) {
        super(message);
    }

    public StateUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
