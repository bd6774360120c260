package io.quorate.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.json.JsonMapper;

/** The documents keep to the convention of this package, and no link in them leads nowhere. */
class DocumentsTest {
    private static final Set<String> WORDS = Set.of("sh", "text", "json", "yaml", "java", "mermaid");
    private static final Pattern NAME = Pattern.compile("[\\w./-]*\\w");
    private static final List<Document> DOCUMENTS = Document.all();
    private static final Set<String> TESTS = testClasses();

    @Test
    void everyBlockSaysOfWhichKindItIs() {
        assertThat(blocks().filter(block -> !WORDS.contains(block.word())))
                .as("blocks whose word is none of %s", WORDS)
                .isEmpty();
        assertThat(DOCUMENTS.stream().flatMap(document -> document.strayCommands().stream()))
                .as("commands outside of sh blocks")
                .isEmpty();
        assertThat(blocks().filter(block -> block.word().equals("sh"))
                        .filter(block -> block.lines().stream().anyMatch(line -> line.startsWith("$ "))))
                .as("blocks with prompts")
                .isEmpty();
    }

    @Test
    void whatIsNotRunAsItStandsNamesTheTestThatRunsIt() {
        assertThat(blocks().filter(block -> block.attributes().containsKey("skip"))
                        .filter(block ->
                                !namesSomethingThatIsThere(block.attributes().getOrDefault("skip", ""))))
                .as("skipped blocks that name neither a test class nor a file")
                .isEmpty();
        assertThat(blocks().filter(block -> block.word().equals("text"))
                        .filter(block ->
                                !namesSomethingThatIsThere(block.attributes().getOrDefault("from", ""))))
                .as("output that neither follows a command nor says where it comes from")
                .isEmpty();
    }

    @Test
    void examplesOfJsonAndYamlCanBeRead() {
        blocks().filter(block -> block.word().equals("json"))
                .forEach(block -> assertThat(
                                JsonMapper.shared().readTree(block.text()).isMissingNode())
                        .as("%s", block)
                        .isFalse());
        blocks().filter(block -> block.word().equals("yaml"))
                .forEach(block -> assertThat(new Yaml(new SafeConstructor(new LoaderOptions())).loadAll(block.text()))
                        .as("%s", block)
                        .isNotEmpty());
    }

    @Test
    void everyLinkLeadsSomewhere() {
        List<String> dead = new ArrayList<>();
        for (Document document : DOCUMENTS) {
            for (Document.Link link : document.links()) {
                if (!link.target().matches("(https?|mailto):.*") && !leadsSomewhere(document, link.target())) {
                    dead.add(document.file() + ":" + link.line() + ": " + link.target());
                }
            }
        }
        assertThat(dead).as("links that lead nowhere").isEmpty();
    }

    @Test
    void everyDocumentCanBeReachedFromTheReadme() {
        Set<Path> reached = new TreeSet<>();
        List<Path> next = new ArrayList<>(List.of(Path.of("README.md")));
        while (!next.isEmpty()) {
            Path page = next.remove(0);
            if (!reached.add(page) || !page.toString().endsWith(".md")) {
                continue;
            }
            Document.read(page).links().stream()
                    .map(link -> link.target().replaceAll("#.*", ""))
                    .filter(target -> !target.isEmpty() && !target.contains(":"))
                    .map(target -> beside(page, target))
                    .forEach(next::add);
        }
        assertThat(reached)
                .containsAll(DOCUMENTS.stream().map(Document::file).toList())
                .contains(Path.of("src/docs/openapi.json"));
    }

    @Test
    void aBlockAndItsOutputAreReadTogetherAndAMissingLinkIsSeen() {
        Document document = Document.of(
                Path.of("x.md"),
                List.of(
                        "# A `b`: c",
                        "```sh exit=2 skip=\"run by DevIT\"",
                        "quorate why",
                        "```",
                        "",
                        "```text",
                        "...",
                        "```",
                        "    curl localhost:8500/why",
                        "see [d](#a-b-c) and [e](nowhere.md#x)"));
        assertThat(document.blocks()).hasSize(1);
        Document.Block block = document.blocks().get(0);
        assertThat(block.attributes()).containsEntry("exit", "2").containsEntry("skip", "run by DevIT");
        assertThat(block.expected()).isNotNull();
        assertThat(document.strayCommands()).hasSize(1);
        assertThat(document.anchors()).containsExactly("a-b-c");
        assertThat(document.links().stream().filter(link -> leadsSomewhere(document, link.target())))
                .extracting(Document.Link::target)
                .containsExactly("#a-b-c");
        assertThat(namesSomethingThatIsThere("run by NobodyIT")).isFalse();
        assertThat(namesSomethingThatIsThere("run by DevIT")).isTrue();
    }

    private static Stream<Document.Block> blocks() {
        return DOCUMENTS.stream().flatMap(document -> document.blocks().stream());
    }

    private static boolean namesSomethingThatIsThere(String words) {
        Matcher name = NAME.matcher(words);
        while (name.find()) {
            if (TESTS.contains(name.group())
                    || (name.group().contains("/") && Files.isRegularFile(Path.of(name.group())))) {
                return true;
            }
        }
        return false;
    }

    private static boolean leadsSomewhere(Document document, String target) {
        int hash = target.indexOf('#');
        String path = hash < 0 ? target : target.substring(0, hash);
        Path there = path.isEmpty() ? document.file() : beside(document.file(), path);
        if (!path.isEmpty() && !Files.exists(there)) {
            return false;
        }
        if (hash < 0) {
            return true;
        }
        Set<String> anchors =
                path.isEmpty() ? document.anchors() : Document.read(there).anchors();
        return anchors.contains(target.substring(hash + 1));
    }

    private static Path beside(Path page, String target) {
        Path folder = page.getParent();
        return (folder == null ? Path.of(target) : folder.resolve(target)).normalize();
    }

    private static Set<String> testClasses() {
        try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".java"))
                    .map(name -> name.substring(0, name.length() - ".java".length()))
                    .collect(Collectors.toSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
