package io.quorate.membership;

/** A change in the roster, told in order on the gossip loop; listeners must not block. */
public sealed interface MemberEvent {
    Member member();

    /** Not known before, or back from failed or left. */
    record Joined(Member member) implements MemberEvent {}

    /** Tags, cluster, or address changed. */
    record Updated(Member member) implements MemberEvent {}

    /** For metrics only: it may still refute. */
    record Suspected(Member member) implements MemberEvent {}

    record Left(Member member) implements MemberEvent {}

    record Failed(Member member) implements MemberEvent {}

    /** Forgotten: nothing is known of it any more. */
    record Reaped(Member member) implements MemberEvent {}

    /** Another process claims the name of this member, and the old one still answers. */
    record Conflict(Member member, io.quorate.kernel.Endpoint claimant) implements MemberEvent {}
}
