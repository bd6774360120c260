package io.quorate.http;

/** The request makes no sense and will never make any: 400 with this text. Nothing was done, nobody else was asked. */
public final class BadRequestException extends RuntimeException {
    public BadRequestException(String message) {
        super(message);
    }
}
