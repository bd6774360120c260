package io.quorate.bootstrap.driver;

import io.quorate.Await;
import io.quorate.bootstrap.FoundingException;
import io.quorate.bootstrap.FoundingSettings;
import io.quorate.testing.RecordingDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** A few servers, one of which has a disk that records and fails. */
@NullMarked
final class DiskWorld implements AutoCloseable {
    private static final Duration LONGEST = Duration.ofMinutes(3);
    private static final FoundingSettings.Timing QUICK = new FoundingSettings.Timing(
            Duration.ofMillis(100),
            Duration.ofMillis(300),
            Duration.ofMillis(100),
            Duration.ofMillis(500),
            Duration.ofMillis(100),
            Duration.ofMillis(300),
            Duration.ofSeconds(60));

    private final DurablePromises promises = new DurablePromises();
    private final FakeWorld fake;
    private final List<FakeWorld.Server> others = new ArrayList<>();
    private FakeWorld.@Nullable Server subject;

    DiskWorld(Path root) {
        fake = new FakeWorld(root, QUICK, promises);
    }

    FakeWorld.Server other(String name, int expect) {
        FakeWorld.Server other = fake.server(name, expect);
        others.add(other);
        return other;
    }

    /** @param first its id is smaller than all others, or greater */
    FakeWorld.Server subject(int expect, boolean first) {
        FakeWorld.Server made = fake.server("a", expect);
        made.chance = startingWith(first ? 0 : -1);
        subject = made;
        return made;
    }

    private static RandomGenerator startingWith(long high) {
        Random rest = new Random(1);
        AtomicBoolean begun = new AtomicBoolean();
        return () -> begun.getAndSet(true) ? rest.nextLong() : high;
    }

    FakeWorld.Server subject() {
        if (subject == null) {
            throw new IllegalStateException("the story has no subject");
        }
        return subject;
    }

    List<FakeWorld.Server> others() {
        return others;
    }

    boolean knowsNames(int count) {
        return fake.names.size() == count;
    }

    /** Starts the subject on a disk that records from here on. */
    RecordingDisk startSubject() throws IOException {
        Files.createDirectories(subject().folder);
        RecordingDisk disk = new RecordingDisk(subject().folder);
        subject().disk = disk;
        return disk;
    }

    /** False when its data directory was refused. */
    boolean start() {
        try {
            subject().start();
            return true;
        } catch (FoundingException e) {
            return false;
        }
    }

    void until(Supplier<Boolean> condition) {
        Await.until("the story's next moment", LONGEST, condition, this::toString);
    }

    void puppet(FakeWorld.Puppet joining) {
        fake.puppet(joining);
    }

    /** An answer that the test itself was sent. */
    void overheard(FakeWorld.Server by, byte[] answer) {
        promises.said(by, answer, true);
    }

    List<String> broken() {
        return promises.broken();
    }

    @Override
    public String toString() {
        return fake + "\n" + (subject == null ? "" : subject.disk instanceof RecordingDisk disk ? disk.steps() : "");
    }

    @Override
    public void close() {
        fake.close();
    }
}
