package io.quorate.catalog;

import io.quorate.consensus.Command;
import io.quorate.consensus.CommandFamily;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the log says about nodes, their services and checks. */
public sealed interface CatalogCommand extends Command<CommandFamily.Result> {
    <R> R match(Cases<R> cases);

    /**
     * Registers a node, or changes it, with one service and those of its checks that are given; others stay. All or nothing.
     *
     * @param skipNode a node that is there stays as it is
     * @param service absent: none is registered
     * @param checks in this order: of two with one id the last one counts
     */
    record Register(Node node, boolean skipNode, @Nullable Service service, List<Check> checks)
            implements CatalogCommand {
        public Register {
            checks = List.copyOf(checks);
        }

        /** A node without a service. */
        public static Register node(Node node, List<Check> checks) {
            return new Register(node, false, null, checks);
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.register(this);
        }
    }

    /** Removes a node with everything of it; an unknown one is no error. */
    record DeregisterNode(String name) implements CatalogCommand {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.deregisterNode(this);
        }
    }

    /** Removes a service of a node with its checks; an unknown one is no error. */
    record DeregisterService(String node, String id) implements CatalogCommand {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.deregisterService(this);
        }
    }

    /** Removes a check of a node; an unknown one is no error. */
    record DeregisterCheck(String node, String id) implements CatalogCommand {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.deregisterCheck(this);
        }
    }

    /** Adds or changes one check of a node that is registered. */
    record SetCheck(String node, Check check) implements CatalogCommand {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.setCheck(this);
        }
    }

    /** One method for each command, so that no reader forgets one. */
    interface Cases<R> {
        R register(Register command);

        R deregisterNode(DeregisterNode command);

        R deregisterService(DeregisterService command);

        R deregisterCheck(DeregisterCheck command);

        R setCheck(SetCheck command);
    }
}
