package io.quorate.catalog;

import java.util.Set;

/**
 * One change of rows.
 *
 * <p>{@code services}: names of those whose readers see the change.
 */
sealed interface CatalogStep {
    <R> R match(Cases<R> cases);

    /** One method for each, so that no reader forgets one. */
    interface Cases<R> {
        R dropNode(DropNode step);

        R putNode(PutNode step);

        R dropService(DropService step);

        R putService(PutService step);

        R dropCheck(DropCheck step);

        R putCheck(PutCheck step);
    }

    /** With its services and checks. */
    record DropNode(String name, Set<String> services) implements CatalogStep {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.dropNode(this);
        }
    }

    record PutNode(NodeRow row, Set<String> services) implements CatalogStep {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.putNode(this);
        }
    }

    /** Its checks went before. */
    record DropService(String node, String id, Set<String> services) implements CatalogStep {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.dropService(this);
        }
    }

    record PutService(ServiceRow row, Set<String> services) implements CatalogStep {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.putService(this);
        }
    }

    record DropCheck(String node, String id, Set<String> services) implements CatalogStep {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.dropCheck(this);
        }
    }

    record PutCheck(CheckRow row, Set<String> services) implements CatalogStep {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.putCheck(this);
        }
    }
}
