package io.quorate.bootstrap.driver;

import io.quorate.bootstrap.Testimony;
import io.quorate.codec.Form;
import io.quorate.codec.In;
import io.quorate.codec.KernelForms;
import io.quorate.codec.MalformedException;
import io.quorate.codec.Out;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.ServerId;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A server's answer to who it is, asked on a connection that the asking server opened: what others say in their own messages is
 * believed only when such answers confirm it.
 *
 * @param instance of its process: two processes on copies of one data directory differ in nothing else
 * @param starts of its data directory
 * @param cluster of a member
 * @param voters of the configuration that its raft follows
 * @param leader whether its raft knows a leader now
 * @param place of the asking server in that cluster
 * @param seen where its own directory has the asking server alive; absent: nowhere
 * @param removing the server whose removal it asked for in the request that the question names; absent: it made no such request
 * @param proof see {@link FolderProof}
 */
record Attestation(
        ServerId by,
        UUID instance,
        Phase phase,
        long starts,
        @Nullable ClusterRef cluster,
        List<ServerId> voters,
        boolean leader,
        Testimony.Place place,
        @Nullable Endpoint seen,
        @Nullable ServerId removing,
        String proof) {
    static final String METHOD = "attest";
    private static final int MAX_VOTERS = 255;
    private static final int MAX_BYTES = 8 * 1024;
    private static final int MAX_PROOF = 128;
    private static final int VERSION = 2;
    private static final Form<List<ServerId>> VOTERS = KernelForms.SERVER_ID.listOf(MAX_VOTERS);
    private static final Form<Phase> PHASE = Form.coded(Phase.values(), Attestation::code);
    private static final Form<Testimony.Place> PLACE = Form.coded(Testimony.Place.values(), Attestation::code);
    private static final Form<Attestation> FORM = Form.of(Attestation::write, Attestation::read)
            .version(VERSION, "an answer about a server")
            .within(MAX_BYTES);

    /** What its raft does. Only ever rises while a process lives, but for {@link #STOPPED}, which is for good. */
    enum Phase {
        STOPPED,
        /** Not a member. */
        OUTSIDE,
        /** A member whose raft does not run yet. */
        STARTING,
        RUNNING
    }

    Attestation {
        voters = List.copyOf(voters);
    }

    /** Absent of a server that is no member. */
    @Nullable
    Testimony testimony() {
        return cluster == null ? null : new Testimony(by, cluster, voters, leader, place);
    }

    /**
     * @param asking the server that asks
     * @param challenge random: what is proven is proven now
     * @param request whether the asked server made this request for a removal; absent: it is not about one
     */
    record Question(
            ServerId asking, UUID challenge, @Nullable UUID request) {
        private static final Form<Question> FORM = Form.<Question>of(
                        (question, out) -> out.value(question.asking, KernelForms.SERVER_ID)
                                .uuid(question.challenge)
                                .optional(question.request, Out::uuid),
                        in -> new Question(in.value(KernelForms.SERVER_ID), in.uuid(), in.optional(In::uuid)))
                .version(VERSION, "a question about a server");

        byte[] encode() {
            return FORM.bytes(this);
        }

        static Question decode(byte[] bytes) throws MalformedException {
            return FORM.of(bytes);
        }
    }

    byte[] encode() {
        return FORM.bytes(this);
    }

    static Attestation decode(byte[] bytes) throws MalformedException {
        return FORM.of(bytes);
    }

    private static void write(Attestation answer, Out out) {
        List<ServerId> some = answer.voters.subList(0, Math.min(MAX_VOTERS, answer.voters.size()));
        out.value(answer.by, KernelForms.SERVER_ID)
                .uuid(answer.instance)
                .value(answer.phase, PHASE)
                .i64(answer.starts)
                .optional(answer.cluster, KernelForms.CLUSTER)
                .value(some, VOTERS)
                .flag(answer.leader)
                .value(answer.place, PLACE)
                .optional(answer.seen, KernelForms.ENDPOINT)
                .optional(answer.removing, KernelForms.SERVER_ID)
                .text(answer.proof, MAX_PROOF);
    }

    private static Attestation read(In in) throws MalformedException {
        return new Attestation(
                in.value(KernelForms.SERVER_ID),
                in.uuid(),
                in.value(PHASE),
                in.i64(),
                in.optional(KernelForms.CLUSTER),
                in.value(VOTERS),
                in.flag(),
                in.value(PLACE),
                in.optional(KernelForms.ENDPOINT),
                in.optional(KernelForms.SERVER_ID),
                in.text(MAX_PROOF));
    }

    private static int code(Phase phase) {
        return switch (phase) {
            case STOPPED -> 1;
            case OUTSIDE -> 2;
            case STARTING -> 3;
            case RUNNING -> 4;
        };
    }

    private static int code(Testimony.Place place) {
        return switch (place) {
            case NONE -> 1;
            case LEARNER -> 2;
            case VOTER -> 3;
            case EXPELLED -> 4;
        };
    }
}
