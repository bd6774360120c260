package io.quorate.membership.swim;

import io.quorate.kernel.Endpoint;
import io.quorate.membership.JoinReport;
import io.quorate.membership.Meeting;
import io.quorate.membership.MemberEvent;
import io.quorate.membership.UserEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is to be done next, in this order. Whoever does it decides nothing. */
public sealed interface Effect {
    <R> R match(Cases<R> cases);

    /** One for each. */
    interface Cases<R> {
        R sendPacket(SendPacket effect);

        R openStream(OpenStream effect);

        R closeStream(CloseStream effect);

        R answerStream(AnswerStream effect);

        R publish(Publish effect);

        R tell(Tell effect);

        R raiseBound(RaiseBound effect);

        R joinDone(JoinDone effect);

        R met(Met effect);

        R leaveDone(LeaveDone effect);

        R warn(Warn effect);
    }

    /** @param forInstance the process it is meant for; 0 unknown */
    record SendPacket(Endpoint to, long forInstance, List<Message> messages) implements Effect {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.sendPacket(this);
        }
    }

    /** Connect, send the question, bring back the answer or the failure under the same number. */
    record OpenStream(long id, Endpoint to, Message ask) implements Effect {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.openStream(this);
        }
    }

    /** Ends a stream that was opened here, after a last word if there is one. */
    record CloseStream(long id, @Nullable Message last) implements Effect {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.closeStream(this);
        }
    }

    /** @param more whether a last word of the other side is awaited */
    record AnswerStream(long id, Message answer, boolean more) implements Effect {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.answerStream(this);
        }
    }

    record Publish(MemberEvent event) implements Effect {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.publish(this);
        }
    }

    /** An event that this process has not been told before. */
    record Tell(UserEvent event) implements Effect {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.tell(this);
        }
    }

    /** Must be durable before anything that follows is done: incarnations below it may be used. */
    record RaiseBound(long bound) implements Effect {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.raiseBound(this);
        }
    }

    record JoinDone(long command, JoinReport report) implements Effect {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.joinDone(this);
        }
    }

    /** What a join met at one address. */
    record Met(Meeting meeting) implements Effect {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.met(this);
        }
    }

    /** A leave was told to enough members, or the time for it is over. */
    record LeaveDone(long command) implements Effect {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.leaveDone(this);
        }
    }

    /** Something an operator can act on; told once per cause and minute. */
    record Warn(String cause, String text) implements Effect {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.warn(this);
        }
    }
}
