package io.quorate.bootstrap.driver;

import io.quorate.bootstrap.Folder;
import io.quorate.consensus.Consensus;
import io.quorate.consensus.JraftConsensus;
import io.quorate.kernel.ClusterRef;
import io.quorate.runtime.Disk;
import io.quorate.runtime.DurableFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The folder of raft's log and store, and the label in it that names the cluster and the token. All methods block; one thread uses
 * them.
 */
final class RaftFolder {
    static final String NAME = JraftConsensus.FOLDER;
    private static final String LABEL = "label";
    private static final String LOST = JraftConsensus.LOST;
    private static final String DOOMED = "raft.removed";
    /** Older ones are removed: a disk must not fill with what is only kept for a person to look at. */
    static final int MAX_KEPT = 3;

    private static final int MAX_LABEL = 1024;
    /** Third line of the label: every file that holds a promise is there, so that a missing one was lost. */
    private static final String COMPLETE = "complete";

    private final Disk disk;
    private final Path data;

    RaftFolder(Disk disk, Path data) {
        this.disk = disk;
        this.data = data;
    }

    Path path() {
        return data.resolve(NAME);
    }

    /** @param inspecting looks into the log, which takes a moment: only when somebody must know whether it is empty */
    Folder look(@Nullable Consensus inspecting) throws IOException {
        disk.deleteTree(data.resolve(DOOMED));
        if (!disk.exists(path())) {
            return Folder.NONE;
        }
        ClusterRef cluster = null;
        String token = null;
        Optional<byte[]> label = label().read();
        if (label.isPresent()) {
            List<String> lines =
                    new String(label.get(), StandardCharsets.UTF_8).lines().toList();
            if (lines.size() == 2 || isComplete(lines)) {
                try {
                    cluster = ClusterRef.of(lines.get(0));
                    token = lines.get(1);
                } catch (IllegalArgumentException e) {
                    cluster = null;
                }
            }
        }
        boolean empty =
                inspecting != null && (isBare() || inspecting.inspect(path()).isEmpty());
        return new Folder(true, cluster, token, empty);
    }

    /** Made, and nobody started on it. */
    private boolean isBare() throws IOException {
        return disk.list(path()).stream()
                .allMatch(p -> p.getFileName().toString().startsWith(LABEL));
    }

    /** Anew and empty; its label and its name survive a power failure once this returns. */
    void make(ClusterRef cluster, String token) throws IOException {
        remove();
        disk.makeFolder(path());
        label().write((cluster + "\n" + token + "\n").getBytes(StandardCharsets.UTF_8));
        disk.force(data);
    }

    private static boolean isComplete(List<String> lines) {
        return lines.size() == 3 && lines.get(2).equals(COMPLETE);
    }

    /** The label says that nothing is missing in the folder. */
    boolean isComplete() throws IOException {
        Optional<byte[]> label = label().read();
        return label.isPresent()
                && isComplete(
                        new String(label.get(), StandardCharsets.UTF_8).lines().toList());
    }

    /** From now on a file that is missing was lost. */
    void completed(ClusterRef cluster, String token) throws IOException {
        label().write((cluster + "\n" + token + "\n" + COMPLETE + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Makes durable what was renamed last, for whoever was told that it failed. */
    void settle() throws IOException {
        disk.force(data);
    }

    void remove() throws IOException {
        if (!disk.exists(path())) {
            return;
        }
        // Renamed first: half removed under its own name it would look like a folder that lost something.
        Path doomed = data.resolve(DOOMED);
        disk.deleteTree(doomed);
        disk.rename(path(), doomed);
        disk.force(data);
        disk.deleteTree(doomed);
    }

    /** Where it is kept now; empty when there was none. */
    Optional<Path> putAside() throws IOException {
        if (!disk.exists(path())) {
            return Optional.empty();
        }
        List<Integer> kept = kept();
        Path aside = next(kept);
        disk.rename(path(), aside);
        disk.force(data);
        sweep(kept);
        return Optional.of(aside);
    }

    /** Raft data, if there is any, and that file of the data directory with it. A crash in between leaves the file to be moved again. */
    Path putAside(Path file) throws IOException {
        List<Integer> kept = kept();
        Path aside = next(kept);
        if (disk.exists(path())) {
            disk.rename(path(), aside);
        } else {
            disk.makeFolder(aside);
        }
        disk.force(data);
        if (disk.exists(file)) {
            disk.rename(file, aside.resolve(file.getFileName()));
            disk.force(aside);
            disk.force(data);
        }
        sweep(kept);
        return aside;
    }

    private Path next(List<Integer> kept) {
        return data.resolve(LOST + (kept.isEmpty() ? 1 : kept.get(kept.size() - 1) + 1));
    }

    private void sweep(List<Integer> kept) throws IOException {
        for (int i = 0; i <= kept.size() - MAX_KEPT; i++) {
            disk.deleteTree(data.resolve(LOST + kept.get(i)));
        }
    }

    private List<Integer> kept() throws IOException {
        return disk.list(data).stream()
                .map(p -> p.getFileName().toString())
                .filter(n -> n.matches(LOST + "[0-9]{1,9}"))
                .map(n -> Integer.valueOf(n.substring(LOST.length())))
                .sorted(Comparator.naturalOrder())
                .toList();
    }

    private DurableFile label() {
        return new DurableFile(disk, path().resolve(LABEL), MAX_LABEL);
    }
}
