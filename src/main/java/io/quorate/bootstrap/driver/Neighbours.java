package io.quorate.bootstrap.driver;

import io.quorate.bootstrap.Peer;
import io.quorate.bootstrap.Terms;
import io.quorate.kernel.Endpoint;
import io.quorate.membership.AgentTags;
import io.quorate.membership.Member;
import io.quorate.membership.MemberState;
import io.quorate.membership.Roster;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The other servers of this datacenter, as gossip's roster has them: founding hears of every claim, believed or not. */
final class Neighbours {
    private Neighbours() {}

    /** Sorted by name. */
    static List<Peer> in(Roster roster, Terms terms) {
        List<Peer> peers = new ArrayList<>();
        for (Member member : roster.members()) {
            AgentTags tags = member.agent();
            if (member.name().equals(terms.name())
                    || tags == null
                    || tags.serverId() == null
                    || !tags.datacenter().equals(terms.datacenter().value())) {
                continue;
            }
            Endpoint rpc =
                    tags.rpcPort() == 0 ? null : new Endpoint(member.address().address(), tags.rpcPort());
            peers.add(new Peer(
                    member.name(),
                    tags.serverId(),
                    rpc,
                    presence(member.state()),
                    tags.expect(),
                    member.cluster(),
                    tags.founding(),
                    tags.starts()));
        }
        peers.sort(Comparator.comparing(Peer::name));
        return peers;
    }

    private static Peer.Presence presence(MemberState state) {
        if (state.isAlive()) {
            return Peer.Presence.ALIVE;
        }
        return state == MemberState.FAILED ? Peer.Presence.FAILED : Peer.Presence.LEFT;
    }
}
