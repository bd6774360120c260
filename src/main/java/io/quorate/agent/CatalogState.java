package io.quorate.agent;

import io.quorate.store.StateReader;

/** The catalog's way to the store. */
record CatalogState(StateReader store) implements io.quorate.catalog.StateReader {
    @Override
    public <T> T read(Query<T> query) {
        return store.read(query::run).value();
    }
}
