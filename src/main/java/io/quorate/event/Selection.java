package io.quorate.event;

import io.quorate.http.GoPattern;
import java.util.Optional;
import java.util.function.Predicate;

/** For which agents an event is meant. Patterns are RE2's, as Consul's are: a stranger's pattern takes time in proportion to the text. */
final class Selection {
    private Selection() {}

    /** Why it cannot be fired, in Consul's words; empty when it can. */
    static Optional<String> problem(Firing said) {
        if (!said.tags().isEmpty() && said.services().isEmpty()) {
            return Optional.of("Cannot provide tag filter without service filter");
        }
        return problem("node", said.nodes())
                .or(() -> problem("service", said.services()))
                .or(() -> problem("tag", said.tags()));
    }

    private static Optional<String> problem(String what, String pattern) {
        try {
            Predicate<String> unused = GoPattern.found(pattern);
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of("Invalid " + what + " filter: " + e.getMessage());
        }
    }

    /** Whether it is meant for this agent; a pattern that cannot be read selects nobody. */
    static boolean selects(Firing said, String node, LocalServices services) {
        if (problem(said).isPresent() || !matches(said.nodes(), node)) {
            return false;
        }
        return said.services().isEmpty()
                || services.now().stream()
                        .anyMatch(service -> matches(said.services(), service.name())
                                && (said.tags().isEmpty()
                                        || service.tags().stream().anyMatch(tag -> matches(said.tags(), tag))));
    }

    private static boolean matches(String pattern, String text) {
        return pattern.isEmpty() || GoPattern.found(pattern).test(text);
    }
}
