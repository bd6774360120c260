package io.quorate.bootstrap;

import io.quorate.kernel.FoundingState;

/** What the word of another server means to the one that hears it: whether it concerns it, and which promise it may answer with. */
record Hearing(Terms terms) {
    /** Of another datacenter, or of whoever goes by this server's own id. */
    boolean isForeign(State state, Word word) {
        return !word.datacenter().equals(terms.datacenter())
                || word.id().equals(state.record().id());
    }

    /** See {@link FoundingCore#isNews(State, Word)}. */
    boolean isNews(State state, Word said) {
        if (isForeign(state, said)) {
            return false;
        }
        Charter charter = state.charter();
        boolean waited = state.standing() instanceof Standing.Pledged
                && charter != null
                && charter.names(said.id())
                && !state.proofs().pledged().contains(said.id());
        return waited || !said.equals(state.heard().get(said.name()));
    }

    /** What it once belonged to never lived: then there is nothing to wait for. Its id is new, so no pledge binds it. */
    static boolean isFreedBy(State state, Word word) {
        return state.standing() instanceof Standing.Blank blank
                && blank.founded() != null
                && blank.founded().names(word.id())
                && blank.founded().id().equals(word.dead());
    }

    /** A member's charter was pledged by everybody it names: there is nothing left to say to it. */
    static boolean isUndecided(State state, Word word, Charter charter) {
        return word.kind() != FoundingState.MEMBER
                && charter.names(state.record().id())
                && !charter.equals(state.charter())
                && !isMemberOf(state, charter)
                && !state.record().refused().contains(charter.id())
                && state.record().refused().size() < FoundingRecord.MAX_REFUSED;
    }

    private static boolean isMemberOf(State state, Charter charter) {
        return state.standing() instanceof Standing.Member member
                && member.cluster().id().equals(charter.id());
    }

    /** Who withdrew or was released may still carry the proposal about: only a living pledge is answered with one. */
    boolean mayPledge(State state, Word word, Charter charter) {
        boolean agreed = charter.datacenter().equals(terms.datacenter())
                && (!terms.expect().isSet() || terms.expect().equals(charter.expect()))
                && terms.declares(charter.founders().stream().map(Founder::name).toList());
        Verdict.WaitToBeAdopted known = Verdict.knownCluster(state);
        boolean free = word.kind() == FoundingState.PLEDGED
                && (known == null || known.cluster().id().equals(charter.id()));
        return state.standing() instanceof Standing.Blank && agreed && free;
    }
}
