package io.quorate.consensus;

import io.quorate.codec.Form;
import io.quorate.codec.In;
import io.quorate.codec.KernelForms;
import io.quorate.codec.MalformedException;
import io.quorate.codec.Out;
import io.quorate.kernel.LogIndex;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import io.quorate.store.Topic;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What {@link CommittedServers} reads: the replicated lists of servers, each one's node name, those that are expelled, and those removed by hand, with copies in memory for those who ask at
 * every request. Changed by the state machine's thread only; {@link #names()} and {@link #expelled()} are safe for any thread.
 */
public final class ServerFamily implements CommandFamily<ServerCommand, CommandFamily.Result> {
    /** Each of the lists. */
    public static final Topic TOPIC = Topic.whole("servers");

    private static final int EXPEL = 1;
    private static final int REMEMBER = 2;
    private static final int REMOVE = 3;
    private static final Form<ServerCommand> FORM =
            Form.of((command, out) -> command.match(new Written(out)), ServerFamily::read);

    private final Listed names = new Listed("known_servers");
    private final Listed expelled = new Listed("expelled_servers");
    private final RemovedServers removed = new RemovedServers();

    /** The node name of each server that was let in, in the order in which they were committed last here. */
    public Map<ServerId, NodeName> names() {
        return names.all;
    }

    /** As last committed here, with the name that each had. */
    public Map<ServerId, NodeName> expelled() {
        return expelled.all;
    }

    /** Removed by hand, with the count of starts that each had then, as last committed here. */
    public Map<ServerId, Long> removed() {
        return removed.all();
    }

    @Override
    public int tag() {
        return 1;
    }

    @Override
    public Class<ServerCommand> type() {
        return ServerCommand.class;
    }

    @Override
    public Form<ServerCommand> form() {
        return FORM;
    }

    @Override
    public Form<Result> results() {
        return Result.FORM;
    }

    private static ServerCommand read(In in) throws MalformedException {
        int kind = in.u8();
        ServerId server = in.value(KernelForms.SERVER_ID);
        NodeName node = in.value(KernelForms.NODE_NAME);
        return switch (kind) {
            case EXPEL -> new ServerCommand.Expel(server, node);
            case REMEMBER -> new ServerCommand.Remember(server, node);
            case REMOVE -> new ServerCommand.Remove(server, node, in.i64());
            default -> throw new MalformedException("unknown command " + kind + " about a server");
        };
    }

    private record Written(Out out) implements ServerCommand.Cases<Out> {
        @Override
        public Out remember(ServerCommand.Remember command) {
            return head(REMEMBER, command.server(), command.node());
        }

        @Override
        public Out expel(ServerCommand.Expel command) {
            return head(EXPEL, command.server(), command.node());
        }

        @Override
        public Out remove(ServerCommand.Remove command) {
            return head(REMOVE, command.server(), command.node()).i64(command.starts());
        }

        private Out head(int kind, ServerId server, NodeName node) {
            return out.u8(kind).value(server, KernelForms.SERVER_ID).value(node, KernelForms.NODE_NAME);
        }
    }

    @Override
    public List<String> schema() {
        return List.of(names.schema(), expelled.schema(), removed.schema());
    }

    @Override
    public List<String> tables() {
        return List.of(names.table, expelled.table, RemovedServers.TABLE);
    }

    @Override
    public Result apply(ServerCommand command, Moment at, Connection transaction, Set<Topic> changed)
            throws SQLException {
        command.match(new Applied(at.index())).to(transaction);
        changed.add(TOPIC);
        return Result.DONE;
    }

    @Override
    public void committed() {
        names.publish();
        expelled.publish();
        removed.publish();
    }

    @Override
    public void loaded(Connection transaction) throws SQLException {
        names.load(transaction);
        expelled.load(transaction);
        removed.load(transaction);
    }

    private interface Change {
        void to(Connection transaction) throws SQLException;
    }

    /** What each command changes. */
    private final class Applied implements ServerCommand.Cases<Change> {
        private final LogIndex index;

        Applied(LogIndex index) {
            this.index = index;
        }

        @Override
        public Change remember(ServerCommand.Remember command) {
            return transaction -> names.put(command.server(), command.node(), index, transaction);
        }

        @Override
        public Change expel(ServerCommand.Expel command) {
            return transaction -> expelled.put(command.server(), command.node(), index, transaction);
        }

        @Override
        public Change remove(ServerCommand.Remove command) {
            return transaction -> removed.put(command, index.value(), transaction);
        }
    }

    /** One table and its copy. */
    private static final class Listed {
        private final String table;
        private final Map<ServerId, NodeName> pending = new LinkedHashMap<>();
        private volatile Map<ServerId, NodeName> all = Map.of();

        private Listed(String table) {
            this.table = table;
        }

        private String schema() {
            return "CREATE TABLE IF NOT EXISTS " + table
                    + " (server_id VARCHAR(36) PRIMARY KEY, node VARCHAR(128) NOT NULL, at_index BIGINT NOT NULL)";
        }

        private void put(ServerId server, NodeName node, LogIndex index, Connection transaction) throws SQLException {
            try (PreparedStatement merge = transaction.prepareStatement(
                    "MERGE INTO " + table + " (server_id, node, at_index) KEY (server_id) VALUES (?, ?, ?)")) {
                merge.setString(1, server.toString());
                merge.setString(2, node.value());
                merge.setLong(3, index.value());
                merge.executeUpdate();
            }
            pending.remove(server);
            pending.put(server, node);
        }

        private void publish() {
            if (pending.isEmpty()) {
                return;
            }
            Map<ServerId, NodeName> next = new LinkedHashMap<>(all);
            next.keySet().removeAll(pending.keySet());
            next.putAll(pending);
            pending.clear();
            all = Collections.unmodifiableMap(next);
        }

        private void load(Connection transaction) throws SQLException {
            Map<ServerId, NodeName> next = new LinkedHashMap<>();
            try (Statement statement = transaction.createStatement();
                    ResultSet rows =
                            statement.executeQuery("SELECT server_id, node FROM " + table + " ORDER BY at_index")) {
                while (rows.next()) {
                    next.put(ServerId.of(rows.getString(1)), new NodeName(rows.getString(2)));
                }
            }
            pending.clear();
            all = Collections.unmodifiableMap(next);
        }
    }
}
