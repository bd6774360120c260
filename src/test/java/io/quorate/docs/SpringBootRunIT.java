package io.quorate.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The first of the two commands, as a newcomer gives it: in a fresh copy of the project, nothing built. */
@Tag("long")
class SpringBootRunIT {
    private static final Duration BUILT_AND_READY = Duration.ofMinutes(10);
    private static final Pattern FIRST_SERVER = Pattern.compile("server-1 .* http://(127\\.0\\.0\\.1:\\d+) ");

    @TempDir
    Path folder;

    @Test
    void theFirstCommandOfTheReadmeStartsADatacenterThatIsReadyAndEndsWithAllOfIt() throws Exception {
        assumeTrue(!File.separator.equals("\\"), "no sh on this system: ./mvnw is not run");
        Path project = folder.resolve("project");
        for (String part : List.of("pom.xml", "mvnw", ".mvn", "src/main")) {
            copy(Path.of(part), project.resolve(part));
        }
        Document.Block commands = Document.read(Path.of("README.md")).blocks().stream()
                .filter(block -> block.attributes().getOrDefault("skip", "").contains("SpringBootRunIT"))
                .findFirst()
                .orElseThrow();
        String line = commands.lines().get(0);
        int port = DevDatacenter.httpPort();
        String command = line.replaceAll("\\s+#.*", "")
                + (port == 8500 ? "" : " -Dspring-boot.run.arguments=dev,-http-port=" + port);
        assertThat(command).startsWith("./mvnw ").contains("spring-boot:run");

        Path output = folder.resolve("output.txt");
        Process maven = new ProcessBuilder("sh", "-c", "exec " + command)
                .directory(project.toFile())
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        List<ProcessHandle> all = new ArrayList<>();
        try {
            await(BUILT_AND_READY, "ready", () -> {
                String printed = Files.readString(output);
                assertThat(maven.isAlive()).as(printed).isTrue();
                return printed.contains("Ctrl-C stops");
            });
            all.addAll(maven.descendants().toList());
            assertThat(all).as("dev, three servers and a client").hasSizeGreaterThanOrEqualTo(5);
            String printed = Files.readString(output);
            Matcher first = FIRST_SERVER.matcher(printed);
            assertThat(first.find()).as(printed).isTrue();
            assertThat(get(first.group(1), "/why")).contains("\"code\":\"READY\"");

            // Ctrl-C reaches the launcher and all that it started; here it is the launcher that is told.
            maven.destroy();
            await(Duration.ofSeconds(30), "all have ended", () -> all.stream().noneMatch(ProcessHandle::isAlive));
        } finally {
            Stream.concat(all.stream(), maven.descendants()).toList().forEach(ProcessHandle::destroyForcibly);
            maven.destroyForcibly();
            assertThat(maven.waitFor(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @FunctionalInterface
    private interface Condition {
        boolean holds() throws IOException;
    }

    private void await(Duration within, String what, Condition condition) throws IOException {
        long end = System.nanoTime() + within.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() - end >= 0) {
                throw new AssertionError("not within " + within.toSeconds() + " s: " + what + "\n"
                        + Files.readString(folder.resolve("output.txt")));
            }
            LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
        }
    }

    private static String get(String address, String path) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://" + address + path))
                                .timeout(Duration.ofSeconds(10))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            files.forEach(file -> {
                Path target = to.resolve(from.relativize(file).toString());
                try {
                    if (Files.isDirectory(file)) {
                        Files.createDirectories(target);
                    } else {
                        Files.createDirectories(target.getParent());
                        Files.copy(file, target, StandardCopyOption.COPY_ATTRIBUTES);
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
