package io.quorate.store;

import java.io.IOException;

/** What is read is not what was written: the disk, or somebody, changed it. */
final class DamagedFileException extends IOException {
    private static final long serialVersionUID = 1L;

    DamagedFileException(String message) {
        super(message);
    }
}
