package io.quorate.bootstrap.driver;

import io.quorate.bootstrap.Founding;
import io.quorate.bootstrap.FoundingRecord;
import io.quorate.bootstrap.Standing;
import io.quorate.bootstrap.Word;
import io.quorate.consensus.Consensus;
import io.quorate.kernel.ClusterRef;
import io.quorate.testing.RecordingDisk;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** Compares whatever leaves a server with what a crash at that very moment would have left of its record. */
@NullMarked
final class DurablePromises implements FakeWorld.Watch {
    private final Queue<String> broken = new ConcurrentLinkedQueue<>();

    List<String> broken() {
        return List.copyOf(broken);
    }

    @Override
    public void said(FakeWorld.Server by, byte[] message, boolean isAnswer) {
        Word word;
        try {
            word = isAnswer
                    ? Message.decodeWord(message)
                    : Message.decode(message).sender();
        } catch (IOException e) {
            broken.add(by.name + " said what nobody can read: " + e.getMessage());
            return;
        }
        check(by, word.toString(), record -> says(record, word));
    }

    private static boolean says(FoundingRecord record, Word word) {
        return record.id().equals(word.id())
                && record.starts() == word.starts()
                && record.standing().state() == word.kind()
                && Objects.equals(record.standing().charter(), word.charter())
                && Objects.equals(cluster(record), word.cluster())
                && (word.dead() == null || record.refused().contains(word.dead()));
    }

    @Override
    public void showed(FakeWorld.Server by, Founding.View view) {
        check(
                by,
                view.toString(),
                record -> record.id().equals(view.self())
                        && record.starts() == view.starts()
                        && Objects.equals(cluster(record), view.cluster()));
    }

    @Override
    public void startsRaft(FakeWorld.Server by, Consensus.GroupStart start) {
        check(
                by,
                "raft " + start,
                record -> record.id().equals(start.self())
                        && record.standing() instanceof Standing.Member member
                        && member.cluster().equals(start.cluster())
                        && member.token().equals(start.token()));
    }

    private static @Nullable ClusterRef cluster(FoundingRecord record) {
        return record.standing() instanceof Standing.Member member ? member.cluster() : null;
    }

    private void check(FakeWorld.Server by, String told, java.util.function.Predicate<FoundingRecord> isTold) {
        if (!(by.disk instanceof RecordingDisk disk)) {
            return;
        }
        List<byte[]> durable = disk.everDurable(by.folder.resolve(RecordFile.NAME));
        if (durable.stream().noneMatch(bytes -> isTold.test(decoded(bytes)))) {
            broken.add(
                    by.name + " told " + told + " although no record on disk says so; steps so far: " + disk.steps());
        }
    }

    private static FoundingRecord decoded(byte[] bytes) {
        try {
            return RecordFile.decode(bytes);
        } catch (IOException e) {
            throw new AssertionError("a record became durable that nobody can read", e);
        }
    }
}
