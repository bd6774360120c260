package io.quorate.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.zip.CRC32C;
import org.h2.store.fs.FileBaseDefault;

/**
 * A file with a checksum for each of its blocks in another file. A block is checked whenever any part of it is read. The content is
 * written first and its checksums after it: who is killed in between leaves what looks damaged, never what looks whole and is
 * not. Safe for any thread.
 */
final class CheckedFile extends FileBaseDefault {
    static final int BLOCK = 4096;
    private static final int SUM = 4;
    /** Two of them cancel out, so that a block of zeros, as a file grows by, has the checksum 0. */
    private static final int ZEROS = crc(new byte[BLOCK], 0);

    private final Path file;
    private final FileChannel content;
    private final FileChannel sums;
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private int[] known;

    /** @throws DamagedFileException when there are not as many checksums as blocks */
    CheckedFile(Path file, FileChannel content, FileChannel sums) throws IOException {
        this.file = file;
        this.content = content;
        this.sums = sums;
        int blocks = blocks(content.size());
        if (sums.size() != (long) blocks * SUM) {
            String there = sums.size() == 0 ? "are missing" : "are " + sums.size() / SUM;
            throw damaged(file + " has " + blocks + " blocks, but the checksums in "
                    + CheckedPath.sums(file.getFileName()) + " " + there);
        }
        ByteBuffer all = ByteBuffer.allocate(blocks * SUM);
        readFully(sums, all, 0);
        known = new int[Math.max(blocks, 16)];
        all.flip().asIntBuffer().get(known, 0, blocks);
    }

    private DamagedFileException damaged(String what) {
        CheckedPath.note(file, what);
        return new DamagedFileException(what);
    }

    /** What the system says of the file is told at once: H2 may be the only one that hears of it. */
    private IOException told(IOException failure) {
        boolean ofSystem = !(failure instanceof DamagedFileException) && !(failure instanceof ClosedChannelException);
        if (ofSystem) {
            CheckedPath.failed(file, failure);
        }
        return failure;
    }

    private static int blocks(long bytes) {
        return Math.toIntExact((bytes + BLOCK - 1) / BLOCK);
    }

    private static int crc(byte[] blocks, int number) {
        CRC32C crc = new CRC32C();
        crc.update(blocks, number * BLOCK, BLOCK);
        return (int) crc.getValue();
    }

    /** Whole blocks, padded with zeros behind the end of the file, each checked. */
    private byte[] checked(int first, int count) throws IOException {
        byte[] blocks = new byte[count * BLOCK];
        readFully(content, ByteBuffer.wrap(blocks), (long) first * BLOCK);
        for (int i = 0; i < count; i++) {
            if ((crc(blocks, i) ^ ZEROS) != known(first + i)) {
                throw damaged(
                        file + " is damaged: block " + (first + i) + " of " + BLOCK + " bytes is not what was written");
            }
        }
        return blocks;
    }

    private int known(int block) {
        return block < known.length ? known[block] : 0;
    }

    private static void readFully(FileChannel channel, ByteBuffer into, long from) throws IOException {
        long at = from;
        while (into.hasRemaining()) {
            int read = channel.read(into, at);
            if (read < 0) {
                return;
            }
            at += read;
        }
    }

    private static void writeFully(FileChannel channel, ByteBuffer from, long to) throws IOException {
        long at = to;
        while (from.hasRemaining()) {
            at += channel.write(from, at);
        }
    }

    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // a lock of its own lets readers go side by side
    public int read(ByteBuffer into, long position) throws IOException {
        lock.readLock().lock();
        try {
            long left = content.size() - position;
            if (left <= 0 || !into.hasRemaining()) {
                return into.hasRemaining() ? -1 : 0;
            }
            int length = (int) Math.min(into.remaining(), left);
            int first = Math.toIntExact(position / BLOCK);
            int last = Math.toIntExact((position + length - 1) / BLOCK);
            byte[] blocks = checked(first, last - first + 1);
            into.put(blocks, (int) (position - (long) first * BLOCK), length);
            return length;
        } catch (IOException e) {
            throw told(e);
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // a lock of its own lets readers go side by side
    public int write(ByteBuffer from, long position) throws IOException {
        int length = from.remaining();
        if (length == 0) {
            return 0;
        }
        lock.writeLock().lock();
        try {
            int first = Math.toIntExact(position / BLOCK);
            int count = Math.toIntExact((position + length - 1) / BLOCK) - first + 1;
            int offset = (int) (position - (long) first * BLOCK);
            byte[] blocks = new byte[count * BLOCK];
            if (offset != 0) {
                System.arraycopy(checked(first, 1), 0, blocks, 0, BLOCK);
            }
            if ((offset + length) % BLOCK != 0) {
                System.arraycopy(checked(first + count - 1, 1), 0, blocks, (count - 1) * BLOCK, BLOCK);
            }
            from.get(blocks, offset, length);
            writeFully(content, ByteBuffer.wrap(blocks, offset, length), position);
            note(first, blocks);
            return length;
        } catch (IOException e) {
            throw told(e);
        } finally {
            lock.writeLock().unlock();
        }
    }

    private void note(int first, byte[] blocks) throws IOException {
        int count = blocks.length / BLOCK;
        if (first + count > known.length) {
            known = Arrays.copyOf(known, Math.max(known.length * 2, first + count));
        }
        ByteBuffer fresh = ByteBuffer.allocate(count * SUM);
        for (int i = 0; i < count; i++) {
            known[first + i] = crc(blocks, i) ^ ZEROS;
            fresh.putInt(known[first + i]);
        }
        writeFully(sums, fresh.flip(), (long) first * SUM);
    }

    @Override
    protected void implTruncate(long size) throws IOException {
        lock.writeLock().lock();
        try {
            int blocks = blocks(size);
            int inLast = (int) (size % BLOCK);
            byte[] last = inLast == 0 || size >= content.size() ? new byte[0] : checked(blocks - 1, 1);
            content.truncate(size);
            if (blocks < known.length) {
                Arrays.fill(known, blocks, known.length, 0);
            }
            sums.truncate((long) blocks * SUM);
            if (last.length > 0) {
                Arrays.fill(last, inLast, BLOCK, (byte) 0);
                note(blocks - 1, last);
            }
        } catch (IOException e) {
            throw told(e);
        } finally {
            lock.writeLock().unlock();
        }
    }

    @Override
    public long size() throws IOException {
        return content.size();
    }

    @Override
    public void force(boolean metaData) throws IOException {
        try {
            content.force(metaData);
            sums.force(metaData);
        } catch (IOException e) {
            throw told(e);
        }
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) throws IOException {
        return content.tryLock(position, size, shared);
    }

    @Override
    protected void implCloseChannel() throws IOException {
        try (sums) {
            content.close();
        }
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
