package io.quorate.cli;

/** A command could not do what it was asked: printed as it is, exit code 1. */
final class CommandException extends RuntimeException {
    CommandException(String message) {
        super(message);
    }
}
