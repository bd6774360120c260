package io.quorate.catalog;

import io.quorate.consensus.Command;
import io.quorate.consensus.CommandFamily;
import java.util.List;

/** What the log says about nodes and their checks. */
public sealed interface CatalogCommand extends Command<CommandFamily.Result> {
    <R> R match(Cases<R> cases);

    /** Registers a node, or changes it, with those of its checks that are given; others stay. All or nothing. */
    record RegisterNode(Node node, List<Check> checks) implements CatalogCommand {
        public RegisterNode {
            checks = List.copyOf(checks);
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.registerNode(this);
        }
    }

    /** Removes a node with everything of it; an unknown one is no error. */
    record DeregisterNode(String name) implements CatalogCommand {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.deregisterNode(this);
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
        R registerNode(RegisterNode command);

        R deregisterNode(DeregisterNode command);

        R setCheck(SetCheck command);
    }
}
