package io.quorate.consensus;

/**
 * Refused for load, before anything was done: the command is certainly not in the log. Whoever asked should slow down and send it
 * again later; another try at once meets the same server in the same state.
 */
public final class ServerBusyException extends NotCommittedException {
    public ServerBusyException(String message) {
        super(message);
    }
}
