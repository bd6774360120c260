package io.quorate.testing;

import io.quorate.runtime.Failures;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Takes down what would have ended the process, which goes on; until closed. */
public final class Ends implements AutoCloseable {
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final Failures.Ending before;

    public Ends() {
        before = Failures.endBy((work, cause) -> heard.add(work + ": " + cause));
    }

    /** What could not go on, and its cause. */
    public List<String> heard() {
        return heard;
    }

    @Override
    public void close() {
        Failures.endBy(before);
    }
}
