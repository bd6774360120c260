package io.quorate.consensus.jraft;

import com.alipay.sofa.jraft.entity.LocalStorageOutter.StablePBMeta;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.storage.io.ProtoBufFile;
import com.alipay.sofa.jraft.util.Bits;
import com.google.protobuf.Message;
import io.quorate.consensus.Consensus.GroupStart;
import io.quorate.consensus.ConsensusException;
import io.quorate.consensus.LogFaults;
import io.quorate.kernel.Plain;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Every file of a raft directory that holds a promise, and whether it is there and whole: term and vote, the log, the snapshot. All of
 * them exist from the moment the folder is made. So what is missing was lost, and a server that forgot a promise must not go on under
 * its id.
 */
final class Inventory {
    private static final String META = "raft_meta";
    private static final String CURRENT = "CURRENT";
    private static final int MAX_SMALL_FILE = 64 * 1024;
    private static final int LENGTH_BYTES = 4;

    private Inventory() {}

    /** Everything that is not there yet, empty; the promise last. Returns once it would survive a power failure. */
    static void layOut(Path folder, String token, LogFaults faults) throws IOException {
        Path meta = metaFile(folder);
        if (!Files.exists(meta)) {
            Files.createDirectories(RaftStorage.meta(folder));
            StablePBMeta none = StablePBMeta.newBuilder()
                    .setTerm(0)
                    .setVotedfor(PeerId.emptyPeer().toString())
                    .build();
            if (!new ProtoBufFile(meta.toString()).save(none, true)) {
                throw new IOException(meta + " cannot be written");
            }
        }
        if (!Files.exists(RaftStorage.log(folder))) {
            Files.createDirectory(RaftStorage.log(folder));
            RaftStorage.open(folder, faults).close();
        }
        if (Promise.read(folder).isEmpty()) {
            readMeta(meta).promise(token).write(folder);
        }
    }

    /**
     * Before anything is opened or begun anew.
     *
     * @throws ConsensusException lost data, which names the file; or a disk that does not let it be read, which is no loss
     */
    static Promise check(GroupStart start) {
        Path folder = start.folder();
        try {
            Promise kept = Promise.read(folder).orElseThrow(() -> lost(Promise.FILE, "is missing"));
            if (!kept.token().equals(start.token())) {
                throw lost(Promise.FILE, "belongs to another raft directory");
            }
            if (!Files.exists(metaFile(folder))) {
                throw lost("meta/" + META, "is missing: it held term and vote");
            }
            Promise later = kept.later(readMeta(metaFile(folder)).promise(start.token()));
            checkLog(RaftStorage.log(folder));
            return later;
        } catch (Promise.DamagedException e) {
            throw lost(Promise.FILE, "is damaged: " + Plain.reason(e));
        } catch (MetaDamagedException e) {
            throw lost("meta/" + META, "is damaged: " + Plain.reason(e));
        } catch (IllegalStateException e) {
            throw lost("meta/" + META, "contradicts raft/" + Promise.FILE + ": " + Plain.reason(e));
        } catch (IOException e) {
            throw new ConsensusException(
                    "the raft directory " + folder + " cannot be read: " + Plain.reason(e), false, e);
        }
    }

    /** Both files of term and vote were put back from an older copy when the log knows a later term. */
    static void checkAge(Promise promise, long lastTerm) {
        if (promise.term() < lastTerm) {
            throw lost(
                    Promise.FILE,
                    "and raft/meta are older than the log: they name term " + promise.term() + ", the log " + lastTerm);
        }
    }

    private static void checkLog(Path log) throws IOException {
        if (!Files.isDirectory(log)) {
            throw lost("log", "is missing");
        }
        Path current = log.resolve(CURRENT);
        String manifest;
        try {
            manifest =
                    Files.size(current) > MAX_SMALL_FILE ? "" : Files.readString(current, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            throw lost("log/" + CURRENT, "is missing");
        }
        if (!manifest.matches("MANIFEST-[0-9]+\\n")) {
            throw lost("log/" + CURRENT, "is damaged");
        }
        if (!Files.exists(log.resolve(manifest.strip()))) {
            throw lost("log/" + manifest.strip(), "is missing");
        }
    }

    static ConsensusException lost(String file, String what) {
        return new ConsensusException("raft/" + file + " " + what, true);
    }

    private static Path metaFile(Path folder) {
        return RaftStorage.meta(folder).resolve(META);
    }

    private record Meta(long term, String vote) {
        Promise promise(String token) {
            return new Promise(token, term, vote);
        }
    }

    private static Meta readMeta(Path file) throws IOException {
        if (!isSmallMessage(file)) {
            throw new MetaDamagedException("its length is wrong");
        }
        try {
            Message message = new ProtoBufFile(file.toString()).load();
            if (message instanceof StablePBMeta meta && new PeerId().parse(meta.getVotedfor()) && meta.getTerm() >= 0) {
                return new Meta(meta.getTerm(), meta.getVotedfor());
            }
            throw new MetaDamagedException("it holds no term and vote");
        } catch (RuntimeException e) {
            throw new MetaDamagedException("it makes no sense");
        }
    }

    /**
     * A file of SOFAJRaft is a name and a message, each after its length. Looked at first: its reader takes memory for whatever length
     * it finds.
     */
    static boolean isSmallMessage(Path file) throws IOException {
        return small(file).map(Inventory::isMessage).orElse(false);
    }

    private static boolean isMessage(byte[] bytes) {
        if (bytes.length < 2 * LENGTH_BYTES) {
            return false;
        }
        long name = Bits.getInt(bytes, 0);
        if (name <= 0 || name > bytes.length - 2 * LENGTH_BYTES) {
            return false;
        }
        long message = Bits.getInt(bytes, LENGTH_BYTES + (int) name);
        return message >= 0 && 2 * LENGTH_BYTES + name + message == bytes.length;
    }

    private static Optional<byte[]> small(Path file) throws IOException {
        return Files.size(file) > MAX_SMALL_FILE ? Optional.empty() : Optional.of(Files.readAllBytes(file));
    }

    /** Unlike a file that cannot be read at all. */
    private static final class MetaDamagedException extends IOException {
        MetaDamagedException(@Nullable String message) {
            super(message);
        }
    }
}
