package io.quorate.kernel;

import java.util.Arrays;
import java.util.List;

/** Where a server stands between no cluster and a cluster. The words are those of gossip's tags, health, metrics and {@code /why}. */
public enum FoundingState {
    /** Its agent runs, and takes no step of founding yet. */
    STARTING("starting"),
    /** No promise, no cluster. */
    BLANK("blank"),
    PLEDGED("pledged"),
    WITHDRAWN("withdrawn"),
    MEMBER("member"),
    /** It takes no part any more. */
    FAILED("failed"),
    /** Nobody said it, or in a word that this version does not know. */
    UNKNOWN("unknown");

    /** Those that a server remembers over any crash, and the only ones that it promises anything by. */
    public static final List<FoundingState> STANDINGS = List.of(BLANK, PLEDGED, WITHDRAWN, MEMBER);

    private final String word;

    FoundingState(String word) {
        this.word = word;
    }

    /** By its word, which may come from the network and be anything; {@link #UNKNOWN} when there is none of that word. */
    public static FoundingState of(String word) {
        return Arrays.stream(values())
                .filter(state -> state.word.equals(word))
                .findFirst()
                .orElse(UNKNOWN);
    }

    public String word() {
        return word;
    }

    /** The word: what is written for people and in JSON is this. */
    @Override
    public String toString() {
        return word;
    }
}
