package io.quorate.agent;

import io.quorate.answer.AskException;
import io.quorate.catalog.Catalog;
import io.quorate.catalog.CatalogCommand;
import io.quorate.catalog.Node;
import io.quorate.catalog.Present;
import io.quorate.catalog.Reconciler;
import io.quorate.catalog.SeenMember;
import io.quorate.consensus.Consensus;
import io.quorate.kernel.NodeId;
import io.quorate.kernel.NodeName;
import io.quorate.membership.AgentTags;
import io.quorate.membership.Member;
import io.quorate.membership.MemberEvent;
import io.quorate.membership.MemberState;
import io.quorate.membership.Membership;
import io.quorate.operator.OperatorOperations;
import io.quorate.runtime.Claim;
import io.quorate.runtime.Duty;
import io.quorate.runtime.EventLoop;
import io.quorate.runtime.Failures;
import io.quorate.runtime.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * On the leader: makes the catalog say what gossip says, for a member at each of its events, for everybody when this server
 * begins to lead and every minute. What fails is looked at again after a second; commands are idempotent, so nothing is lost and
 * nothing is done twice. Has a loop of its own, which may wait for the disk.
 *
 * <p>Source: how Consul's leader reconciles gossip into its catalog.
 */
final class CatalogKeeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CatalogKeeper.class);
    private static final Duration EVERYBODY = Duration.ofSeconds(60);
    private static final Duration RETRY = Duration.ofSeconds(1);
    /** Longer than an append can take when it ends at all. */
    private static final Duration APPENDED = Duration.ofSeconds(60);

    private static final int MAX_COMMANDS = 256;
    private static final int MAX_FACTS = 10_000;

    private final EventLoop loop = new EventLoop("catalog");
    private final Membership membership;
    private final Consensus consensus;
    private final Catalog catalog;
    private final NodeFacts own;
    private final Set<NodeName> touched = new LinkedHashSet<>();
    private final Map<NodeId, NodeFacts> facts = new LinkedHashMap<>();
    private boolean everybody;
    private boolean leading;
    private final Claim appending = new Claim(Ticker.system(), APPENDED);
    private volatile boolean closed;

    /** @param own what this server says of its own node */
    CatalogKeeper(Membership membership, Consensus consensus, Catalog catalog, NodeFacts own) {
        this.own = own;
        this.membership = membership;
        this.consensus = consensus;
        this.catalog = catalog;
    }

    void start() {
        membership.listen(event -> hand(event.match(new Touches())));
        consensus.listen(status -> hand(this::look));
        loop.every(EVERYBODY, () -> {
            everybody = true;
            look();
        });
        loop.every(RETRY, this::look);
    }

    /**
     * Takes what a node says of itself; exceptionally with {@link AskException} when this server does not lead, and while gossip does
     * not carry the digest of just these facts for that node: at the server port anybody can say anything of it.
     */
    CompletableFuture<OperatorOperations.Nothing> take(NodeFacts said) {
        return loop.submit(() -> {
            if (!consensus.status().isLeader()) {
                throw new AskException(AskException.Kind.NOT_COMMITTED, "not the leader");
            }
            if (facts.size() >= MAX_FACTS && !facts.containsKey(said.id())) {
                throw refused(MAX_FACTS + " nodes have told their facts already");
            }
            if (!isAnnounced(said)) {
                throw refused(said.node() + " does not announce these facts");
            }
            facts.put(said.id(), said);
            touched.add(said.node());
            look();
            return new OperatorOperations.Nothing();
        });
    }

    private static AskException refused(String why) {
        return new AskException(AskException.Kind.REFUSED, why);
    }

    private boolean isAnnounced(NodeFacts said) {
        return membership
                .roster()
                .find(said.node())
                .filter(member -> member.id().equals(said.id()))
                .map(Member::agent)
                .filter(agent -> agent.facts().equals(said.digest()))
                .isPresent();
    }

    /** Gossip and raft stop after this and go on telling. */
    private void hand(Runnable task) {
        if (!closed) {
            loop.execute(task);
        }
    }

    private void touch(Member member) {
        touched.add(member.name());
        look();
    }

    /** Those that may change what the catalog says of a node. */
    private final class Touches implements MemberEvent.Cases<Runnable> {
        @Override
        public Runnable joined(MemberEvent.Joined event) {
            return () -> touch(event.member());
        }

        @Override
        public Runnable updated(MemberEvent.Updated event) {
            return () -> touch(event.member());
        }

        @Override
        public Runnable suspected(MemberEvent.Suspected event) {
            return () -> {};
        }

        @Override
        public Runnable left(MemberEvent.Left event) {
            return () -> touch(event.member());
        }

        @Override
        public Runnable failed(MemberEvent.Failed event) {
            return () -> touch(event.member());
        }

        @Override
        public Runnable reaped(MemberEvent.Reaped event) {
            return () -> {
                facts.remove(event.member().id());
                touch(event.member());
            };
        }

        @Override
        public Runnable conflict(MemberEvent.Conflict event) {
            return () -> {};
        }
    }

    private void look() {
        boolean leads = consensus.status().isLeader();
        if (leads && !leading) {
            everybody = true;
        }
        leading = leads;
        if (!leads) {
            // The next leader looks at everybody when it begins.
            touched.clear();
            facts.clear();
            everybody = false;
            return;
        }
        if (!everybody && touched.isEmpty()) {
            return;
        }
        Claim.Ticket ticket = appending.take();
        if (ticket == null) {
            return;
        }
        try {
            List<CatalogCommand> commands = differences();
            carryOut(commands, ticket);
        } catch (RuntimeException | Error e) {
            ticket.close();
            everybody = true;
            if (e instanceof Error error) {
                throw error;
            }
            // The state is being exchanged, or its disk failed: consensus says so itself; here it only means later.
            LOG.atDebug().setCause(e).log("catalog not compared with gossip, will be looked at again");
        }
    }

    private List<CatalogCommand> differences() {
        String leader = membership.roster().self().name().value();
        if (everybody) {
            everybody = false;
            touched.clear();
            Present present = catalog.present();
            List<SeenMember> members = membership.roster().members().stream()
                    .map(member -> seen(member, present))
                    .toList();
            return Reconciler.everybody(members, present, leader);
        }
        List<CatalogCommand> commands = new ArrayList<>();
        for (NodeName name : touched) {
            commands.addAll(differences(name, leader));
        }
        touched.clear();
        return commands;
    }

    /** Reads that node alone: a catalog of thousands is not read for each event. */
    private List<CatalogCommand> differences(NodeName name, String leader) {
        Member member = membership.roster().find(name).orElse(null);
        if (member == null) {
            return Reconciler.reaped(name.value(), catalog.present(name.value(), ""), leader);
        }
        Present present = catalog.present(name.value(), member.id().toString());
        return Reconciler.member(seen(member, present), present, leader, this::isLiving);
    }

    private boolean isLiving(Node node) {
        return membership.roster().members().stream()
                .anyMatch(member -> member.name().value().equals(node.name())
                        && member.id().toString().equals(node.id())
                        && (member.state().isAlive() || member.state() == MemberState.LEAVING));
    }

    private void carryOut(List<CatalogCommand> commands, Claim.Ticket ticket) {
        if (commands.isEmpty()) {
            ticket.close();
            return;
        }
        List<CatalogCommand> now = commands.subList(0, Math.min(MAX_COMMANDS, commands.size()));
        everybody = commands.size() > MAX_COMMANDS;
        CompletableFuture<?>[] appended = now.stream().map(consensus::append).toArray(CompletableFuture<?>[]::new);
        Failures.whenDone(
                CompletableFuture.allOf(appended),
                Duty.HELPFUL,
                "catalog",
                (done, failure) -> hand(() -> carriedOut(now, ticket, failure)));
    }

    private void carriedOut(List<CatalogCommand> commands, Claim.Ticket ticket, @Nullable Throwable failure) {
        ticket.close();
        if (failure != null) {
            everybody = true;
            LOG.atDebug().setCause(failure).log("catalog commands not confirmed, will be looked at again");
            return;
        }
        for (CatalogCommand command : commands) {
            LOG.atDebug().addKeyValue("command", command).log("catalog follows gossip");
        }
        if (everybody) {
            look();
        }
    }

    private SeenMember seen(Member member, Present present) {
        SeenMember seen = SeenMember.at(
                member.name().value(),
                member.id().toString(),
                member.address().address(),
                meta(member, present),
                switch (member.state()) {
                    case ALIVE, SUSPECT -> isDisputed(member) ? SeenMember.State.DISPUTED : SeenMember.State.ALIVE;
                    case LEAVING -> SeenMember.State.LEAVING;
                    case FAILED -> SeenMember.State.FAILED;
                    case LEFT -> SeenMember.State.LEFT;
                });
        AgentTags says = member.agent();
        return says != null && says.isServer() ? seen.serving(says.rpcPort(), says.voter(), says.version()) : seen;
    }

    private boolean isDisputed(Member member) {
        return member.isServer() && !membership.servers().isHolder(member);
    }

    /** As the node told it; until then what the catalog has, so that a new leader takes nothing away. */
    private SortedMap<String, String> meta(Member member, Present present) {
        NodeFacts said = member.id().equals(own.id()) ? own : facts.get(member.id());
        if (said != null && said.node().equals(member.name())) {
            return said.meta();
        }
        return present.entries().stream()
                .map(Present.Entry::node)
                .filter(node -> node.id().equals(member.id().toString()) && node.meta() != null)
                .map(node -> (SortedMap<String, String>) new TreeMap<>(node.meta()))
                .findFirst()
                .orElseGet(TreeMap::new);
    }

    @Override
    public void close() {
        closed = true;
        loop.close();
    }
}
