package io.quorate.peers;

/** A peer is not removed, and nothing was changed; the message is the reason, for people. */
public final class RemovalRefusedException extends RuntimeException {
    private final boolean alive;

    public RemovalRefusedException(String message, boolean alive) {
        super(message);
        this.alive = alive;
    }

    /** Only a silent peer was to be removed, and it answers. */
    public boolean isAlive() {
        return alive;
    }
}
