package io.quorate.runtime;

/** What a thread is to the agent. {@link Failures} decides by it what an error on that thread means. */
public enum Duty {
    /** The agent is of no use without it: founding, gossip, raft. */
    VITAL,
    /** What it does is done again, or somebody is told that it was not: a look-up, a connect, a metric, a request. */
    HELPFUL
}
