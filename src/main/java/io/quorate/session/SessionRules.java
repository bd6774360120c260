package io.quorate.session;

import io.quorate.catalog.Check;
import io.quorate.catalog.NodeChecks;
import io.quorate.consensus.Moment;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What one committed command means for the session it names. Looks at nothing but its components.
 *
 * @see <a href="https://developer.hashicorp.com/consul/api-docs/session">Consul's session API</a>, whose behaviour is inherited
 */
record SessionRules(Moment at, Rows rows) implements SessionCommand.Cases<SessionChange> {
    static final String OLDER = "decided before the present leader began to count";

    /**
     * @param present the session of the command's id
     * @param node of the command, with its checks; absent when it is not registered, and where no node is named
     * @param reign that holds now; absent before the first
     */
    record Rows(
            @Nullable SessionRow present,
            @Nullable NodeChecks node,
            @Nullable UUID reign) {}

    @Override
    public SessionChange create(SessionCommand.Create command) {
        Session session = command.session();
        NodeChecks node = rows.node();
        if (rows.present() != null) {
            return new SessionChange.Refuse("the session id " + session.id() + " is taken");
        }
        if (node == null) {
            return new SessionChange.Refuse("Missing node registration");
        }
        SortedSet<String> ties = new TreeSet<>();
        List<String> wanted = session.checkIds().toList();
        for (String id : wanted) {
            Optional<Check> check = node.find(id);
            if (check.isEmpty()) {
                return new SessionChange.Refuse("Missing check '" + id + "' registration");
            }
            if (check.get().status().equals(Check.CRITICAL)) {
                return new SessionChange.Refuse("Check '" + id + "' is in critical state");
            }
            ties.add(check.get().id());
        }
        return new SessionChange.Begin(
                new SessionRow(session, node.node(), at.index().value(), at.wallMs()), ties);
    }

    @Override
    public SessionChange destroy(SessionCommand.Destroy command) {
        return ended();
    }

    @Override
    public SessionChange expire(SessionCommand.Expire command) {
        return command.reign().equals(rows.reign()) ? ended() : new SessionChange.Refuse(OLDER);
    }

    @Override
    public SessionChange reign(SessionCommand.Reign command) {
        return new SessionChange.Crown(command.reign());
    }

    private SessionChange ended() {
        SessionRow present = rows.present();
        return present == null ? new SessionChange.Nothing() : new SessionChange.End(present);
    }
}
