package io.quorate.consensus;

/**
 * Some server of the configuration is too old for the command: with it in its log that server would have to stop. Nothing was done.
 * The same command is taken once every server runs a version that knows it, or is out of the configuration; the message says which
 * one is in the way.
 */
public final class NotUnderstoodException extends NotCommittedException {
    private static final long serialVersionUID = 1L;

    public NotUnderstoodException(String message) {
        super(message);
    }
}
