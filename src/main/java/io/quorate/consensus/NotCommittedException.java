package io.quorate.consensus;

/**
 * The command is certainly not in the log and will not be: it may be sent again, here or elsewhere.
 *
 * @see ServerBusyException when this server has too much to do: not at once then
 */
public class NotCommittedException extends RuntimeException {
    public NotCommittedException(String message) {
        super(message);
    }
}
