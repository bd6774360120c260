package io.quorate.catalog;

import io.quorate.consensus.Moment;

/**
 * When a row came and when it last changed.
 *
 * @param modifyIndex rises only when something really changed
 * @param modifiedMs wall time of the leader at that change, in milliseconds since 1970; shown, and decides nothing
 */
public record Stamp(long createIndex, long modifyIndex, long modifiedMs) {
    static Stamp created(Moment at) {
        return new Stamp(at.index().value(), at.index().value(), at.wallMs());
    }

    Stamp changed(Moment at) {
        return new Stamp(createIndex, at.index().value(), at.wallMs());
    }
}
