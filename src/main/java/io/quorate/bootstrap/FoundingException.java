package io.quorate.bootstrap;

/** The data directory cannot be used: the agent must not start. The message names the file and says what to do. */
public final class FoundingException extends RuntimeException {
    public FoundingException(String message) {
        super(message);
    }

    public FoundingException(String message, Throwable cause) {
        super(message, cause);
    }
}
