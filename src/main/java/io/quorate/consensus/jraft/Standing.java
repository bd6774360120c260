package io.quorate.consensus.jraft;

import com.alipay.sofa.jraft.entity.PeerId;
import io.quorate.codec.Form;
import io.quorate.codec.KernelForms;
import io.quorate.codec.MalformedException;
import io.quorate.kernel.ServerId;
import org.jspecify.annotations.Nullable;

/**
 * What a server may be asked about its own requests: whether it stood for election in a term, and whom it told to stand. Kept beside
 * the node, whose lock would be held over disk syncs. Safe for any thread.
 */
final class Standing {
    private final String group;
    private final ServerId server;
    private final PeerId self;
    private volatile Vote vote = new Vote(0, PeerId.emptyPeer());
    private volatile @Nullable HandOver handedOver;

    private record Vote(long term, PeerId votedFor) {}

    private record HandOver(ServerId to, long term) {}

    /**
     * @param kind {@link Claim.Kind#STAND}: did you tell the asker to stand in this term; any other: did you stand in this term
     * @param asker the server that got the request
     */
    record Question(Claim.Kind kind, String group, ServerId asker, long term) {
        private static final int VERSION = 1;
        private static final int MAX_GROUP = 200;
        private static final Form<Question> FORM = Form.<Question>of(
                        (question, out) -> out.flag(question.kind == Claim.Kind.STAND)
                                .text(question.group, MAX_GROUP)
                                .value(question.asker, KernelForms.SERVER_ID)
                                .i64(question.term),
                        in -> new Question(
                                in.flag() ? Claim.Kind.STAND : Claim.Kind.VOTE,
                                in.text(MAX_GROUP),
                                in.value(KernelForms.SERVER_ID),
                                in.i64()))
                .version(VERSION, "a question about a raft request");

        byte[] encode() {
            return FORM.bytes(this);
        }

        /** @throws MalformedException when it is no such question */
        static Question decode(byte[] bytes) throws MalformedException {
            return FORM.of(bytes);
        }
    }

    Standing(String group, ServerId self) {
        this.group = group;
        server = self;
        this.self = Peers.peer(self);
    }

    /** As on disk, or about to be: raft sends nothing of a term before it is. */
    void voted(long term, PeerId votedFor) {
        vote = new Vote(term, votedFor.copy());
    }

    void handsOver(ServerId to, long term) {
        handedOver = new HandOver(to, term);
    }

    /** Whether it names this group and this server: SOFAJRaft refuses what does not. */
    boolean isFor(Claim claim) {
        return claim.group().equals(group) && claim.peer().equals(self.toString());
    }

    /** What its sender is asked. */
    Question question(Claim claim) {
        Claim.Kind kind = claim.kind() == Claim.Kind.STAND ? Claim.Kind.STAND : Claim.Kind.VOTE;
        return new Question(kind, group, server, claim.term());
    }

    /** This server's term. */
    long term() {
        return vote.term();
    }

    boolean confirms(Question question) {
        if (!question.group().equals(group)) {
            return false;
        }
        if (question.kind() == Claim.Kind.STAND) {
            return new HandOver(question.asker(), question.term()).equals(handedOver);
        }
        Vote present = vote;
        // Candidates vote for themselves, and every leader was one.
        return present.term() == question.term() && present.votedFor().equals(self);
    }
}
