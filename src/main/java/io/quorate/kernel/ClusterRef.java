package io.quorate.kernel;

/** One life of one cluster. Members of different ones never mix. */
public record ClusterRef(ClusterId id, Incarnation incarnation) {
    public static ClusterRef founded(ClusterId id) {
        return new ClusterRef(id, Incarnation.founding(id));
    }

    /** As {@link #toString()} prints it. */
    public static ClusterRef of(String text) {
        int slash = text.indexOf('/');
        if (slash < 1) {
            throw new IllegalArgumentException("cluster is not <cluster id>/<incarnation>: \"" + text + "\"");
        }
        return new ClusterRef(ClusterId.of(text.substring(0, slash)), Incarnation.of(text.substring(slash + 1)));
    }

    /** Name of its raft group. A request that names another group is refused. */
    public String raftGroup() {
        return "q-" + id + "-" + incarnation;
    }

    @Override
    public String toString() {
        return id + "/" + incarnation;
    }
}
