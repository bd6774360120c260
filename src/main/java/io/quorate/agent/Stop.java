package io.quorate.agent;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Whether this process was asked to end, and with which code: by a signal, its launcher, or the agent itself. Safe for any thread. */
final class Stop {
    private final CompletableFuture<Integer> asked = new CompletableFuture<>();

    /** The first code counts. */
    void ask(int code) {
        asked.complete(code);
    }

    boolean isAsked() {
        return asked.isDone();
    }

    /** Waits for it. */
    int code() {
        return asked.join();
    }

    CompletionStage<Integer> asked() {
        return asked.minimalCompletionStage();
    }

    /** @throws Asked when a start need not go on */
    void check() {
        if (isAsked()) {
            throw new Asked();
        }
    }

    /** Ends a start half way; no error of anybody. */
    static final class Asked extends RuntimeException {
        private static final long serialVersionUID = 1;

        private Asked() {
            super("asked to stop", null, false, false);
        }
    }
}
