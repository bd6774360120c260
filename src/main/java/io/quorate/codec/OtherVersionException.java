package io.quorate.codec;

/** A record of another version of this program: nothing is damaged, whoever wrote it can read it. */
public final class OtherVersionException extends MalformedException {
    private static final long serialVersionUID = 1L;

    OtherVersionException(String kind, int found, int known) {
        super(kind + " of format " + found + ", this version of the agent reads format " + known);
    }
}
