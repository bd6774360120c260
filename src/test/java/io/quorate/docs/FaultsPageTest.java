package io.quorate.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.quorate.testing.Fault;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The table of faults is made from the tests that provoke them. */
class FaultsPageTest {
    private static final Path PAGE = Path.of("src/docs/faults.md");

    private record Row(String line, String fault, String test, String seen) {}

    @Test
    void theTableIsMadeFromTheTests() {
        StringBuilder page = new StringBuilder();
        List<Row> rows = rows();
        LINES.forEach((line, title) -> {
            List<Row> its = rows.stream().filter(row -> row.line.equals(line)).toList();
            if (its.isEmpty()) {
                return;
            }
            page.append("\n### ").append(line).append(": ").append(title).append("\n\n");
            page.append("| fault | what is seen now | test |\n|---|---|---|\n");
            its.forEach(row -> page.append("| ")
                    .append(row.fault)
                    .append(" | ")
                    .append(row.seen)
                    .append(" | `")
                    .append(row.test)
                    .append("` |\n"));
        });
        Golden.checkPart(PAGE, "faults", page.append('\n').toString());
    }

    @Test
    void everyTestNamesALineThatThereIs() {
        assertThat(rows()).extracting(Row::line).isSubsetOf(LINES.keySet());
    }

    @Test
    void everyLineHasATest() {
        assertThat(rows()).extracting(Row::line).containsAll(LINES.keySet());
    }

    private static List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (JavaClass type : new ClassFileImporter().importPath(Path.of("target/test-classes"))) {
            if (type.isAnnotatedWith(Fault.class) || type.isAnnotatedWith(Fault.All.class)) {
                add(rows, type.reflect().getAnnotationsByType(Fault.class), type.getSimpleName());
            }
            for (JavaMethod method : type.getMethods()) {
                if (method.isAnnotatedWith(Fault.class) || method.isAnnotatedWith(Fault.All.class)) {
                    add(
                            rows,
                            method.reflect().getAnnotationsByType(Fault.class),
                            type.getSimpleName() + "." + method.getName());
                }
            }
        }
        rows.sort(Comparator.comparing(Row::line).thenComparing(Row::test).thenComparing(Row::fault));
        return rows;
    }

    private static void add(List<Row> rows, Fault[] faults, String test) {
        for (Fault fault : faults) {
            rows.add(new Row(fault.line(), fault.fault(), test, fault.seen()));
        }
    }

    private static final Map<String, String> LINES = lines(
            "A1a", "executors that reject, and work without a bound",
            "A1b", "a leader whose disk stalls, fills up or fails",
            "A1c", "futures that never end",
            "A2", "voters that nobody can name",
            "A3", "a voter removed by hand",
            "A4", "a server that came back as a client",
            "A5", "a name taken for an identity",
            "A6", "hearsay that made a server give something up",
            "A7", "a copied data directory",
            "A8", "files with promises that are missing or damaged",
            "A9", "data taken for lost that was not",
            "A10", "default reads that were stale",
            "A11", "half frames that took the memory",
            "B1", "an error that ended a thread in silence",
            "B2", "state that was never released",
            "B3", "a damaged database",
            "B4", "a record that the next start refused",
            "C", "faults planted in the code",
            "D1", "what a join met",
            "D2", "a client whose servers lost their quorum",
            "D3", "declared founders under other names",
            "D4", "a disk that refuses",
            "D5", "a restart after leaving",
            "E1", "signals and reloading",
            "E2", "settings from sources that are not documented",
            "E3", "unknown environment variables",
            "E4", "protection asked for and not there",
            "E5", "addresses to join that cannot be used",
            "E6", "files left in the temporary directory",
            "E7", "ports, files and words",
            "E8", "gossip that is not encrypted",
            "E9", "checks of an agent from outside");

    private static Map<String, String> lines(String... idsAndTitles) {
        Map<String, String> lines = new LinkedHashMap<>();
        for (int i = 0; i < idsAndTitles.length; i += 2) {
            lines.put(idsAndTitles[i], idsAndTitles[i + 1]);
        }
        return lines;
    }
}
