package io.quorate.event;

import java.util.Collection;
import java.util.List;

/** The services that are registered with this agent, as far as events look at them. Safe for any thread, must not block. */
@FunctionalInterface
public interface LocalServices {
    Collection<Service> now();

    /** One of them. */
    record Service(String name, List<String> tags) {
        public Service {
            tags = List.copyOf(tags);
        }
    }
}
