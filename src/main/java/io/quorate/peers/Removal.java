package io.quorate.peers;

/** What a removal by hand takes into account. */
public enum Removal {
    /** Only if nobody hears the peer any more; waits a while until that is certain. */
    SILENT,
    /** Refused when most of the voters that stay would not answer. */
    SAFE,
    /** Whatever becomes of the cluster; only the last voter always stays. */
    FORCED
}
