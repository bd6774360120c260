package io.quorate.codec;

import java.io.IOException;

/** Bytes that are not the record that was expected: nothing of them may be used. The message says which part is wrong. */
public class MalformedException extends IOException {
    private static final long serialVersionUID = 1L;

    public MalformedException(String message) {
        super(message);
    }

    /** Whoever sends such bytes chooses how many of these are made: none carries a stack. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
