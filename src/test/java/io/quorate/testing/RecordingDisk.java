package io.quorate.testing;

import io.quorate.runtime.Disk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The real file system under one folder, with every step written down. Any step may be made to fail, and from any step on the
 * machine may be down: then {@link #survivors} tells what the next start may find, which is what was forced and, of what was not,
 * any part. What others write there, past this disk, counts as forced. Safe for any thread.
 */
public final class RecordingDisk implements Disk {
    /** The machine is down: nothing happened, and nothing does any more. */
    public static final class DownException extends IOException {
        private static final long serialVersionUID = 1L;

        DownException(String step) {
            super("the machine went down before: " + step);
        }
    }

    /** Beyond so many names that are not durable, only those changed first are tried together, not each choice of them. */
    private static final int MAX_CHOICES = 6;

    private final Disk real = Disk.real();
    private final Path root;
    private final Node tree = Node.folder();
    private final List<NameChange> unforced = new ArrayList<>();
    private final List<String> steps = new ArrayList<>();
    private final Map<Path, List<byte[]>> everDurable = new TreeMap<>();
    private int downFrom = Integer.MAX_VALUE;
    private Predicate<String> failing = step -> false;
    private String failure = "";

    /** A file or folder, whatever name leads to it. */
    private static final class Node {
        /** Absent: a file. */
        final @Nullable Map<String, Node> names;

        final Map<String, Node> durableNames = new TreeMap<>();
        byte[] content = new byte[0];
        byte[] durable = new byte[0];
        boolean ours = true;

        private Node(@Nullable Map<String, Node> names) {
            this.names = names;
        }

        static Node folder() {
            return new Node(new TreeMap<>());
        }

        static Node file() {
            return new Node(null);
        }

        Map<String, Node> names() {
            if (names == null) {
                throw new IllegalStateException("a file has no names in it");
            }
            return names;
        }
    }

    /** @param now absent: the name is gone */
    private record NameChange(
            Node folder,
            String name,
            @Nullable String instead,
            @Nullable Node now) {
        void to(Map<String, Node> names) {
            if (instead != null) {
                names.remove(instead);
            }
            if (now == null) {
                names.remove(name);
            } else {
                names.put(name, now);
            }
        }
    }

    /** @param root what stands in it already is durable */
    public RecordingDisk(Path root) {
        this.root = root.toAbsolutePath();
        read(this.root, tree);
    }

    /** Step number {@code number}, counted from 0, does not happen, nor does any later one. */
    public synchronized RecordingDisk downBefore(int number) {
        downFrom = number;
        return this;
    }

    /** Each step of which the predicate holds fails in these words of the system; it did not happen. */
    public synchronized void fail(String words, Predicate<String> step) {
        failure = words;
        failing = step;
    }

    /** Such as {@code force founding.new}, with paths below the root; {@code .} is the root. */
    public synchronized List<String> steps() {
        return List.copyOf(steps);
    }

    public synchronized boolean isDown() {
        return steps.size() > downFrom;
    }

    /** What the file has held at some time, so that a crash right then would have left it; oldest first. */
    public synchronized List<byte[]> everDurable(Path file) {
        return List.copyOf(everDurable.getOrDefault(relative(file), List.of()));
    }

    @Override
    public synchronized List<Path> list(Path folder) throws IOException {
        return real.list(folder);
    }

    @Override
    public synchronized byte[] read(Path file, int maxBytes) throws IOException {
        return real.read(file, maxBytes);
    }

    @Override
    public synchronized void makeFolder(Path folder) throws IOException {
        step("make", folder);
        real.makeFolder(folder);
        change(new NameChange(parent(folder), name(folder), null, Node.folder()));
    }

    @Override
    public synchronized void write(Path file, byte[] content) throws IOException {
        step("write", file);
        Node there = find(file);
        real.write(file, content);
        if (there == null) {
            there = Node.file();
            change(new NameChange(parent(file), name(file), null, there));
        }
        there.ours = true;
        there.content = content.clone();
    }

    @Override
    public synchronized void force(Path path) throws IOException {
        step("force", path);
        Node there = needed(path);
        refresh(path, there);
        real.force(path);
        if (there.names == null) {
            there.durable = there.content;
        } else {
            there.durableNames.clear();
            there.durableNames.putAll(there.names());
            unforced.removeIf(change -> change.folder() == there);
        }
        noteDurable(root, tree);
    }

    @Override
    public synchronized void rename(Path from, Path to) throws IOException {
        step("rename", from, to);
        Node moved = needed(from);
        refresh(from, moved);
        real.rename(from, to);
        change(new NameChange(parent(to), name(to), name(from), moved));
    }

    @Override
    public synchronized void delete(Path path) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        step("delete", path);
        needed(path);
        real.delete(path);
        change(new NameChange(parent(path), name(path), null, null));
    }

    private void step(String what, Path... paths) throws IOException {
        String step = what + " "
                + String.join(
                        " ",
                        Arrays.stream(paths)
                                .map(p -> p.toAbsolutePath().equals(root)
                                        ? "."
                                        : relative(p).toString())
                                .toList());
        steps.add(step);
        if (steps.size() > downFrom) {
            throw new DownException(step);
        }
        if (failing.test(step)) {
            throw new IOException(paths[0] + ": " + failure);
        }
    }

    private void change(NameChange change) {
        change.to(change.folder().names());
        unforced.add(change);
    }

    private Path relative(Path path) {
        return root.relativize(path.toAbsolutePath());
    }

    private Node parent(Path path) {
        Path parent = path.toAbsolutePath().getParent();
        return needed(parent == null ? root : parent);
    }

    private static String name(Path path) {
        return String.valueOf(path.getFileName());
    }

    private Node needed(Path path) {
        Node there = find(path);
        if (there == null) {
            throw new IllegalStateException("nobody made " + path);
        }
        return there;
    }

    /** Takes in what others made: it was there before this step, and is durable. */
    private @Nullable Node find(Path path) {
        Path absolute = path.toAbsolutePath();
        if (absolute.equals(root)) {
            return tree;
        }
        Node at = tree;
        Path walked = root;
        for (Path part : root.relativize(absolute)) {
            walked = walked.resolve(part);
            Node next = at.names().get(part.toString());
            if (next == null) {
                if (!Files.exists(walked)) {
                    return null;
                }
                next = adopt(at, walked);
            }
            at = next;
        }
        return at;
    }

    private Node adopt(Node folder, Path path) {
        Node found = Files.isDirectory(path) ? Node.folder() : Node.file();
        found.ours = false;
        folder.names().put(name(path), found);
        folder.durableNames.put(name(path), found);
        refresh(path, found);
        return found;
    }

    /** What others write is seen only when somebody looks. */
    private void refresh(Path path, Node node) {
        if (node.names != null) {
            read(path, node);
        } else if (!node.ours) {
            try {
                node.content = Files.readAllBytes(path);
                node.durable = node.content;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void read(Path folder, Node node) {
        try {
            for (Path path : real.list(folder)) {
                Node known = node.names().get(name(path));
                if (known == null) {
                    adopt(node, path);
                } else {
                    refresh(path, known);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void noteDurable(Path at, Node node) {
        node.durableNames.forEach((name, inside) -> {
            Path path = at.resolve(name);
            if (inside.names != null) {
                noteDurable(path, inside);
            } else {
                List<byte[]> before = everDurable.computeIfAbsent(relative(path), p -> new ArrayList<>());
                if (before.isEmpty() || !Arrays.equals(before.get(before.size() - 1), inside.durable)) {
                    before.add(inside.durable);
                }
            }
        });
    }

    /** Every folder that the next start may find, as files by path; a folder is a path that ends in a slash. */
    public synchronized List<Map<String, byte[]>> survivors() {
        read(root, tree);
        Set<Map<String, List<Byte>>> seen = new LinkedHashSet<>();
        List<Map<String, byte[]>> all = new ArrayList<>();
        for (Set<NameChange> happened : choices()) {
            for (Content content : Content.values()) {
                Map<String, byte[]> files = new TreeMap<>();
                collect("", tree, happened, content, files);
                Map<String, List<Byte>> comparable = new TreeMap<>();
                files.forEach((name, bytes) -> comparable.put(name, boxed(bytes)));
                if (seen.add(comparable)) {
                    all.add(files);
                }
            }
        }
        return all;
    }

    /** Writes what {@link #survivors} gave into an empty folder. */
    public static void restore(Map<String, byte[]> files, Path into) throws IOException {
        Files.createDirectories(into);
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Path path = into.resolve(file.getKey());
            if (file.getKey().endsWith("/")) {
                Files.createDirectories(path);
            } else {
                Files.write(path, file.getValue());
            }
        }
    }

    private enum Content {
        OLD,
        EMPTY,
        HALF,
        NEW;

        byte[] of(Node file) {
            if (Arrays.equals(file.content, file.durable)) {
                return file.durable;
            }
            return switch (this) {
                case OLD -> file.durable;
                case EMPTY -> new byte[0];
                case HALF -> Arrays.copyOf(file.content, file.content.length / 2);
                case NEW -> file.content;
            };
        }
    }

    private List<Set<NameChange>> choices() {
        List<Set<NameChange>> all = new ArrayList<>();
        int count = unforced.size();
        if (count <= MAX_CHOICES) {
            for (int bits = 0; bits < 1 << count; bits++) {
                Set<NameChange> some = new LinkedHashSet<>();
                for (int i = 0; i < count; i++) {
                    if ((bits & 1 << i) != 0) {
                        some.add(unforced.get(i));
                    }
                }
                all.add(some);
            }
        } else {
            for (int i = 0; i <= count; i++) {
                all.add(new LinkedHashSet<>(unforced.subList(0, i)));
            }
        }
        return all;
    }

    private static void collect(
            String at, Node folder, Set<NameChange> happened, Content content, Map<String, byte[]> files) {
        Map<String, Node> names = new TreeMap<>(folder.durableNames);
        happened.stream().filter(change -> change.folder() == folder).forEach(change -> change.to(names));
        names.forEach((name, inside) -> {
            if (inside.names == null) {
                files.put(at + name, content.of(inside));
            } else {
                files.put(at + name + "/", new byte[0]);
                collect(at + name + "/", inside, happened, content, files);
            }
        });
    }

    private static List<Byte> boxed(byte[] bytes) {
        List<Byte> list = new ArrayList<>(bytes.length);
        for (byte b : bytes) {
            list.add(b);
        }
        return list;
    }
}
