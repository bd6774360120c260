package io.quorate.consensus;

import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;

/** Consensus' own entries: who was replaced and must not speak any more. */
public sealed interface ExpulsionCommand extends Command {
    <R> R match(Cases<R> cases);

    /** The server's requests are refused from now on; a node of that name comes back under a new id. */
    record Expel(ServerId server, NodeName node) implements ExpulsionCommand {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.expel(this);
        }
    }

    /** One method per command. */
    interface Cases<R> {
        R expel(Expel command);
    }
}
