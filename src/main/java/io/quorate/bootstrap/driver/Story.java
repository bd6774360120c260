package io.quorate.bootstrap.driver;

import io.quorate.bootstrap.Charter;
import io.quorate.bootstrap.Founder;
import io.quorate.bootstrap.Founding;
import io.quorate.bootstrap.FoundingRecord;
import io.quorate.bootstrap.Standing;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells in the log what happens to this server's founding. Owned by the founding loop. */
final class Story {
    private static final Logger LOG = LoggerFactory.getLogger("io.quorate.founding");

    private @Nullable String said;
    private long saidNanos;

    void changed(FoundingRecord before, FoundingRecord now) {
        Standing standing = now.standing();
        if (!before.id().equals(now.id())) {
            LOG.atWarn()
                    .addKeyValue("before", before.id())
                    .addKeyValue("now", now.id())
                    .log("this server has a new id: under the old one it may have voted or pledged");
        }
        if (standing.equals(before.standing())) {
            return;
        }
        standing.match(new Told(before, before.id().equals(now.id()))).run();
    }

    private record Told(FoundingRecord before, boolean sameId) implements Standing.Cases<Runnable> {
        @Override
        public Runnable blank(Standing.Blank blank) {
            return () -> {
                if (before.standing().charter() != null && sameId) {
                    LOG.atInfo().log("that founding is dead, this server is free again");
                }
            };
        }

        @Override
        public Runnable pledged(Standing.Pledged pledged) {
            return () -> LOG.atInfo()
                    .addKeyValue("charter", pledged.charter().id())
                    .addKeyValue("founders", names(pledged.charter()))
                    .log("pledged to bootstrap a cluster");
        }

        @Override
        public Runnable withdrawn(Standing.Withdrawn withdrawn) {
            return () -> LOG.atWarn()
                    .addKeyValue("charter", withdrawn.charter().id())
                    .addKeyValue("founders", names(withdrawn.charter()))
                    .log("withdrew from founding: some founders were not heard in time; trying again when they are");
        }

        @Override
        public Runnable member(Standing.Member member) {
            return () -> Story.member(before, member);
        }
    }

    private static void member(FoundingRecord before, Standing.Member member) {
        Charter charter = member.charter();
        if (before.standing() instanceof Standing.Member) {
            LOG.atInfo().addKeyValue("cluster", member.cluster()).log("the cluster has committed its first entry");
        } else if (charter != null) {
            LOG.atInfo()
                    .addKeyValue("cluster", member.cluster().id())
                    .addKeyValue("founders", names(charter))
                    .log("founded: all pledges are there, raft starts");
        } else {
            LOG.atInfo().addKeyValue("cluster", member.cluster()).log("added to a cluster, raft starts empty");
        }
    }

    /** At every change, and again after the interval while something is waited for. */
    void waiting(Founding.View view, long nowNanos, long intervalNanos) {
        String line = view.why().code() + ": " + view.why().message();
        boolean again = !view.why().isReady() && nowNanos - saidNanos >= intervalNanos;
        if (line.equals(said) && !again) {
            return;
        }
        said = line;
        saidNanos = nowNanos;
        LOG.atInfo()
                .addKeyValue("state", view.state().word())
                .addKeyValue("known", view.known())
                .addKeyValue("expect", view.expect())
                .addKeyValue("missing", view.missing())
                .addKeyValue("next", view.why().nextStep())
                .log(line);
    }

    private static String names(Charter charter) {
        return charter.founders().stream()
                .map(Founder::name)
                .map(Object::toString)
                .collect(Collectors.joining(","));
    }
}
