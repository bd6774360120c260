package io.quorate.catalog;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Which commands make the catalog say what gossip says. Run by the leader, for one member at each event, for all of them when it
 * begins to lead and each 60 s. Pure: when nothing differs there is nothing to do.
 *
 * @see CatalogCommand
 */
public final class Reconciler {
    private Reconciler() {}

    /**
     * For one member.
     *
     * @param leader name of the node that leads: it is never deregistered by itself
     * @param living whether that node, under the name and id that it is registered with, is a living member
     */
    public static List<CatalogCommand> member(
            SeenMember member, Present present, String leader, Predicate<Node> living) {
        return switch (member.state()) {
            case ALIVE -> alive(member, present, living);
            case FAILED -> failed(member, present);
            case LEFT -> left(member, present, leader);
            // It still answers and serves; what follows is left.
            case LEAVING, DISPUTED -> List.of();
        };
    }

    /** For a member that gossip has forgotten. */
    public static List<CatalogCommand> reaped(String name, Present present, String leader) {
        return gone(name, present, leader);
    }

    /** For everybody: each member, and the nodes that were members once and that gossip does not know any more. */
    public static List<CatalogCommand> everybody(List<SeenMember> members, Present present, String leader) {
        List<CatalogCommand> commands = new ArrayList<>();
        Predicate<Node> living = living(members);
        for (SeenMember member : members) {
            commands.addAll(member(member, present, leader, living));
        }
        Set<String> known = members.stream().map(SeenMember::name).collect(Collectors.toSet());
        for (Present.Entry entry : present.entries()) {
            // Without a check of gossip's it was registered from outside, and is nobody's business here.
            if (entry.gossip() != null && !known.contains(entry.node().name())) {
                commands.addAll(gone(entry.node().name(), present, leader));
            }
        }
        return commands;
    }

    private static Predicate<Node> living(List<SeenMember> members) {
        Map<String, SeenMember> byName =
                members.stream().collect(Collectors.toMap(SeenMember::name, m -> m, (one, other) -> one));
        return node -> {
            SeenMember member = byName.get(node.name());
            return member != null
                    && member.id().equals(node.id())
                    && (member.state() == SeenMember.State.ALIVE || member.state() == SeenMember.State.LEAVING);
        };
    }

    private static List<CatalogCommand> alive(SeenMember member, Present present, Predicate<Node> living) {
        // Registered, it would take the place of the node with its id: a living one keeps it, whoever claims to be it.
        // (Consul renames the node; there the id comes from the same gossip, too.)
        boolean taken = present.entries().stream()
                .map(Present.Entry::node)
                .anyMatch(node ->
                        member.id().equals(node.id()) && !node.name().equals(member.name()) && living.test(node));
        if (taken) {
            return List.of();
        }
        Optional<Present.Entry> entry = present.find(member.name());
        boolean same = entry.isPresent()
                && entry.get().node().equals(member.node())
                && Check.alive().equals(entry.get().gossip())
                && (member.consul() == null
                        || member.consul().equals(entry.get().consul()));
        return same
                ? List.of()
                : List.of(new CatalogCommand.Register(member.node(), false, member.consul(), List.of(Check.alive())));
    }

    private static List<CatalogCommand> failed(SeenMember member, Present present) {
        Optional<Present.Entry> entry = present.find(member.name());
        // Unknown: nothing to mark. Another id: the name has passed to somebody else, whom this failure does not
        // concern.
        if (entry.isEmpty() || !entry.get().node().id().equals(member.id())) {
            return List.of();
        }
        boolean same = Check.failed().equals(entry.get().gossip());
        return same ? List.of() : List.of(new CatalogCommand.SetCheck(member.name(), Check.failed()));
    }

    /** Another id: the node that is registered never left, an agent under its name did. */
    private static List<CatalogCommand> left(SeenMember member, Present present, String leader) {
        boolean meant = present.find(member.name())
                .filter(entry -> entry.node().id().equals(member.id()))
                .isPresent();
        return meant ? gone(member.name(), present, leader) : List.of();
    }

    private static List<CatalogCommand> gone(String name, Present present, String leader) {
        if (name.equals(leader) || present.find(name).isEmpty()) {
            return List.of();
        }
        return List.of(new CatalogCommand.DeregisterNode(name));
    }
}
