package io.quorate.http;

/** A request that was understood and cannot be fulfilled: this status, this text. Nothing was changed. */
public final class RefusedException extends RuntimeException {
    private final int status;

    public RefusedException(int status, String message) {
        super(message);
        this.status = status;
    }

    /** 500, which Consul answers for nearly everything. */
    public RefusedException(String message) {
        this(500, message);
    }

    public int status() {
        return status;
    }
}
