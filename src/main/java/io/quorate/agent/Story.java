package io.quorate.agent;

import io.quorate.consensus.Consensus;
import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.ServerId;
import io.quorate.membership.AgentTags;
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
        Member member = event.member();
        if (event instanceof MemberEvent.Joined) {
            LOG.atInfo()
                    .addKeyValue("node", member.name())
                    .addKeyValue("address", member.address())
                    .addKeyValue("role", role(member))
                    .log("member joined");
        } else if (event instanceof MemberEvent.Failed) {
            LOG.atInfo()
                    .addKeyValue("node", member.name())
                    .addKeyValue("address", member.address())
                    .log("member failed");
        } else if (event instanceof MemberEvent.Left) {
            LOG.atInfo().addKeyValue("node", member.name()).log("member left");
        } else if (event instanceof MemberEvent.Reaped) {
            LOG.atInfo().addKeyValue("node", member.name()).log("member forgotten");
        } else if (event instanceof MemberEvent.Conflict conflict) {
            LOG.atWarn()
                    .addKeyValue("node", member.name())
                    .addKeyValue("address", member.address())
                    .addKeyValue("claimant", conflict.claimant())
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
        return AgentTags.decode(member.tags()).filter(AgentTags::isServer).isPresent() ? "server" : "client";
    }
}
