package io.quorate.membership.swim;

import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.NodeId;
import io.quorate.kernel.NodeName;
import io.quorate.membership.MemberState;
import io.quorate.membership.UserEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Everything one member says to another. {@link Wire} is the byte format. */
public sealed interface Message {
    <R> R match(Cases<R> cases);

    /** One for each message. */
    interface Cases<R> {
        R ping(Ping message);

        R pingReq(PingReq message);

        R ack(Ack message);

        R nack(Nack message);

        R alive(Alive message);

        R suspect(Suspect message);

        R failed(Failed message);

        R leave(Leave message);

        R conflict(Conflict message);

        R event(Event message);

        R sync(Sync message);

        R same(Same message);

        R state(State message);

        R refused(Refused message);

        R streamPing(StreamPing message);
    }

    /** Are you {@code target}? Answered by {@link Ack} to where it came from, whatever instance it is for. */
    record Ping(long seq, NodeName target, NodeName source, long sourceInstance) implements Message {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.ping(this);
        }
    }

    /** Ping {@code target} for me. */
    record PingReq(long seq, long sourceInstance, NodeName target, Endpoint address) implements Message {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.pingReq(this);
        }
    }

    /** @param instance the process that answered */
    record Ack(long seq, long instance) implements Message {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.ack(this);
        }
    }

    /** From a helper: no answer within its probe timeout. */
    record Nack(long seq) implements Message {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.nack(this);
        }
    }

    record Alive(PeerRecord record) implements Message {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.alive(this);
        }
    }

    record Suspect(NodeName name, long incarnation, NodeName accuser) implements Message {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.suspect(this);
        }
    }

    record Failed(NodeName name, long incarnation, NodeName accuser) implements Message {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.failed(this);
        }
    }

    /** @param prune with {@link Phase#FORCED} only: forget it altogether */
    record Leave(Phase phase, NodeName name, long incarnation, long instance, boolean prune) implements Message {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.leave(this);
        }
    }

    /** Something that a member says to all others. */
    record Event(UserEvent event) implements Message {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.event(this);
        }
    }

    /** To one that claims a name whose owner still answers. */
    record Conflict(NodeName name, long instance) implements Message {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.conflict(this);
        }
    }

    /**
     * Asks for a comparison of rosters.
     *
     * @param cluster the one whose records the asker keeps; absent when it knows none
     */
    record Sync(
            boolean join,
            String pool,
            String datacenter,
            NodeId id,
            NodeName name,
            Endpoint address,
            @Nullable ClusterRef cluster,
            int protocolMin,
            int protocolMax,
            long digest,
            int count)
            implements Message {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.sync(this);
        }
    }

    /** The rosters agree. */
    record Same(long clock) implements Message {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.same(this);
        }
    }

    record State(long clock, List<Entry> entries) implements Message {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.state(this);
        }
    }

    /**
     * No merge. Also the last word of one that was refused over clusters, so that the other side knows it too, from the
     * exchange itself and not from a question that may be a recorded one.
     *
     * @param cluster of the one that speaks
     * @param address of the one that speaks
     */
    record Refused(
            Reason reason,
            String text,
            @Nullable ClusterRef cluster,
            @Nullable Endpoint address) implements Message {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.refused(this);
        }
    }

    /** As {@link Ping}, over a stream. */
    record StreamPing(long seq, NodeName target, NodeName source, long sourceInstance) implements Message {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.streamPing(this);
        }
    }

    /** How a member goes. */
    enum Phase {
        LEAVING(0),
        LEFT(1),
        FORCED(2);

        private final int code;

        Phase(int code) {
            this.code = code;
        }

        /** Its number on the wire. */
        int code() {
            return code;
        }
    }

    /** Why a sync was refused. */
    enum Reason {
        POOL(0),
        DATACENTER(1),
        PROTOCOL(2),
        NODE_ID(3),
        CLUSTER(4);

        private final int code;

        Reason(int code) {
            this.code = code;
        }

        /** Its number on the wire. */
        int code() {
            return code;
        }
    }

    /**
     * One member in a {@link State}.
     *
     * @param incarnation of what is claimed about it: at or above the record's
     * @param ageMs how long it has been failed or left; else 0
     */
    record Entry(PeerRecord record, MemberState state, long incarnation, long ageMs) {}
}
