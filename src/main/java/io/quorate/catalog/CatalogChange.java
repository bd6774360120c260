package io.quorate.catalog;

import java.util.List;

/** What a command comes to. */
sealed interface CatalogChange {
    /** A condition did not hold; nothing changes. */
    record Refuse(String text) implements CatalogChange {}

    /** To be carried out in order; none when everything was so already. */
    record Steps(List<Step> steps) implements CatalogChange {
        public Steps {
            steps = List.copyOf(steps);
        }
    }

    /** One change of rows. */
    sealed interface Step {
        /** With its checks. */
        record DropNode(String name) implements Step {}

        record PutNode(NodeRow row) implements Step {}

        record PutCheck(CheckRow row) implements Step {}
    }
}
