package io.quorate.bootstrap;

import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.ServerId;
import java.util.List;

/** What the core wants done, strictly in the order given; a crash may come between any two. */
public sealed interface Effect {
    /** Durable before the next one begins. */
    record Persist(FoundingRecord record) implements Effect {}

    /** From here on others may be told what this record says; who asked is answered now. */
    record Tell(FoundingRecord record) implements Effect {}

    /** A new, empty raft directory that holds this cluster's name and token, durable; whatever stood in its place is removed. */
    record MakeFolder(ClusterRef cluster, String token) implements Effect {}

    record RemoveFolder() implements Effect {}

    /** The raft directory is moved out of the way and kept: a person may want to look into it. */
    record PutFolderAside() implements Effect {}

    /** @param founders the first configuration, sorted; empty: wait for a leader to add this server */
    record StartRaft(ClusterRef cluster, ServerId self, String token, List<ServerId> founders, boolean led)
            implements Effect {}

    record StopRaft() implements Effect {}

    /** Looks at the log of the stopped group and comes back with {@link Event.LogInspected}. */
    record InspectLog(Charter charter) implements Effect {}
}
