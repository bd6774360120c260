package io.quorate.agent.settings;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** How several values of one setting are written down as properties. */
final class Lists {
    /** What may hold commas and spaces itself: split by its own rule, once it is bound. */
    private static final Set<Setting> SOURCES = Set.of(Setting.JOIN, Setting.RETRY_JOIN);

    private Lists() {}

    /** Of a setting that takes one value the last given counts. */
    static Map<String, Object> properties(Map<Setting, List<String>> values) {
        Map<String, Object> properties = new LinkedHashMap<>();
        values.forEach((setting, given) -> {
            if (!setting.isMany()) {
                properties.put(setting.property(), given.get(given.size() - 1));
                return;
            }
            List<String> all = setting.kind() == Setting.Kind.PAIRS || SOURCES.contains(setting)
                    ? given
                    : given.stream().flatMap(Lists::split).toList();
            if (all.isEmpty()) {
                properties.put(setting.property(), "");
            }
            for (int i = 0; i < all.size(); i++) {
                properties.put(setting.property() + "[" + i + "]", all.get(i));
            }
        });
        return properties;
    }

    /** At commas and white space: no address, name or key contains either. A source of members may. */
    static Stream<String> split(String text) {
        return Arrays.stream(text.split("[,\\s]+")).filter(part -> !part.isEmpty());
    }
}
