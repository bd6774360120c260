package io.quorate.consensus.jraft;

/**
 * Log or state hold what this version does not understand: a later one wrote it. Nothing is wrong with disk or data; only a
 * version that knows the command can go on.
 */
final class UnknownCommandException extends RuntimeException {
    UnknownCommandException(String message) {
        super(message);
    }

    UnknownCommandException(String message, Throwable cause) {
        super(message, cause);
    }
}
