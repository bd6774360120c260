package io.quorate.consensus;

import io.quorate.kernel.Level;

/**
 * An entry of the replicated log. One sealed family of records per feature extends this; see {@link CommandFamily}.
 *
 * @param <R> what it comes to
 */
public interface Command<R> {
    /**
     * From which {@link Level} on an agent understands it, with each of its fields. It enters the log only when every server of the
     * configuration does.
     */
    default int level() {
        return Level.FIRST;
    }
}
