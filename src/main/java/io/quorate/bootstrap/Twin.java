package io.quorate.bootstrap;

import java.util.UUID;

/**
 * One of two processes that answer under one server id: one of their data folders is a copy. A rank only rises while a process
 * lives, so it cannot happen that each of the two sees the other rank higher: what one saw of the other was at most what that one
 * is by then.
 *
 * @param running its raft runs: it was there first
 * @param starts of its data folder: of two that differ in nothing else, the one that was in use longer
 * @param instance random, so that no two are equal
 */
public record Twin(boolean running, long starts, UUID instance) implements Comparable<Twin> {
    @Override
    public int compareTo(Twin other) {
        if (running != other.running) {
            return running ? 1 : -1;
        } else if (starts != other.starts) {
            return Long.compare(starts, other.starts);
        }
        return instance.compareTo(other.instance);
    }

    /**
     * Whether this process gives way now. Before its raft runs it does so for whoever ranks higher. Once it runs, somebody's claim
     * to be this server is not enough to stop it: a majority of the other voters must know the other process as this server, and they
     * stay with the one that they knew first for as long as it lives. Without other voters the rank has to decide.
     *
     * @param others how many voters there are besides this server
     * @param confirming how many of them know the other process under this id
     */
    public boolean givesWayTo(Twin other, int others, int confirming) {
        if (!running || others == 0) {
            return compareTo(other) < 0;
        }
        return other.running && confirming > others / 2;
    }
}
