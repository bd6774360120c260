package io.quorate.consensus;

import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;

/** Consensus' own entries: under which name each server was taken in, and who was replaced and must not speak any more. */
public sealed interface ServerCommand extends Command<CommandFamily.Result> {
    <R> R match(Cases<R> cases);

    /** The server's requests are refused from now on; a node of that name comes back under a new id. */
    record Expel(ServerId server, NodeName node) implements ServerCommand {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.expel(this);
        }
    }

    /** The server stands in the configuration as that node: known also when it is gone. */
    record Remember(ServerId server, NodeName node) implements ServerCommand {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.remember(this);
        }
    }

    /**
     * An operator removed the server: it stays outside until it was started more often than that.
     *
     * @param starts as it counted them when it was removed; 0 when nobody knew
     */
    record Remove(ServerId server, NodeName node, long starts) implements ServerCommand {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.remove(this);
        }
    }

    /** One method per command. */
    interface Cases<R> {
        R remember(Remember command);

        R expel(Expel command);

        R remove(Remove command);
    }
}
