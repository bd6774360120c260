package io.quorate.image;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A container without an engine: the image's root, read-only, in a mount and process namespace of its own, run as the image's
 * user with the image's environment, entrypoint and folder. Only {@code /data} can be written, and {@code /tmp} where asked for.
 * The network is the machine's, so each has a loopback address of its own.
 */
final class Container implements AutoCloseable {
    /** Ends with the words to run, which the container's first process becomes. */
    private static final String ENTER = """
            set -eu
            root=$1 data=$2 tmp=$3 folder=$4 user=$5 group=$6; shift 6
            mount --make-rprivate /
            mount --bind "$root" "$root"
            mount -t proc proc "$root/proc"
            mount --rbind /dev "$root/dev"
            mount --bind "$data" "$root/data"
            if [ "$tmp" = true ]; then mount -t tmpfs tmpfs "$root/tmp"; fi
            mount -o remount,bind,ro "$root"
            exec setpriv --no-new-privs nsenter --root="$root" --wd="$root$folder" --setuid "$user" --setgid "$group" -- \\
              env -i "$@"
            """;

    private static final Duration COMMAND = Duration.ofSeconds(30);
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(3)).build();

    private final String name;
    private final Path root;
    private final Path folder;
    private final boolean tmp;
    private final BuiltImage.Configuration image;
    private final String address = freeAddress();
    private @Nullable Process process;

    /**
     * @param folder of the machine, for {@code data} and what it prints
     * @param tmp whether {@code /tmp} is a folder in memory that can be written
     */
    Container(String name, BuiltImage built, Path folder, boolean tmp) {
        this.name = name;
        this.root = built.root();
        this.folder = folder.resolve(name);
        this.tmp = tmp;
        this.image = built.configuration();
        try {
            Files.createDirectories(data());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        // As an engine does with a new volume, and a platform with fsGroup.
        Tools.output(COMMAND, "chown", image.user(), data().toString());
    }

    String name() {
        return name;
    }

    String address() {
        return address;
    }

    Path data() {
        return folder.resolve("data");
    }

    /** As {@code docker run IMAGE WORDS...}; no words are the image's own. */
    void start(Map<String, String> environment, String... words) {
        List<String> all = new ArrayList<>(image.entrypoint());
        all.addAll(words.length == 0 ? image.command() : List.of(words));
        try {
            process = new ProcessBuilder(entering(environment, all))
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectErrorStream(true)
                    .redirectOutput(log().toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As {@code docker run IMAGE WORDS...} that ends by itself. */
    Tools.Ended run(String... words) {
        List<String> all = new ArrayList<>(image.entrypoint());
        all.addAll(List.of(words));
        return exec(all);
    }

    /** As {@code docker exec}: the agent of this container is the one that commands ask. */
    Tools.Ended exec(List<String> command) {
        return Tools.run(COMMAND, entering(Map.of("QUORATE_HTTP_ADDR", address), command));
    }

    /** As an engine runs it. */
    Tools.Ended health() {
        if (!image.health().get(0).equals("CMD")) {
            throw new AssertionError("the health check needs a shell: " + image.health());
        }
        return exec(image.health().subList(1, image.health().size()));
    }

    private List<String> entering(Map<String, String> environment, List<String> words) {
        String[] user = image.user().split(":", 2);
        List<String> command = new ArrayList<>(List.of(
                "unshare",
                "--mount",
                "--pid",
                "--fork",
                "--",
                "sh",
                "-c",
                ENTER,
                "sh",
                root.toString(),
                data().toString(),
                Boolean.toString(tmp),
                image.folder(),
                user[0],
                user[1]));
        command.addAll(image.environment());
        environment.forEach((key, value) -> command.add(key + "=" + value));
        command.addAll(words);
        return command;
    }

    /** Which process it is, as this machine sees it: in its own namespace it is the first. */
    long pid() {
        return first().pid();
    }

    boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** SIGTERM to the container's first process, as every engine stops one; returns what the container ended with. */
    int stop(Duration within) {
        Process running = running();
        first().destroy();
        try {
            if (!running.waitFor(within.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError(name + " still runs " + within + " after SIGTERM");
            }
            return running.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + name + " stops", e);
        }
    }

    private ProcessHandle first() {
        return running()
                .children()
                .findFirst()
                .orElseThrow(() -> new AssertionError(name + " has ended: " + Tools.tail(printed())));
    }

    private Process running() {
        Process started = process;
        if (started == null) {
            throw new IllegalStateException(name + " was not started");
        }
        return started;
    }

    private Path log() {
        return folder.resolve("log.txt");
    }

    String printed() {
        try {
            return Files.exists(log()) ? Files.readString(log(), StandardCharsets.UTF_8) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    JsonNode get(String path) {
        return JSON.readTree(ask(path, 200));
    }

    /** @throws AssertionError when the status is another one */
    String ask(String path, int status) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + address + ":8500" + path))
                .timeout(Duration.ofSeconds(15))
                .build();
        try {
            HttpResponse<String> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != status) {
                throw new AssertionError(
                        name + " answered " + answer.statusCode() + " to " + path + ": " + answer.body());
            }
            return answer.body();
        } catch (IOException e) {
            if (!isAlive()) {
                throw new IllegalStateException(name + " has ended: " + Tools.tail(printed()), e);
            }
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while asking " + name, e);
        }
    }

    @Override
    public void close() {
        if (process != null) {
            Tools.end(process);
        }
    }

    private static String freeAddress() {
        for (int i = 0; i < 100; i++) {
            ThreadLocalRandom random = ThreadLocalRandom.current();
            String address = "127.85." + random.nextInt(256) + "." + random.nextInt(1, 255);
            try (ServerSocket socket = new ServerSocket()) {
                socket.bind(new InetSocketAddress(InetAddress.getByName(address), 8500));
                return address;
            } catch (IOException e) {
                // Taken: try another.
            }
        }
        throw new IllegalStateException("no loopback address is free");
    }
}
