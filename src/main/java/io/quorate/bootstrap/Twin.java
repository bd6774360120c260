package io.quorate.bootstrap;

import java.util.UUID;

/**
 * One of two processes that answer under one server id: one of their data directories is a copy. A rank only rises while a process
 * goes on under that id, so it cannot happen that each of the two sees the other rank higher: what one saw of the other was at most
 * what that one is by then.
 *
 * @param starts of its data directory: of two that differ in nothing else, the one that was in use longer
 * @param instance random, so that no two are equal
 */
public record Twin(Phase phase, long starts, UUID instance) implements Comparable<Twin> {
    /** Who is further was there first. */
    public enum Phase {
        /** Belongs to no cluster yet. */
        OUTSIDE,
        /** A member whose raft does not run yet. */
        STARTING,
        RUNNING
    }

    @Override
    public int compareTo(Twin other) {
        if (phase != other.phase) {
            return phase.compareTo(other.phase);
        } else if (starts != other.starts) {
            return Long.compare(starts, other.starts);
        }
        return instance.compareTo(other.instance);
    }

    /**
     * Whether this process gives way now. Anybody can claim to be this server, so a member gives way only to who proves that he has
     * its data directory, or a copy. Once its raft runs not even that is enough: a majority of the other voters must know the
     * other process as this server, and they stay with the one that they knew first for as long as it lives. Without other voters
     * the rank has to decide.
     *
     * @param proven whether the other one knows what only this folder, and its copies, hold
     * @param others how many voters there are besides this server
     * @param confirming how many of them know the other process under this id
     */
    public boolean givesWayTo(Twin other, boolean proven, int others, int confirming) {
        return switch (phase) {
            case OUTSIDE -> compareTo(other) < 0;
            case STARTING -> proven && compareTo(other) < 0;
            case RUNNING ->
                others == 0 ? proven && compareTo(other) < 0 : other.phase == Phase.RUNNING && confirming > others / 2;
        };
    }
}
