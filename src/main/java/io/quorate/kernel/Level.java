package io.quorate.kernel;

/**
 * What agents understand of each other, as one number that only grows: a release that adds a command, a kind of one, a field, or an
 * operation raises it by one, and agents of the level before do not know what was added. It is told in gossip and used only once every
 * server concerned has it.
 */
public final class Level {
    /** Of an agent that says nothing of it. */
    public static final int FIRST = 1;

    /** Of this agent. */
    public static final int PRESENT = 1;

    private Level() {}
}
