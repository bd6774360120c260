package io.quorate.agent;

import io.quorate.consensus.Consensus;
import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.ServerId;
import io.quorate.membership.Member;
import io.quorate.membership.MemberEvent;
import io.quorate.membership.Membership;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The datacenter's story in the log: who joined, failed and left, who leads. Safe for any thread. */
final class Story {
    private static final Logger LOG = LoggerFactory.getLogger(Story.class);

    private final Membership membership;
    private @Nullable ServerId leader;

    Story(Membership membership) {
        this.membership = membership;
    }

    void followMembers() {
        membership.listen(Story::tell);
    }

    void followLeader(Consensus consensus, Supplier<ServerId> self) {
        consensus.listen(status -> tell(status, self.get()));
    }

    private static void tell(MemberEvent event) {
        event.match(new Told()).run();
    }

    private static final class Told implements MemberEvent.Cases<Runnable> {
        @Override
        public Runnable joined(MemberEvent.Joined event) {
            return () -> LOG.atInfo()
                    .addKeyValue("node", event.member().name())
                    .addKeyValue("address", event.member().address())
                    .addKeyValue("role", role(event.member()))
                    .log("member joined");
        }

        @Override
        public Runnable updated(MemberEvent.Updated event) {
            return () -> {};
        }

        @Override
        public Runnable suspected(MemberEvent.Suspected event) {
            return () -> {};
        }

        @Override
        public Runnable left(MemberEvent.Left event) {
            return () -> LOG.atInfo().addKeyValue("node", event.member().name()).log("member left");
        }

        @Override
        public Runnable failed(MemberEvent.Failed event) {
            return () -> LOG.atInfo()
                    .addKeyValue("node", event.member().name())
                    .addKeyValue("address", event.member().address())
                    .log("member failed");
        }

        @Override
        public Runnable reaped(MemberEvent.Reaped event) {
            return () -> LOG.atInfo().addKeyValue("node", event.member().name()).log("member forgotten");
        }

        @Override
        public Runnable conflict(MemberEvent.Conflict event) {
            return () -> LOG.atWarn()
                    .addKeyValue("node", event.member().name())
                    .addKeyValue("address", event.member().address())
                    .addKeyValue("claimant", event.claimant())
                    .log("another agent uses the name of a member that is alive: node names must be unique");
        }
    }

    private synchronized void tell(RaftStatus status, ServerId self) {
        ServerId now = status.leader();
        // A leader without a term: the callback that brings it follows at once.
        if (Objects.equals(now, leader) || (now != null && status.term() == 0)) {
            return;
        }
        if (now != null) {
            LOG.atInfo()
                    .addKeyValue("leader", name(now, self))
                    .addKeyValue("term", status.term())
                    .log(now.equals(self) ? "this server leads" : "new leader");
        } else if (leader != null) {
            LOG.atInfo().addKeyValue("was", name(leader, self)).log("leader lost");
        }
        leader = now;
    }

    private String name(ServerId server, ServerId self) {
        if (server.equals(self)) {
            return membership.roster().self().name().value();
        }
        return membership
                .servers()
                .find(server)
                .map(known -> known.name().value())
                .orElse(server.toString());
    }

    private static String role(Member member) {
        return member.isServer() ? "server" : "client";
    }
}
