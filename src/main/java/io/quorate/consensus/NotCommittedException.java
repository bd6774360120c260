package io.quorate.consensus;

/** The command is certainly not in the log and will not be: it may be sent again, here or elsewhere. */
public final class NotCommittedException extends RuntimeException {
    public NotCommittedException(String message) {
        super(message);
    }
}
