package io.quorate.store;

/** What the raft log and its snapshot hold, looked at before the node runs. */
public interface LogView {
    /** The greater of the log's and the snapshot's last index; 0 when both are empty. */
    long lastIndex();

    /** Term of that entry, as log or snapshot know it; -1 when neither reaches it. */
    long termAt(long index);
}
