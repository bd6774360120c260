package io.quorate.catalog;

import java.util.List;

/** What a command comes to. */
sealed interface CatalogChange {
    <R> R match(Cases<R> cases);

    /** One method for each, so that no reader forgets one. */
    interface Cases<R> {
        R refuse(Refuse change);

        R steps(Steps change);
    }

    /** A condition did not hold; nothing changes. */
    record Refuse(String text) implements CatalogChange {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.refuse(this);
        }
    }

    /** To be carried out in order; none when everything was so already. */
    record Steps(List<CatalogStep> steps) implements CatalogChange {
        public Steps {
            steps = List.copyOf(steps);
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.steps(this);
        }
    }
}
