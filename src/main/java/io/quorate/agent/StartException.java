package io.quorate.agent;

/** This agent cannot start, or had to give up; the message is one line for the operator. */
final class StartException extends RuntimeException {
    StartException(String message) {
        super(message);
    }

    StartException(String message, Throwable cause) {
        super(message, cause);
    }
}
