package io.quorate.chart;

import java.util.List;
import tools.jackson.databind.JsonNode;

/** One object that Helm makes of the chart, for the tests of other packages. */
public final class RenderedObject {
    public static final String NAMESPACE = Rendering.NAMESPACE;
    public static final String RELEASE = Rendering.RELEASE;

    private RenderedObject() {}

    /** @param sets as Helm's {@code --set} has them */
    public static JsonNode of(String kind, String name, String... sets) {
        return Rendering.of(List.of(), sets).get(kind, name);
    }
}
