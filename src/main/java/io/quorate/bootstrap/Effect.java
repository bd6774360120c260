package io.quorate.bootstrap;

import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.ServerId;
import java.util.List;

/** What the core wants done, strictly in the order given; a crash may come between any two. */
public sealed interface Effect {
    <R> R match(Cases<R> cases);

    /** One method for each, so that no reader forgets one. */
    interface Cases<R> {
        R persist(Persist effect);

        R tell(Tell effect);

        R makeFolder(MakeFolder effect);

        R removeFolder(RemoveFolder effect);

        R putFolderAside(PutFolderAside effect);

        R startRaft(StartRaft effect);

        R stopRaft(StopRaft effect);

        R inspectLog(InspectLog effect);

        R askAll(AskAll effect);
    }

    /** Durable before the next one begins. */
    record Persist(FoundingRecord record) implements Effect {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.persist(this);
        }
    }

    /** From here on others may be told what this record says; who asked is answered now. */
    record Tell(FoundingRecord record) implements Effect {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.tell(this);
        }
    }

    /** A new, empty raft directory that holds this cluster's name and token, durable; whatever stood in its place is removed. */
    record MakeFolder(ClusterRef cluster, String token) implements Effect {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.makeFolder(this);
        }
    }

    record RemoveFolder() implements Effect {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.removeFolder(this);
        }
    }

    /** The raft directory is moved out of the way and kept: a person may want to look into it. */
    record PutFolderAside() implements Effect {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.putFolderAside(this);
        }
    }

    /** @param founders the first configuration, sorted; empty: wait for a leader to add this server */
    record StartRaft(ClusterRef cluster, ServerId self, String token, List<ServerId> founders, boolean led)
            implements Effect {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.startRaft(this);
        }
    }

    record StopRaft() implements Effect {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.stopRaft(this);
        }
    }

    /** Looks at the log of the stopped group and comes back with {@link Event.LogInspected}. */
    record InspectLog(Charter charter) implements Effect {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.inspectLog(this);
        }
    }

    /** Asks every known server for its word, once this step has ended, and comes back with {@link Event.RoundEnded}. */
    record AskAll() implements Effect {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.askAll(this);
        }
    }
}
