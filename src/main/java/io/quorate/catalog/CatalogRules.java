package io.quorate.catalog;

import io.quorate.consensus.Moment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What one committed command means for the rows that there are. Looks at nothing but its components.
 *
 * @see <a href="https://developer.hashicorp.com/consul/api-docs/catalog">Consul's catalog API</a>, whose behaviour is inherited
 */
record CatalogRules(Moment at, CatalogView view) implements CatalogCommand.Cases<CatalogChange> {
    /*
     * Each step names the services whose readers see it, because what is read of a service is more than its rows: an instance shows its
     * node, and the checks of its node. So a node that changes, or a check of a node, is a change of every service there; a check of a
     * service only of that one. A service that is registered under another name is a change of both.
     *
     * A registration is judged as a whole before anything is done: the steps are gathered, and a check that fits nowhere refuses them
     * all. What it registers itself is seen by its own checks.
     */
    private static final String NO_NODE = "failed inserting check: Missing node registration";

    @Override
    public CatalogChange register(CatalogCommand.Register command) {
        Node node = command.node();
        List<CatalogStep> steps = new ArrayList<>();
        if (!command.skipNode() || view.node(node.name()) == null) {
            String reserved = reserved(node);
            if (reserved != null) {
                return new CatalogChange.Refuse("failed inserting node: " + reserved);
            }
            putNode(node, steps);
        }
        if (command.service() != null) {
            putService(node.name(), command.service(), steps);
        }
        return withChecks(node.name(), command.checks(), command.service(), steps);
    }

    @Override
    public CatalogChange setCheck(CatalogCommand.SetCheck command) {
        return view.node(command.node()) == null
                ? new CatalogChange.Refuse(NO_NODE)
                : withChecks(command.node(), List.of(command.check()), null, new ArrayList<>());
    }

    @Override
    public CatalogChange deregisterNode(CatalogCommand.DeregisterNode command) {
        return view.node(command.name()) == null ? NOTHING : new CatalogChange.Steps(List.of(dropNode(command.name())));
    }

    @Override
    public CatalogChange deregisterService(CatalogCommand.DeregisterService command) {
        ServiceRow service = view.service(command.node(), command.id());
        if (service == null) {
            return NOTHING;
        }
        String name = service.service().name();
        List<CatalogStep> steps = new ArrayList<>();
        for (CheckRow check : view.checks(command.node(), command.id())) {
            steps.add(new CatalogStep.DropCheck(command.node(), check.check().id(), names(name, check.serviceName())));
        }
        steps.add(new CatalogStep.DropService(command.node(), command.id(), Set.of(name)));
        return new CatalogChange.Steps(steps);
    }

    @Override
    public CatalogChange deregisterCheck(CatalogCommand.DeregisterCheck command) {
        CheckRow check = view.check(command.node(), command.id());
        return check == null
                ? NOTHING
                : new CatalogChange.Steps(
                        List.of(new CatalogStep.DropCheck(command.node(), command.id(), whoShows(check))));
    }

    private static final CatalogChange NOTHING = new CatalogChange.Steps(List.of());

    private CatalogStep dropNode(String name) {
        Set<String> shown = new TreeSet<>(view.services(name));
        shown.addAll(view.checkedServices(name));
        return new CatalogStep.DropNode(name, Set.copyOf(shown));
    }

    private void putNode(Node node, List<CatalogStep> steps) {
        NodeRow byId = view.nodeById(node.id());
        if (byId != null && !byId.node().name().equals(node.name())) {
            steps.add(dropNode(byId.node().name()));
        }
        NodeRow before = byId != null ? byId : view.node(node.name());
        if (before == null) {
            steps.add(new CatalogStep.PutNode(new NodeRow(node, Stamp.created(at)), Set.of()));
        } else if (!before.node().equals(node)) {
            steps.add(
                    new CatalogStep.PutNode(new NodeRow(node, before.stamp().changed(at)), view.services(node.name())));
        }
    }

    private void putService(String node, Service service, List<CatalogStep> steps) {
        ServiceRow before = view.service(node, service.id());
        if (before == null) {
            steps.add(new CatalogStep.PutService(
                    new ServiceRow(node, service, Stamp.created(at)), Set.of(service.name())));
        } else if (!before.service().equals(service)) {
            steps.add(new CatalogStep.PutService(
                    new ServiceRow(node, service, before.stamp().changed(at)),
                    names(service.name(), before.service().name())));
        }
    }

    /** @param registered the service that the same command registers */
    private CatalogChange withChecks(
            String node, List<Check> checks, @Nullable Service registered, List<CatalogStep> steps) {
        Map<String, CheckRow> put = new HashMap<>();
        for (Check check : checks) {
            Service of = null;
            if (!check.isOfNode()) {
                of = registered != null && registered.id().equals(check.serviceId())
                        ? registered
                        : present(node, check.serviceId());
                if (of == null) {
                    return new CatalogChange.Refuse(
                            "failed inserting check: Missing service registration on node \"" + node + "\"");
                }
            }
            CheckRow before = put.containsKey(check.id()) ? put.get(check.id()) : view.check(node, check.id());
            Stamp stamp = before == null ? Stamp.created(at) : before.stamp().changed(at);
            CheckRow after =
                    new CheckRow(node, check, of == null ? "" : of.name(), of == null ? List.of() : of.tags(), stamp);
            if (before == null || !before.says(after)) {
                put.put(check.id(), after);
                Set<String> shown = new TreeSet<>(before == null ? Set.of() : whoShows(before));
                shown.addAll(of == null ? view.services(node) : Set.of(of.name()));
                if (registered != null && of == null) {
                    shown.add(registered.name());
                }
                steps.add(new CatalogStep.PutCheck(after, Set.copyOf(shown)));
            }
        }
        return new CatalogChange.Steps(steps);
    }

    private @Nullable Service present(String node, String id) {
        ServiceRow row = view.service(node, id);
        return row == null ? null : row.service();
    }

    /** The services whose instances show that check. */
    private Set<String> whoShows(CheckRow row) {
        if (row.check().isOfNode()) {
            return view.services(row.node());
        }
        Service of = present(row.node(), row.check().serviceId());
        return names(row.serviceName(), of == null ? row.serviceName() : of.name());
    }

    private static Set<String> names(String one, String other) {
        return one.equals(other) ? Set.of(one) : Set.of(one, other);
    }

    /** Why this name cannot be had; absent when it can. A name passes on only from a node that is gone or never had an id. */
    private @Nullable String reserved(Node node) {
        if (node.id().isEmpty()) {
            return null;
        }
        NodeRow byId = view.nodeById(node.id());
        if (byId != null && byId.node().name().equals(node.name())) {
            return null;
        }
        for (NodeRow claim : view.nodesLike(node.name())) {
            Node other = claim.node();
            // Who has no id yet may get one under its own name; a renamed node would take the name from a stranger.
            boolean adopts = other.id().isEmpty() && byId == null;
            if (!other.id().equals(node.id()) && !isCritical(other) && !adopts) {
                return "Error while renaming Node ID: \"" + node.id() + "\": Node name " + node.name()
                        + " is reserved by node " + other.id() + " with name " + other.name() + " ("
                        + other.address() + ")";
            }
        }
        return null;
    }

    /** Whether gossip holds that node for failed. */
    private boolean isCritical(Node node) {
        CheckRow gossip = view.check(node.name(), Check.SERF_HEALTH);
        return gossip != null && gossip.check().isCritical();
    }
}
