import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;

/**
 * Many blocking queries at one agent, woken by one change.
 *
 * <p>{@code java Waiters.java ADDRESS COUNT PATH}: asks for the index of PATH, opens COUNT connections that wait from it, prints
 * {@code waiting COUNT} once none has been answered for two seconds, and then, when a change has woken them all, how long after the
 * first answer the median and the last one came.
 */
public final class Waiters {
    private static final int QUIET_MS = 2000;
    private static final int END_MS = 120_000;

    public static void main(String[] args) throws IOException {
        InetSocketAddress agent = new InetSocketAddress(args[0], 8500);
        int count = Integer.parseInt(args[1]);
        String path = args[2];
        String index = index(agent, path);
        String question = "GET " + path + (path.contains("?") ? "&" : "?") + "index=" + index
                + "&wait=300s HTTP/1.1\r\nHost: bench\r\n\r\n";
        Selector selector = Selector.open();
        for (int i = 0; i < count; i++) {
            SocketChannel channel = SocketChannel.open();
            // Each source address has its own ports: one has not enough of them.
            channel.bind(new InetSocketAddress("127.0.0." + (10 + i / 10_000), 0));
            channel.connect(agent);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            ByteBuffer bytes = ByteBuffer.wrap(question.getBytes(StandardCharsets.US_ASCII));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ);
        }
        long early = 0;
        while (selector.select(QUIET_MS) > 0) {
            early += answers(selector, null);
        }
        int waiting = (int) (count - early);
        System.out.println("waiting " + waiting + ", answered at once " + early);
        long[] at = new long[waiting];
        int[] woken = {0};
        long end = System.nanoTime() + END_MS * 1_000_000L;
        while (woken[0] < waiting && System.nanoTime() < end) {
            selector.select(100);
            answers(selector, () -> at[woken[0]++] = System.nanoTime());
        }
        long[] after = Arrays.copyOf(at, woken[0]);
        if (after.length == 0) {
            System.out.println("none was woken");
            System.exit(1);
        }
        System.out.printf(
                "woken %d of %d; after the first: median %.0f ms, last %.0f ms%n",
                after.length,
                waiting,
                (after[after.length / 2] - after[0]) / 1e6,
                (after[after.length - 1] - after[0]) / 1e6);
    }

    /** Connections that have been answered: each is answered once. */
    private static int answers(Selector selector, Runnable each) throws IOException {
        int answered = 0;
        ByteBuffer bytes = ByteBuffer.allocate(65_536);
        for (Iterator<SelectionKey> keys = selector.selectedKeys().iterator(); keys.hasNext(); ) {
            SelectionKey key = keys.next();
            keys.remove();
            bytes.clear();
            if (((SocketChannel) key.channel()).read(bytes) != 0) {
                key.cancel();
                answered++;
                if (each != null) {
                    each.run();
                }
            }
        }
        return answered;
    }

    private static String index(InetSocketAddress agent, String path) throws IOException {
        try (SocketChannel channel = SocketChannel.open(agent)) {
            channel.write(ByteBuffer.wrap(("GET " + path + " HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII)));
            ByteBuffer bytes = ByteBuffer.allocate(65_536);
            while (channel.read(bytes) >= 0 && bytes.hasRemaining()) {
                // To the end.
            }
            for (String line : new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8).split("\r\n")) {
                if (line.toLowerCase(java.util.Locale.ROOT).startsWith("x-consul-index:")) {
                    return line.substring(line.indexOf(':') + 1).trim();
                }
            }
            throw new IOException("no index");
        }
    }

    private Waiters() {}
}
