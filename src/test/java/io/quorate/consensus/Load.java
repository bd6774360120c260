package io.quorate.consensus;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Writes as fast as one server takes it, so many at a time, and remembers what was acknowledged, and when. */
final class Load {
    /** Acknowledgements are kept by steps of that length. */
    static final long STEP_MS = 10;

    private final Consensus consensus;
    private final String prefix;
    private final int atATime;
    private final Semaphore room;
    private final BitSet acknowledged = new BitSet();
    private final TreeSet<Long> steps = new TreeSet<>();
    private volatile boolean stopped;

    Load(Consensus consensus, String prefix, int atATime) {
        this.consensus = consensus;
        this.prefix = prefix;
        this.atATime = atATime;
        room = new Semaphore(atATime);
        Thread writing = new Thread(this::write, "load");
        writing.setDaemon(true);
        writing.start();
    }

    private void write() {
        try {
            for (int next = 0; !stopped; next++) {
                room.acquire();
                int number = next;
                var future = consensus.append(new NoteCommand.Write(prefix + number, "x"));
                var unused = future.whenComplete((result, failure) -> ended(number, failure));
                if (future.isCompletedExceptionally()) {
                    // Not the leader, or busy: a client would wait, too.
                    boolean never = new Semaphore(0).tryAcquire(5, TimeUnit.MILLISECONDS);
                    if (never) {
                        throw new IllegalStateException("nobody releases it");
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void ended(int number, @Nullable Throwable failure) {
        room.release();
        if (failure == null) {
            synchronized (this) {
                acknowledged.set(number);
                steps.add(System.currentTimeMillis() / STEP_MS);
            }
        }
    }

    void stop() {
        stopped = true;
    }

    /** Writes without an end so far. */
    int unanswered() {
        return atATime - room.availablePermits();
    }

    synchronized int acknowledged() {
        return acknowledged.cardinality();
    }

    /** One name each line. */
    synchronized void writeNames(Path file) throws IOException {
        Files.writeString(file, acknowledged.stream().mapToObj(n -> prefix + n).collect(Collectors.joining("\n")));
    }

    /** One number of a step each line, since the epoch. */
    synchronized void writeSteps(Path file) throws IOException {
        Files.writeString(file, steps.stream().map(String::valueOf).collect(Collectors.joining("\n")));
    }
}
