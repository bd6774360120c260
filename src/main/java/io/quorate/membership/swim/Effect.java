package io.quorate.membership.swim;

import io.quorate.kernel.Endpoint;
import io.quorate.membership.JoinReport;
import io.quorate.membership.Meeting;
import io.quorate.membership.MemberEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is to be done next, in this order. Whoever does it decides nothing. */
public sealed interface Effect {
    /** @param forInstance the process it is meant for; 0 unknown */
    record SendPacket(Endpoint to, long forInstance, List<Message> messages) implements Effect {}

    /** Connect, send the question, bring back the answer or the failure under the same number. */
    record OpenStream(long id, Endpoint to, Message ask) implements Effect {}

    /** Ends a stream that was opened here, after a last word if there is one. */
    record CloseStream(long id, @Nullable Message last) implements Effect {}

    /** @param more whether a last word of the other side is awaited */
    record AnswerStream(long id, Message answer, boolean more) implements Effect {}

    record Publish(MemberEvent event) implements Effect {}

    /** Must be durable before anything that follows is done: incarnations below it may be used. */
    record RaiseBound(long bound) implements Effect {}

    record JoinDone(long command, JoinReport report) implements Effect {}

    /** What a join met at one address. */
    record Met(Meeting meeting) implements Effect {}

    /** A leave was told to enough members, or the time for it is over. */
    record LeaveDone(long command) implements Effect {}

    /** Something an operator can act on; told once per cause and minute. */
    record Warn(String cause, String text) implements Effect {}
}
