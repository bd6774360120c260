package io.quorate.session;

import io.quorate.consensus.Command;
import io.quorate.consensus.CommandFamily;
import java.util.UUID;

/** What the log says about sessions. */
public sealed interface SessionCommand extends Command<CommandFamily.Result> {
    <R> R match(Cases<R> cases);

    /** Makes a session, whose id was chosen by the proposer; its text is that id. Refused when its node or a check of it is not in order. */
    record Create(Session session) implements SessionCommand {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.create(this);
        }
    }

    /** Ends a session with all that hangs on it; an unknown one is no error. */
    record Destroy(UUID id) implements SessionCommand {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.destroy(this);
        }
    }

    /**
     * Ends a session that was not renewed in time.
     *
     * @param reign under which that was found out; refused when another one has begun since, see {@link Reign}
     */
    record Expire(UUID id, UUID reign) implements SessionCommand {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.expire(this);
        }
    }

    /**
     * From here on only who has this number may have sessions expire. A leader says so before it takes renewals, for those stand in no
     * log: what was decided before, by whomever, ends no session that was renewed after.
     */
    record Reign(UUID reign) implements SessionCommand {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.reign(this);
        }
    }

    /** One method for each command, so that no reader forgets one. */
    interface Cases<R> {
        R create(Create command);

        R destroy(Destroy command);

        R expire(Expire command);

        R reign(Reign command);
    }
}
