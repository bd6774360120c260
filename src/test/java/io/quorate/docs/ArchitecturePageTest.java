package io.quorate.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.QuorateApplication;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.modulith.core.ApplicationModule;
import org.springframework.modulith.core.ApplicationModules;

/** The picture of the packages is drawn from what they really use. */
class ArchitecturePageTest {
    private static final Path PAGE = Path.of("src/docs/architecture.md");
    private static final SortedMap<String, NavigableSet<String>> USES = uses();

    @Test
    void thePictureShowsWhatThePackagesUse() {
        StringBuilder picture = new StringBuilder("```mermaid\nflowchart TB\n");
        USES.keySet().forEach(module -> picture.append("    ").append(module).append('\n'));
        USES.forEach((module, used) -> used.stream()
                .filter(other -> used.stream().noneMatch(between -> !between.equals(other) && reaches(between, other)))
                .forEach(other -> picture.append("    ")
                        .append(module)
                        .append(" --> ")
                        .append(other)
                        .append('\n')));
        picture.append("```\n");
        Golden.checkPart(PAGE, "modules", picture.toString());
    }

    @Test
    void theTableNamesEveryPackage() throws IOException {
        String page = Files.readString(PAGE);
        assertThat(USES.keySet()).allSatisfy(module -> assertThat(page).contains("`" + module + "`"));
    }

    @Test
    void eachWalkNamesFilesThatAreThereAndCountsThem() throws IOException {
        String page = Files.readString(PAGE);
        String walks = page.substring(page.indexOf("## Three walks\n"), page.indexOf("## On disk\n"));
        Set<String> sources;
        try (Stream<Path> all = Files.walk(Path.of("src/main/java"))) {
            sources = all.map(path -> path.getFileName().toString())
                    .filter(name -> name.endsWith(".java"))
                    .map(name -> name.substring(0, name.length() - ".java".length()))
                    .collect(Collectors.toSet());
        }
        List<String> each = List.of(walks.split("(?m)^\\*\\*", -1)).subList(1, 4);
        assertThat(each).allSatisfy(walk -> {
            Set<String> files = Pattern.compile("`([A-Z]\\w+)`")
                    .matcher(walk)
                    .results()
                    .map(match -> match.group(1))
                    .collect(Collectors.toCollection(TreeSet::new));
            assertThat(sources).containsAll(files);
            assertThat(walk.lines().findFirst().orElseThrow()).contains(files.size() + " files");
        });
    }

    private static boolean reaches(String from, String to) {
        Set<String> used = USES.getOrDefault(from, new TreeSet<>());
        return used.contains(to) || used.stream().anyMatch(next -> reaches(next, to));
    }

    private static SortedMap<String, NavigableSet<String>> uses() {
        ApplicationModules modules = ApplicationModules.of(QuorateApplication.class);
        SortedMap<String, NavigableSet<String>> uses = new TreeMap<>();
        for (ApplicationModule module : modules) {
            NavigableSet<String> used = new TreeSet<>();
            module.getDirectDependencies(modules).stream()
                    .map(dependency ->
                            dependency.getTargetModule().getIdentifier().toString())
                    .filter(name -> !name.equals(module.getIdentifier().toString()))
                    .forEach(used::add);
            uses.put(module.getIdentifier().toString(), used);
        }
        return uses;
    }
}
