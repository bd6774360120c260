package io.quorate.catalog;

/** One change of rows. */
sealed interface CatalogStep {
    <R> R match(Cases<R> cases);

    /** One method for each, so that no reader forgets one. */
    interface Cases<R> {
        R dropNode(DropNode step);

        R putNode(PutNode step);

        R putCheck(PutCheck step);
    }

    /** With its checks. */
    record DropNode(String name) implements CatalogStep {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.dropNode(this);
        }
    }

    record PutNode(NodeRow row) implements CatalogStep {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.putNode(this);
        }
    }

    record PutCheck(CheckRow row) implements CatalogStep {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.putCheck(this);
        }
    }
}
