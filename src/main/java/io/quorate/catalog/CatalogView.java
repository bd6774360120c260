package io.quorate.catalog;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The rows that there are, as a rule asks for them: of a node with thousands of services only those that a command is about. */
interface CatalogView {
    @Nullable
    NodeRow node(String name);

    /** Absent for the empty id. */
    @Nullable
    NodeRow nodeById(String id);

    /** Every node whose name is this one but for upper and lower case. */
    List<NodeRow> nodesLike(String name);

    @Nullable
    ServiceRow service(String node, String id);

    /** Names of the services that the node offers. */
    Set<String> services(String node);

    /** Names that the node's checks have of their services: of one that was registered under another name since, the former one. */
    Set<String> checkedServices(String node);

    @Nullable
    CheckRow check(String node, String id);

    /** Of one service of the node. */
    List<CheckRow> checks(String node, String serviceId);
}
