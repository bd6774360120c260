package io.quorate.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quorate.Await;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Every command of the documents, run as it stands there against one datacenter that {@code dev} started, and its output
 * compared with the one shown. The convention is described at the package.
 */
class DocumentsIT {
    private static final Path JAR =
            Path.of(System.getProperty("quorate.jar", "target/quorate.jar")).toAbsolutePath();
    private static final List<String> SMALL = List.of("-Xss512k", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** Tools that a machine may lack. */
    private static final Pattern TOOL =
            Pattern.compile("(?m)(?:^|[|;&(]|\\$\\()\\s*(curl|consul|jq|promtool|docker|helm|kubectl)\\b");

    @TempDir
    static Path folder;

    private static @Nullable DevDatacenter datacenter;

    @BeforeAll
    static void aDatacenterAsTheReadmeStartsIt() {
        assumeTrue(!File.separator.equals("\\"), "no sh on this system: the documents' commands are not run");
        List<String> command = new ArrayList<>(List.of(java(), "-Xmx64m"));
        command.addAll(SMALL);
        command.addAll(List.of("-jar", JAR.toString(), "dev", "-http-port=" + DevDatacenter.httpPort()));
        datacenter = DevDatacenter.start(command, folder.resolve("dev.txt"));
        tools();
    }

    @AfterAll
    static void end() {
        if (datacenter != null) {
            datacenter.close();
        }
    }

    @TestFactory
    Stream<DynamicContainer> everyCommandDoesWhatItsDocumentShows() {
        return Document.all().stream()
                .filter(document -> document.blocks().stream().anyMatch(Document.Block::isRun))
                .map(document -> DynamicContainer.dynamicContainer(
                        document.file().toString(),
                        document.blocks().stream()
                                .filter(Document.Block::isRun)
                                .map(block -> DynamicTest.dynamicTest(block.toString(), () -> run(block)))));
    }

    @Test
    void whatTheFirstCommandPrintsIsAsTheDocumentsShowIt() {
        List<Document.Block> shown = Document.all().stream()
                .flatMap(document -> document.blocks().stream())
                .filter(block -> block.attributes().getOrDefault("from", "").contains("DocumentsIT"))
                .toList();
        assertThat(shown).isNotEmpty();
        // Whichever of them led.
        String printed = datacenter().output().replaceAll("server-\\d", "server-1");
        for (Document.Block block : shown) {
            List<String> lines = block.lines().stream()
                    .map(line -> line.replaceAll("server-\\d", "server-1"))
                    .toList();
            assertThat(Output.matches(lines, printed))
                    .as("%s shows\n%s\nbut dev printed\n%s", block, block.text(), printed)
                    .isTrue();
        }
    }

    @Test
    void realAgentsAnswerAsTheHttpReferenceSays() {
        Schemas schemas = Schemas.ofTheFile();
        Map<String, List<String>> wrong = new LinkedHashMap<>();
        int asked = 0;
        for (Map.Entry<String, JsonNode> path : schemas.document().path("paths").properties()) {
            if (!path.getValue().has("get")) {
                continue;
            }
            for (String name : DevDatacenter.names()) {
                String some = path.getKey().replace("{group}", "readiness");
                DevDatacenter.Answer answer = datacenter().ask(name, some.replaceAll("\\{[^}]*}", "none"));
                List<String> found = schemas.wrong("GET", path.getKey(), answer.status(), answer.type(), answer.body());
                // Of what is not there the reference says how that is answered.
                boolean isThere = !some.contains("{");
                if ((isThere && answer.status() != 200) || !found.isEmpty()) {
                    wrong.put(name + " " + path.getKey() + " " + answer.status(), found);
                }
                asked++;
            }
        }
        assertThat(asked).isGreaterThan(40);
        assertThat(wrong).isEmpty();
    }

    @Test
    void theDataFoldersHoldWhatTheDocumentsSay() throws IOException {
        String page = Files.readString(Path.of("src/docs/architecture.md"));
        Set<String> told = new TreeSet<>();
        page.substring(page.indexOf("| in the data directory |"))
                .lines()
                .takeWhile(line -> line.startsWith("|"))
                .map(line -> line.split("\\|", -1)[1])
                .flatMap(cell -> Pattern.compile("`([^`<]+)`").matcher(cell).results())
                .forEach(name -> told.add(name.group(1)));
        Matcher started =
                Pattern.compile("Starting .* in (.+)").matcher(datacenter().output());
        assertThat(started.find()).isTrue();
        Path root = Path.of(started.group(1));
        // The members known are written down some time after they are heard of.
        Await.until(
                "the data directories hold " + told,
                Duration.ofMinutes(2),
                () -> told.equals(inTheDataFolders(root)),
                () -> inTheDataFolders(root));
    }

    private static Set<String> inTheDataFolders(Path root) {
        Set<String> found = new TreeSet<>();
        for (String name : DevDatacenter.names()) {
            try (Stream<Path> files = Files.list(root.resolve(name).resolve("data"))) {
                files.map(file -> file.getFileName().toString()).forEach(found::add);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return found;
    }

    private static void run(Document.Block block) throws IOException, InterruptedException {
        Matcher tool = TOOL.matcher(block.text());
        while (tool.find()) {
            assumeTrue(find(tool.group(1)) != null, "no " + tool.group(1) + ": " + block + " is not run");
        }
        datacenter().awaitWhole();
        Path printed = Files.createTempFile(folder, "block", ".txt");
        ProcessBuilder builder = new ProcessBuilder(
                        "sh", "-e", "-c", datacenter().real(block.text()))
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(printed.toFile());
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(name -> name.startsWith("QUORATE_") || name.startsWith("CONSUL_"));
        environment.put("PATH", folder.resolve("bin") + File.pathSeparator + environment.getOrDefault("PATH", ""));
        String first = datacenter().real("127.0.0.1:8500");
        environment.put("LC_ALL", "C");
        environment.put("QUORATE_HTTP_ADDR", first);
        environment.put("CONSUL_HTTP_ADDR", first);
        Process process = builder.start();
        try {
            assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .as("%s ends: %s", block, Files.readString(printed))
                    .isTrue();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        String output = datacenter().documented(Files.readString(printed));
        assertThat(process.exitValue())
                .as("%s: exit code, with the output\n%s", block, output)
                .isEqualTo(Integer.parseInt(block.attributes().getOrDefault("exit", "0")));
        Document.Block expected = block.expected();
        if (expected != null) {
            assertThat(Output.matches(expected.lines(), output))
                    .as("%s shows\n%s\nbut printed\n%s", block, expected.text(), output)
                    .isTrue();
        }
    }

    private static DevDatacenter datacenter() {
        return Objects.requireNonNull(datacenter, "the datacenter was not started");
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** A folder in front of the PATH: the jar under its name, this JDK, and Consul's own command line. */
    private static void tools() {
        script("java", java() + " -Xmx64m " + String.join(" ", SMALL));
        script("quorate", java() + " -Xmx64m " + String.join(" ", SMALL) + " -jar '" + JAR + "'");
        String consul = System.getenv().getOrDefault("CONSUL_BIN", "");
        if (!consul.isEmpty()) {
            script("consul", "'" + consul + "'");
        }
    }

    private static void script(String name, String command) {
        Path file = folder.resolve("bin").resolve(name);
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, "#!/bin/sh\nexec " + command + " \"$@\"\n");
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static @Nullable Path find(String tool) {
        return Stream.concat(
                        Stream.of(folder.resolve("bin")),
                        Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
                                .map(Path::of))
                .map(place -> place.resolve(tool))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst()
                .orElse(null);
    }
}
