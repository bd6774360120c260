package io.quorate.bootstrap;

import io.quorate.kernel.ClusterId;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Datacenter;
import io.quorate.kernel.Expect;
import io.quorate.kernel.FoundingState;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import org.jspecify.annotations.Nullable;

/**
 * What a server says of itself to another, always its own and always true when it was said: the record was on disk before. It
 * may arrive late, twice or never, so rules count only what a server can never take back.
 *
 * @param kind one of {@link FoundingState#STANDINGS}
 * @param charter what a pledged or withdrawn server, or a member that founded, is bound to
 * @param cluster of a member
 * @param leader a member that knows a leader now
 * @param knows a cluster that a server without one knows of at first hand
 * @param dead the charter that was asked about, when this server has refused it for ever
 */
public record Word(
        ServerId id,
        NodeName name,
        Datacenter datacenter,
        Expect expect,
        long starts,
        FoundingState kind,
        @Nullable Charter charter,
        @Nullable ClusterRef cluster,
        boolean leader,
        @Nullable ClusterRef knows,
        @Nullable ClusterId dead) {
    public Word {
        if (!FoundingState.STANDINGS.contains(kind)) {
            throw new IllegalArgumentException("nobody promises anything as " + kind);
        }
        if ((kind == FoundingState.PLEDGED || kind == FoundingState.WITHDRAWN) && charter == null) {
            throw new IllegalArgumentException(kind + " without its charter");
        }
        if ((kind == FoundingState.MEMBER) != (cluster != null)) {
            throw new IllegalArgumentException(kind + (cluster == null ? " without" : " with") + " a cluster");
        }
        if (kind == FoundingState.BLANK && charter != null) {
            throw new IllegalArgumentException("blank with a charter");
        }
        if (charter != null && kind != FoundingState.MEMBER && !charter.names(id)) {
            throw new IllegalArgumentException(id + " is not a founder of the charter it names");
        }
    }

    public boolean isBlank() {
        return kind == FoundingState.BLANK;
    }
}
