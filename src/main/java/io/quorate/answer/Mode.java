package io.quorate.answer;

import org.jspecify.annotations.Nullable;

/**
 * How fresh the answer to a read must be.
 *
 * @see <a href="https://developer.hashicorp.com/consul/api-docs/features/consistency">Consul's consistency modes</a>
 */
public enum Mode {
    /** All that was committed when it was asked, as long as clocks run at the same rate: a leader is believed while its lease runs. */
    DEFAULT(0),
    /** All that was committed when it was asked: a majority confirms the leader. */
    CONSISTENT(1),
    /** Whatever the server has that was asked. */
    STALE(2);

    private final int code;

    /** @param code as it travels; never given another meaning */
    Mode(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    /** Absent for one that this version does not know. */
    static @Nullable Mode of(int code) {
        for (Mode mode : values()) {
            if (mode.code == code) {
                return mode;
            }
        }
        return null;
    }
}
