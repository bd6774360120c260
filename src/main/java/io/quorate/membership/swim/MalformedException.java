package io.quorate.membership.swim;

/** Bytes that are no message of ours: drop the whole packet and count it. */
public final class MalformedException extends Exception {
    private static final long serialVersionUID = 1L;

    public MalformedException(String message) {
        // No stack trace: a hostile sender chooses how many of these are made.
        super(message, null, false, false);
    }
}
