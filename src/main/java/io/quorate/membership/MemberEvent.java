package io.quorate.membership;

/** A change in the roster, told in order on the gossip loop; listeners must not block. */
public sealed interface MemberEvent {
    <R> R match(Cases<R> cases);

    /** One method for each, so that no reader forgets one. */
    interface Cases<R> {
        R joined(Joined event);

        R updated(Updated event);

        R suspected(Suspected event);

        R left(Left event);

        R failed(Failed event);

        R reaped(Reaped event);

        R conflict(Conflict event);
    }

    Member member();

    /** Not known before, or back from failed or left. */
    record Joined(Member member) implements MemberEvent {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.joined(this);
        }
    }

    /** Tags, cluster, or address changed. */
    record Updated(Member member) implements MemberEvent {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.updated(this);
        }
    }

    /** For metrics only: it may still refute. */
    record Suspected(Member member) implements MemberEvent {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.suspected(this);
        }
    }

    record Left(Member member) implements MemberEvent {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.left(this);
        }
    }

    record Failed(Member member) implements MemberEvent {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.failed(this);
        }
    }

    /** Forgotten: nothing is known of it any more. */
    record Reaped(Member member) implements MemberEvent {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.reaped(this);
        }
    }

    /** Another process claims the name of this member, and the old one still answers. */
    record Conflict(Member member, io.quorate.kernel.Endpoint claimant) implements MemberEvent {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.conflict(this);
        }
    }
}
