package io.quorate.planted;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.docs.Golden;
import io.quorate.testing.Fault;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each planted fault is noticed by the tests that are named for it. That it can be planted at all is tried in every build, that it is
 * noticed in profile {@code long}.
 */
class PlantedFaultsTest {
    private static final Path PAGE = Path.of("src/docs/measure.md");

    @TempDir
    Path folder;

    static Stream<PlantedFault> all() {
        return PlantedFaults.all().stream();
    }

    @Test
    void eachCanBePlantedAndItsTestsAreThere() throws Exception {
        for (PlantedFault fault : PlantedFaults.all()) {
            new Plant(fault, folder.resolve(String.valueOf(PlantedFaults.all().indexOf(fault)))).compile();
            for (String test : fault.noticedBy()) {
                assertThat(NamedTests.selector(test)).isNotNull();
            }
        }
    }

    @Test
    void aTextThatMovedAndAnEditThatDoesNotCompileAreSaid() {
        PlantedFault fault = PlantedFaults.all().get(1);
        assertThatThrownBy(() -> new Plant(with(fault, "no such text", "x"), folder).compile())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("nowhere in");
        assertThatThrownBy(() -> new Plant(with(fault, ";", ""), folder).compile())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("twice in");
        assertThatThrownBy(() -> new Plant(with(fault, fault.text(), "no Java"), folder).compile())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("does not compile");
    }

    /** Else it might be the runner that fails, and not the tests. */
    @Test
    void anEditThatChangesNothingGoesUnnoticed() throws Exception {
        PlantedFault fault = PlantedFaults.all().get(4);
        Plant plant = new Plant(with(fault, fault.text(), fault.text()), folder);
        plant.compile();
        assertThat(plant.failing()).isEmpty();
    }

    private static PlantedFault with(PlantedFault fault, String text, String instead) {
        return new PlantedFault(fault.what(), fault.file(), text, instead, fault.noticedBy());
    }

    @Fault(
            line = "C",
            fault = "faults are planted in founding, peer set, consensus and store, one at a time",
            seen = "each makes the tests fail that are named for it in the table of measure.md")
    @Tag("long")
    @ParameterizedTest
    @MethodSource("all")
    void eachIsNoticed(PlantedFault fault) throws Exception {
        Plant plant = new Plant(fault, folder);
        plant.compile();
        assertThat(plant.failing()).containsExactlyElementsOf(fault.noticedBy());
    }

    @Test
    void theTableNamesThem() {
        StringBuilder table = new StringBuilder("\n| planted fault | in | noticed by |\n|---|---|---|\n");
        for (PlantedFault fault : PlantedFaults.all()) {
            List<String> tests = fault.noticedBy().stream()
                    .map(test -> "`" + test.substring(test.lastIndexOf('.') + 1) + "`")
                    .toList();
            table.append("| ")
                    .append(fault.what())
                    .append(" | `")
                    .append(fault.file())
                    .append("` | ")
                    .append(String.join(", ", tests))
                    .append(" |\n");
        }
        Golden.checkPart(PAGE, "planted-faults", table.append('\n').toString());
    }
}
