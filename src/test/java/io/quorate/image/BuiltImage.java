package io.quorate.image;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The image, built by buildah from the project's Dockerfile on a Debian base of this machine's own making: no registry is asked.
 * Whatever it made is removed when it is closed.
 *
 * <p>{@code -Dquorate.image=NAME} takes an image that buildah already has, for quick rounds; {@code -Dquorate.image.jdk=FOLDER}
 * names the JDK that is put into the build's base.
 */
final class BuiltImage implements AutoCloseable {
    private static final Duration BASE = Duration.ofMinutes(8);
    private static final Duration BUILD = Duration.ofMinutes(10);
    private static final Duration STEP = Duration.ofMinutes(2);
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Deque<List<String>> undo = new ArrayDeque<>();
    private final String unique = Long.toHexString(ProcessHandle.current().pid());
    private @Nullable String name;
    private boolean begun;

    /** As an engine reads it. */
    record Configuration(
            String user,
            List<String> environment,
            List<String> entrypoint,
            List<String> command,
            List<String> health,
            List<String> volumes,
            List<String> ports,
            String folder,
            String stopSignal,
            JsonNode labels) {}

    /** Once, however often it is asked for; a build that failed is not tried again. */
    void build() {
        if (name != null) {
            return;
        }
        if (begun) {
            throw new AssertionError("the image could not be built: the first test says why");
        }
        begun = true;
        Runtime.getRuntime().addShutdownHook(new Thread(this::close, "remove-images"));
        String given = System.getProperty("quorate.image", "");
        if (!given.isEmpty()) {
            name = given;
            return;
        }
        String base = step("a Debian base", this::base);
        String jdk = step("the base with a JDK", () -> jdk(base));
        String built = "localhost/quorate-it:" + unique;
        step("the image", () -> {
            buildah(
                    BUILD,
                    "build",
                    "--isolation=chroot",
                    "--format=docker",
                    "--layers=false",
                    "--build-arg=JDK_IMAGE=" + jdk,
                    "--build-arg=BASE_IMAGE=" + base,
                    "--build-arg=JAR=target/quorate.jar",
                    "--tag=" + built,
                    ".");
            undo.push(List.of("rmi", "-f", built));
            return built;
        });
        name = built;
    }

    /** The smallest Debian, of the release that this machine runs: its JDK is known to run there. */
    private String base() {
        String container = container("scratch");
        String root = buildah(STEP, "mount", container);
        String suite = suite();
        List<String> command = new ArrayList<>(List.of("debootstrap", "--variant=minbase", suite, root));
        mirror(suite).ifPresent(command::add);
        try {
            // What is made here is thrown away: nothing of it has to survive a power cut.
            Path dpkg = Files.createDirectories(Path.of(root, "etc", "dpkg", "dpkg.cfg.d"));
            Files.writeString(dpkg.resolve("unsafe-io"), "force-unsafe-io\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Tools.output(BASE, command.toArray(String[]::new));
        Tools.output(
                STEP, "sh", "-c", "rm -rf \"$1\"/var/cache/apt/archives/*.deb \"$1\"/var/lib/apt/lists/*", "sh", root);
        return committed(container, "localhost/quorate-it-base:" + unique);
    }

    private String jdk(String base) {
        String container = container(base);
        String root = buildah(STEP, "mount", container);
        Path jdk = Path.of(System.getProperty("quorate.image.jdk", System.getProperty("java.home")));
        // Debian's JDK has its configuration elsewhere, behind links; a broken one among them does no harm.
        Tools.run(STEP, List.of("cp", "-rL", jdk.toString(), root + "/opt/jdk"));
        buildah(
                STEP,
                "config",
                "--env=JAVA_HOME=/opt/jdk",
                "--env=PATH=/opt/jdk/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                container);
        return committed(container, "localhost/quorate-it-jdk:" + unique);
    }

    private String committed(String container, String tag) {
        buildah(STEP, "umount", container);
        buildah(STEP, "commit", "-q", container, tag);
        undo.push(List.of("rmi", "-f", tag));
        buildah(STEP, "rm", container);
        undo.remove(List.of("rm", container));
        return tag;
    }

    private String container(String from) {
        String container = buildah(STEP, "from", from);
        undo.push(List.of("rm", container));
        return container;
    }

    /** A new container's root, mounted; it is gone when this is closed. */
    Path root() {
        return Path.of(buildah(STEP, "mount", container(named())));
    }

    Configuration configuration() {
        JsonNode config = JSON.readTree(buildah(STEP, "inspect", "--type=image", named()))
                .path("Docker")
                .path("config");
        return new Configuration(
                config.path("User").asString(""),
                texts(config.path("Env")),
                texts(config.path("Entrypoint")),
                texts(config.path("Cmd")),
                texts(config.path("Healthcheck").path("Test")),
                config.path("Volumes").propertyNames().stream().sorted().toList(),
                config.path("ExposedPorts").propertyNames().stream().sorted().toList(),
                config.path("WorkingDir").asString(""),
                config.path("StopSignal").asString(""),
                config.path("Labels"));
    }

    @Override
    public void close() {
        while (!undo.isEmpty()) {
            List<String> command = new ArrayList<>(List.of("buildah"));
            command.addAll(undo.pop());
            Tools.Ended ended = Tools.run(STEP, command);
            if (ended.code() != 0) {
                System.out.println("image: could not clean up: " + ended);
            }
        }
    }

    private String named() {
        if (name == null) {
            throw new IllegalStateException("not built");
        }
        return name;
    }

    private interface Step {
        String run();
    }

    private static String step(String what, Step step) {
        long begin = System.nanoTime();
        String answer = step.run();
        System.out.println(
                String.format(Locale.ROOT, "image: %s took %.1f s", what, (System.nanoTime() - begin) / 1e9));
        return answer;
    }

    private static String buildah(Duration within, String... words) {
        return Tools.output(
                within, Stream.concat(Stream.of("buildah"), Stream.of(words)).toArray(String[]::new));
    }

    private static List<String> texts(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(n -> n.asString(""))
                .toList();
    }

    private static String suite() {
        try {
            return Files.readString(Path.of("/etc/os-release"))
                    .lines()
                    .filter(l -> l.startsWith("VERSION_CODENAME="))
                    .map(l -> l.substring("VERSION_CODENAME=".length()))
                    .findFirst()
                    .orElse("stable");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where this machine has its own packages from: the nearest mirror, and one that can be reached. */
    private static java.util.Optional<String> mirror(String suite) {
        return Tools.run(
                        STEP,
                        List.of(
                                "apt-get",
                                "indextargets",
                                "--format",
                                "$(CODENAME) $(COMPONENT) $(REPO_URI)",
                                "Created-By: Packages"))
                .out()
                .lines()
                .filter(l -> l.startsWith(suite + " main "))
                .map(l -> l.substring((suite + " main ").length()))
                .findFirst();
    }
}
