package io.quorate.consensus.jraft;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From raft's threads to the view and to who looks at it; never blocks. */
final class RaftEvents implements ReplicatedState.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(RaftServer.class);

    private final GroupView about;
    private final Progress progress;
    private final Runnable lookSoon;
    private final Consumer<String> ended;

    /** @param ended raft has stopped working: told why, after the view */
    RaftEvents(GroupView about, Progress progress, Runnable lookSoon, Consumer<String> ended) {
        this.ended = ended;
        this.about = about;
        this.progress = progress;
        this.lookSoon = lookSoon;
    }

    @Override
    public void leading(long term) {
        about.leading(term);
        progress.reset();
        lookSoon.run();
    }

    @Override
    public void notLeading() {
        about.notLeading();
        lookSoon.run();
    }

    @Override
    public void following(@Nullable String leader, long term) {
        about.term(term);
        about.leader(leader == null ? null : Peers.server(leader).orElse(null));
        lookSoon.run();
    }

    @Override
    public void changed() {
        lookSoon.run();
    }

    @Override
    public void snapshotAt(long index, long term) {
        about.snapshotAt(index, term);
    }

    @Override
    public void failed(String why, ReplicatedState.Cause cause) {
        if (cause == ReplicatedState.Cause.DISK) {
            about.disk().stopped(why);
        }
        about.failed(why, cause == ReplicatedState.Cause.UNKNOWN_COMMAND);
        ended.accept(why);
        LOG.atError()
                .addKeyValue("why", why)
                .addKeyValue("next", next(cause))
                .log("raft stopped working on this server");
        lookSoon.run();
    }

    private static String next(ReplicatedState.Cause cause) {
        return switch (cause) {
            case DISK -> "it starts again when the disk works";
            case UNKNOWN_COMMAND -> "upgrade this agent to the version of the other servers";
            case OTHER -> "start this agent again";
        };
    }
}
