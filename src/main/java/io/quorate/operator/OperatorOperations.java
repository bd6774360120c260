package io.quorate.operator;

import io.quorate.answer.Offer;
import io.quorate.answer.Operation;
import io.quorate.codec.Form;
import io.quorate.codec.In;
import io.quorate.codec.MalformedException;
import io.quorate.codec.Out;
import java.util.List;

/** What may be asked of the servers about themselves. */
public final class OperatorOperations {
    /** More peers than any raft group has. */
    private static final int MAX_PEERS = 1024;

    private static final Form<String> TEXT = Form.of((text, out) -> out.text(text), In::text);
    private static final Form<RaftPeer> RAFT_PEER = Form.of(
            (peer, out) -> out.text(peer.id())
                    .text(peer.node())
                    .text(peer.address())
                    .flag(peer.leader())
                    .flag(peer.voter()),
            in -> new RaftPeer(in.text(), in.text(), in.text(), in.flag(), in.flag()));
    private static final Form<Peers.Peer> PEER = Form.of(OperatorOperations::write, OperatorOperations::peer);
    private static final Form<Peers.NotAdded> NOT_ADDED = Form.of(
            (server, out) -> out.text(server.serverId())
                    .text(server.node())
                    .text(server.address())
                    .text(server.reason()),
            in -> new Peers.NotAdded(in.text(), in.text(), in.text(), in.text()));
    private static final int MAX_PEERS_BYTES = 1 << 20;
    private static final Form<Peers> PEERS_FIELDS = Form.of(OperatorOperations::write, OperatorOperations::peers);

    /** The leader's RPC address as the asked server knows it; empty while there is none. */
    public static final Operation<Nothing, String> LEADER =
            Operation.reads("status.leader", Operation.Place.SERVER, Nothing.FORM, TEXT);

    /** RPC addresses of the raft peers; one that was never seen is left out. */
    public static final Operation<Nothing, List<String>> PEER_ADDRESSES =
            Operation.reads("status.peers", Operation.Place.SERVER, Nothing.FORM, TEXT.listOf(MAX_PEERS));

    /** The peer set as the leader has it. */
    public static final Operation<Nothing, List<RaftPeer>> RAFT_CONFIGURATION = Operation.reads(
            "operator.raft-configuration", Operation.Place.LEADER, Nothing.FORM, RAFT_PEER.listOf(MAX_PEERS));

    /**
     * The peer set and its health as the asked server sees it: behind its length, and read as far as this version knows it, so that more
     * can be told of it later.
     */
    public static final Operation<Nothing, Peers> PEERS = Operation.reads(
            "operator.peers",
            Operation.Place.SERVER,
            Nothing.FORM,
            Form.of(
                    (peers, out) -> out.part(peers, PEERS_FIELDS, MAX_PEERS_BYTES),
                    in -> in.part(MAX_PEERS_BYTES).value(PEERS_FIELDS)));

    /** The whole replicated state as an archive in Consul's form: a streamed answer. */
    public static final Operation<Nothing, Nothing> SNAPSHOT =
            Operation.reads("snapshot.save", Operation.Place.LEADER, Nothing.FORM, Nothing.FORM);

    private OperatorOperations() {}

    /** A question without parameters, or an answer that says no more than that it was done. */
    public record Nothing() {
        public static final Form<Nothing> FORM = Form.empty(new Nothing());
    }

    /** What a server answers of them. */
    public static List<Offer<?, ?>> offers(AgentParts parts, AgentParts.ServerParts server) {
        ConsulReports reports = new ConsulReports(parts);
        Snapshots snapshots = new Snapshots(parts, server);
        return List.of(
                Offer.knows(LEADER, question -> reports.leader()),
                Offer.knows(PEER_ADDRESSES, question -> reports.peers()),
                Offer.knows(RAFT_CONFIGURATION, question -> reports.raftConfiguration()),
                Offer.knows(PEERS, question -> Peers.of(parts, server)),
                new LeaderRemoval(parts, server).offer(),
                Offer.streams(SNAPSHOT, question -> snapshots.save()),
                parts.words().offer(parts, server));
    }

    private static void write(Peers peers, Out out) {
        out.optional(peers.clusterId(), Out::text)
                .optional(peers.incarnation(), Out::text)
                .optional(
                        peers.leader(),
                        (o, leader) ->
                                o.text(leader.serverId()).text(leader.node()).text(leader.address()))
                .i64(peers.term())
                .i32(peers.voters())
                .i32(peers.quorumSize())
                .i32(peers.failureTolerance())
                .value(peers.peers(), PEER.listOf(MAX_PEERS))
                .value(peers.notAdded(), NOT_ADDED.listOf(TooOld.MANY));
    }

    private static Peers peers(In in) throws MalformedException {
        return new Peers(
                in.optional(In::text),
                in.optional(In::text),
                in.optional(i -> new Peers.Leader(i.text(), i.text(), i.text())),
                in.i64(),
                in.i32(),
                in.i32(),
                in.i32(),
                in.value(PEER.listOf(MAX_PEERS)),
                in.value(NOT_ADDED.listOf(TooOld.MANY)));
    }

    private static void write(Peers.Peer peer, Out out) {
        out.text(peer.serverId())
                .text(peer.node())
                .text(peer.address())
                .text(peer.role())
                .flag(peer.voter())
                .optional(peer.healthy(), Out::flag)
                .optional(peer.lastContactMs(), Out::i64)
                .optional(peer.lastLogIndex(), Out::i64)
                .optional(peer.lag(), Out::i64);
    }

    private static Peers.Peer peer(In in) throws MalformedException {
        return new Peers.Peer(
                in.text(),
                in.text(),
                in.text(),
                in.text(),
                in.flag(),
                in.optional(In::flag),
                in.optional(In::i64),
                in.optional(In::i64),
                in.optional(In::i64));
    }
}
