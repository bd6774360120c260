package io.quorate.rpc;

/** A call that has no answer. What may be concluded is in its {@link #kind()}. */
public final class RpcException extends RuntimeException {
    private final Kind kind;

    public RpcException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public RpcException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    /** What the caller may conclude. */
    public enum Kind {
        /** The request certainly did not reach a handler: it may be sent elsewhere. */
        NOT_SENT,
        /** It may or may not have been carried out: connection lost, or no answer in time. */
        UNKNOWN,
        /** The other side answered that it failed; the message is its own. */
        FAILED,
        /** The other side answered that too much is under way there: no handler has seen the request. */
        BUSY
    }
}
