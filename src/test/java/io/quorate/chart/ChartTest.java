package io.quorate.chart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What every rendering of the chart has in common, whatever the values. */
class ChartTest {
    @Test
    void theDefaultsRenderAStatefulSetOfThree() {
        Rendering defaults = Rendering.of(List.of());
        assertThat(defaults.get("StatefulSet", "q-quorate").at("/spec/replicas").asInt())
                .isEqualTo(3);
    }
}
