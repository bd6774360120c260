package io.quorate.bootstrap.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.bootstrap.Charter;
import io.quorate.bootstrap.Founder;
import io.quorate.bootstrap.FoundingRecord;
import io.quorate.bootstrap.Standing;
import io.quorate.kernel.ClusterId;
import io.quorate.kernel.Datacenter;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ReasonCode;
import io.quorate.kernel.ServerId;
import io.quorate.runtime.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.NullMarked;

/** What one server, the subject, goes through while something happens to its disk. */
@NullMarked
enum DiskStory {
    PROPOSING_A_CLUSTER {
        @Override
        void prepare(DiskWorld world) {
            world.other("b", 3).start();
            world.other("c", 3).start();
            world.subject(3, true);
        }
    },
    FOUNDING_WHAT_ANOTHER_PROPOSED {
        @Override
        void prepare(DiskWorld world) {
            world.other("b", 3).start();
            world.other("c", 3).start();
            world.subject(3, false);
        }
    },
    ADOPTION {
        @Override
        void prepare(DiskWorld world) {
            FakeWorld.Server b = world.other("b", 1).start();
            world.until(() -> b.view().why().isReady());
            world.subject(0, true);
        }
    },
    /** Raft finds out when it starts. */
    AN_EMPTY_LOG {
        @Override
        void prepare(DiskWorld world) throws IOException {
            Files.delete(foundedByThree(world).resolve("raft/log"));
        }

        @Override
        boolean losesData() {
            return true;
        }
    },
    NO_RAFT_FOLDER {
        @Override
        void prepare(DiskWorld world) throws IOException {
            Disk.real().deleteTree(foundedByThree(world).resolve(RaftFolder.NAME));
        }

        @Override
        boolean losesData() {
            return true;
        }
    },
    A_RECORD_OLDER_THAN_THE_LOG {
        @Override
        void prepare(DiskWorld world) throws IOException {
            FakeWorld.Server subject = world.subject(1, true);
            subject.start();
            world.until(() -> subject.view().why().isReady());
            subject.stop();
            write(subject.folder, subject.lastView().self(), subject.name, new Standing.Blank(null));
        }

        @Override
        boolean losesData() {
            return true;
        }

        /** It expects 1: if it took itself for one that never was a member it would found a second cluster at once. */
        @Override
        boolean isEnded(DiskWorld world) {
            FakeWorld.Server subject = world.subject();
            assertThat(subject.view().cluster()).isNull();
            return subject.view().why().code() == ReasonCode.DATA_LOST;
        }
    },
    WITHDRAWAL_OF_A_PLEDGE {
        @Override
        void prepare(DiskWorld world) throws IOException {
            world.other("b", 2).start();
            FakeWorld.Server subject = world.subject(2, true);
            write(subject.folder, MINE, subject.name, new Standing.Pledged(charter(subject, GONE)));
        }
    },
    WITHDRAWAL_AFTER_RAFT_STARTED {
        @Override
        void prepare(DiskWorld world) throws IOException {
            world.other("b", 2).start();
            FakeWorld.Server subject = world.subject(2, true);
            Charter charter = charter(subject, GONE);
            Files.createDirectories(subject.folder);
            new RaftFolder(Disk.real(), subject.folder).make(charter.cluster(), "token");
            write(subject.folder, MINE, subject.name, new Standing.Member(charter.cluster(), "token", false, charter));
        }
    },
    ADOPTION_AFTER_A_WITHDRAWAL {
        @Override
        void prepare(DiskWorld world) throws IOException {
            FakeWorld.Server b = world.other("b", 1).start();
            world.until(() -> b.view().why().isReady());
            FakeWorld.Server subject = world.subject(0, true);
            write(subject.folder, MINE, subject.name, new Standing.Withdrawn(charter(subject, GONE, GONE_TOO)));
        }

        /** The old id may have voted. */
        @Override
        boolean isEnded(DiskWorld world) {
            return super.isEnded(world) && !world.subject().view().self().equals(MINE);
        }
    };

    private static final ServerId MINE = new ServerId(new UUID(0x4000, 0x8000000000000005L));
    private static final ServerId GONE = new ServerId(new UUID(0x4000, 0x8000000000000007L));
    private static final ServerId GONE_TOO = new ServerId(new UUID(0x4000, 0x8000000000000008L));

    /** Up to the moment before the subject starts. */
    abstract void prepare(DiskWorld world) throws IOException;

    /** Whether the subject has to give up its data, and its id with it, although nothing happens to the disk. */
    boolean losesData() {
        return false;
    }

    boolean isEnded(DiskWorld world) {
        List<FakeWorld.Server> all = new ArrayList<>(world.others());
        all.add(world.subject());
        return all.stream()
                        .allMatch(s -> s.view().voter()
                                && s.view().led()
                                && s.view().why().isReady())
                && all.stream().map(s -> s.view().cluster()).distinct().count() == 1;
    }

    /** The subject's folder; it stopped last, and is one of the three. */
    private static Path foundedByThree(DiskWorld world) {
        FakeWorld.Server b = world.other("b", 3).start();
        FakeWorld.Server c = world.other("c", 3).start();
        FakeWorld.Server subject = world.subject(3, false).start();
        world.until(() -> List.of(b, c, subject).stream()
                        .allMatch(s -> s.view().led() && s.view().voter())
                && world.knowsNames(3));
        subject.stop();
        return subject.folder;
    }

    private static Charter charter(FakeWorld.Server subject, ServerId... gone) {
        List<Founder> founders = new ArrayList<>();
        founders.add(new Founder(MINE, subject.name));
        for (ServerId other : gone) {
            founders.add(new Founder(other, new NodeName("z" + founders.size())));
        }
        return new Charter(new ClusterId(new UUID(9, 9)), new Datacenter("dc1"), founders);
    }

    private static void write(Path folder, ServerId id, NodeName name, Standing standing) throws IOException {
        Files.createDirectories(folder);
        new RecordFile(folder).write(new FoundingRecord(id, name, 1, Collections.emptySortedSet(), standing));
    }
}
