package io.quorate.catalog;

import io.quorate.kernel.LogIndex;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one committed command means for the rows it names. Looks at nothing but its components.
 *
 * @see <a href="https://developer.hashicorp.com/consul/api-docs/catalog">Consul's catalog API</a>, whose behaviour is inherited
 */
record CatalogRules(LogIndex index, Rows rows) implements CatalogCommand.Cases<CatalogChange> {
    /**
     * @param byName the node of the command's name
     * @param byId the node of the command's id
     * @param claims every node whose name is the command's but for upper and lower case
     * @param checks of the node of the command's name, by their ids
     */
    record Rows(@Nullable NodeRow byName, @Nullable NodeRow byId, List<Claim> claims, Map<String, CheckRow> checks) {}

    /** @param critical whether gossip holds that node for failed */
    record Claim(Node node, boolean critical) {}

    @Override
    public CatalogChange registerNode(CatalogCommand.RegisterNode command) {
        Node node = command.node();
        String reserved = reserved(node);
        if (reserved != null) {
            return new CatalogChange.Refuse("failed inserting node: " + reserved);
        }
        List<CatalogStep> steps = new ArrayList<>();
        NodeRow byId = rows.byId();
        boolean renamed = byId != null && !byId.node().name().equals(node.name());
        if (byId != null && renamed) {
            steps.add(new CatalogStep.DropNode(byId.node().name()));
        }
        NodeRow before = byId != null ? byId : rows.byName();
        if (before == null) {
            steps.add(new CatalogStep.PutNode(new NodeRow(node, index.value(), index.value())));
        } else if (!before.node().equals(node)) {
            steps.add(new CatalogStep.PutNode(new NodeRow(node, before.createIndex(), index.value())));
        }
        for (Check check : command.checks()) {
            putCheck(node.name(), check, steps);
        }
        return new CatalogChange.Steps(steps);
    }

    @Override
    public CatalogChange deregisterNode(CatalogCommand.DeregisterNode command) {
        return new CatalogChange.Steps(
                rows.byName() == null ? List.of() : List.of(new CatalogStep.DropNode(command.name())));
    }

    @Override
    public CatalogChange setCheck(CatalogCommand.SetCheck command) {
        if (rows.byName() == null) {
            return new CatalogChange.Refuse("failed inserting check: Missing node registration");
        }
        List<CatalogStep> steps = new ArrayList<>();
        putCheck(command.node(), command.check(), steps);
        return new CatalogChange.Steps(steps);
    }

    private void putCheck(String node, Check check, List<CatalogStep> steps) {
        CheckRow before = rows.checks().get(check.id());
        if (before == null) {
            steps.add(new CatalogStep.PutCheck(new CheckRow(node, check, index.value(), index.value())));
        } else if (!before.check().equals(check)) {
            steps.add(new CatalogStep.PutCheck(new CheckRow(node, check, before.createIndex(), index.value())));
        }
    }

    /** Why this name cannot be had; absent when it can. A name passes on only from a node that is gone or never had an id. */
    private @Nullable String reserved(Node node) {
        if (node.id().isEmpty()) {
            return null;
        }
        NodeRow byId = rows.byId();
        if (byId != null && byId.node().name().equals(node.name())) {
            return null;
        }
        for (Claim claim : rows.claims()) {
            Node other = claim.node();
            // Who has no id yet may get one under its own name; a renamed node would take the name from a stranger.
            boolean adopts = other.id().isEmpty() && byId == null;
            if (!other.id().equals(node.id()) && !claim.critical() && !adopts) {
                return "Error while renaming Node ID: \"" + node.id() + "\": Node name " + node.name()
                        + " is reserved by node " + other.id() + " with name " + other.name() + " ("
                        + other.address() + ")";
            }
        }
        return null;
    }
}
