package io.quorate.discovery.cloud;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A platform was not asked, did not answer, or refused. The message is one line for the operator and holds no secret. */
public final class CloudException extends IOException {
    private static final long serialVersionUID = 1;

    CloudException(String message) {
        super(message);
    }

    CloudException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
