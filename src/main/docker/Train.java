import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Makes the image's start-up archive, and fails unless it is used. Run by the build of the image, in the folder that holds the
 * extracted jar, its {@code java.options} and the run time.
 *
 * <p>{@code make FOLDER}: a server founds alone, answers what operators, probes and tests ask, and is told to end; the JVM then
 * writes down which classes that took, and the options get the line that names the archive.
 *
 * <p>{@code check FOLDER}: the same once more with these options, where and as whom the image runs. The JVM is as strict as it can
 * be, and nearly every class must come from the archive.
 */
final class Train {
    private static final Duration READY = Duration.ofMinutes(2);
    /** Assembling the archive comes after the end of the agent. */
    private static final Duration END = Duration.ofMinutes(5);

    private static final long POLL_MS = 100;
    /** Of all classes of an agent that answers; lambdas of the day and the like are made anew each time. */
    private static final double SHARED_AT_LEAST = 0.9;

    private static final List<String> QUESTIONS = List.of(
            "/info",
            "/members",
            "/peers",
            "/why",
            "/actuator/health",
            "/actuator/health/liveness",
            "/actuator/prometheus",
            "/v1/status/leader",
            "/v1/status/peers",
            "/v1/agent/self",
            "/v1/agent/members",
            "/v1/catalog/nodes",
            "/v1/catalog/datacenters");

    private final Path java;
    private final Path folder;
    private final Path options;
    private final Path scratch;
    private final boolean cache;

    private Train(Path folder, Path scratch) {
        this.java = folder.resolve("jre").resolve("bin").resolve("java");
        this.folder = folder;
        this.options = folder.resolve("java.options");
        this.scratch = scratch;
        // From 25 on one flag makes an AOT cache of a run; before, what it loaded goes on top of the JDK's own archive.
        cache = Runtime.version().feature() >= 25;
    }

    public static void main(String[] arguments) throws Exception {
        Path scratch = Files.createTempDirectory("train");
        try {
            Train train = new Train(Path.of(arguments[1]), scratch);
            switch (arguments[0]) {
                case "make" -> train.make();
                case "check" -> train.check();
                default -> throw new IllegalArgumentException(arguments[0]);
            }
        } finally {
            remove(scratch);
        }
    }

    private void make() throws Exception {
        Path archive = folder.resolve("quorate.archive");
        atWholeSeconds();
        if (!cache) {
            end(new ProcessBuilder(java.toString(), "-Xshare:dump").inheritIO().start(), "the JDK's own archive");
        }
        // What cannot be archived (proxies, Java's own events) is named class by class, as a warning.
        agent(
                "train",
                List.of(
                        (cache ? "-XX:AOTCacheOutput=" : "-XX:ArchiveClassesAtExit=") + archive,
                        cache ? "-Xlog:aot=error" : "-Xlog:cds=error,cds+dynamic=error"));
        if (!Files.exists(archive)) {
            throw new IllegalStateException("the training run wrote no " + archive);
        }
        String flag = (cache ? "-XX:AOTCache=" : "-XX:SharedArchiveFile=") + archive;
        Files.writeString(options, flag + "\n" + Files.readString(options));
        System.out.printf("archive: %d bytes%n", Files.size(archive));
    }

    /**
     * The archive holds only while each jar is as old as it was, to the second; layers of an image round to the next one. The same
     * time in each build also leaves the layers as they are whose content is.
     */
    private void atWholeSeconds() throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.filter(p -> !Files.isSymbolicLink(p)).toList()) {
                Files.setLastModifiedTime(path, FileTime.from(Instant.parse("2020-01-01T00:00:00Z")));
            }
        }
    }

    private void check() throws Exception {
        Path log = scratch.resolve("loaded.txt");
        agent("check", List.of(cache ? "-XX:AOTMode=on" : "-Xshare:on", "-Xlog:class+load:file=" + log));
        List<String> loaded =
                Files.readAllLines(log).stream().filter(l -> l.contains(" source: ")).toList();
        // Of the archive on top of the JDK's own where there are two: "shared objects file (top)".
        long shared = loaded.stream().filter(l -> l.contains("shared objects file")).count();
        long ours = loaded.stream()
                .filter(l -> l.contains(" io.quorate.") && l.contains("shared objects file" + (cache ? "" : " (top)")))
                .count();
        System.out.printf("archive: %d of %d classes, %d of them Quorate's%n", shared, loaded.size(), ours);
        if (ours == 0 || shared < SHARED_AT_LEAST * loaded.size()) {
            loaded.stream().filter(l -> !l.contains("shared objects file")).limit(50).forEach(System.out::println);
            throw new IllegalStateException("the archive is not used as it should be");
        }
    }

    /** One server from its founding to its orderly end. */
    private void agent(String name, List<String> flags) throws Exception {
        String address = freeAddress();
        List<String> command = new ArrayList<>(List.of(java.toString()));
        command.addAll(flags);
        command.addAll(List.of(
                "@" + options,
                "agent",
                "-server",
                "-bootstrap",
                "-node=" + name,
                "-data-dir=" + scratch.resolve(name),
                "-bind=" + address,
                "-client=" + address));
        Process process = new ProcessBuilder(command).inheritIO().start();
        try {
            awaitReady(process, address);
            for (String question : QUESTIONS) {
                int status = ask(address, question);
                if (status != 200) {
                    throw new IllegalStateException(question + " was answered " + status);
                }
            }
            process.destroy();
            end(process, "the agent");
        } finally {
            process.destroyForcibly();
        }
    }

    private static void awaitReady(Process process, String address) throws InterruptedException {
        long end = System.nanoTime() + READY.toNanos();
        while (true) {
            try {
                if (ask(address, "/actuator/health/readiness") == 200) {
                    return;
                }
            } catch (IOException e) {
                // Not listening yet.
            }
            if (process.waitFor(POLL_MS, TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("the agent ended with " + process.exitValue());
            }
            if (System.nanoTime() - end >= 0) {
                throw new IllegalStateException("the agent is not ready after " + READY);
            }
        }
    }

    private static int ask(String address, String question) throws IOException {
        HttpURLConnection connection = (HttpURLConnection)
                URI.create("http://" + address + ":8500" + question).toURL().openConnection();
        connection.setConnectTimeout(5_000);
        connection.setReadTimeout(20_000);
        int status = connection.getResponseCode();
        try (InputStream body = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
            if (body != null) {
                new String(body.readAllBytes(), StandardCharsets.UTF_8);
            }
        }
        return status;
    }

    private static void end(Process process, String what) throws InterruptedException {
        if (!process.waitFor(END.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IllegalStateException(what + " did not end in " + END);
        }
        if (process.exitValue() != 0) {
            throw new IllegalStateException(what + " ended with " + process.exitValue());
        }
    }

    /** A build may share the network of the machine it runs on, and that machine may run an agent. */
    private static String freeAddress() {
        for (int i = 0; i < 100; i++) {
            String address = "127.83." + ThreadLocalRandom.current().nextInt(256) + "."
                    + ThreadLocalRandom.current().nextInt(1, 255);
            try (ServerSocket socket = new ServerSocket()) {
                socket.bind(new InetSocketAddress(InetAddress.getByName(address), 8500));
                return address;
            } catch (IOException e) {
                // Taken: try another.
            }
        }
        throw new IllegalStateException("no loopback address is free");
    }

    private static void remove(Path root) throws IOException {
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
