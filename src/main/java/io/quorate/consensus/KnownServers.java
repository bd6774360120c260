package io.quorate.consensus;

import io.quorate.kernel.LogIndex;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.Plain;
import io.quorate.kernel.ServerId;
import io.quorate.store.Topic;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
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
import java.util.UUID;

/**
 * The replicated lists of servers: each one's node name, those that are expelled, and those removed by hand, with copies in memory for those who ask at
 * every request. Changed by the state machine's thread only; {@link #names()} and {@link #expelled()} are safe for any thread.
 */
public final class KnownServers implements CommandFamily<ServerCommand> {
    /** Each of the lists. */
    public static final Topic TOPIC = Topic.whole("servers");

    private static final byte EXPEL = 1;
    private static final byte REMEMBER = 2;
    private static final byte REMOVE = 3;

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
    public void encode(ServerCommand command, DataOutput out) throws IOException {
        Named named = command.match(new Named.Of());
        out.writeByte(named.kind);
        out.writeLong(named.server.value().getMostSignificantBits());
        out.writeLong(named.server.value().getLeastSignificantBits());
        out.writeUTF(named.node.value());
        if (command instanceof ServerCommand.Remove remove) {
            out.writeLong(remove.starts());
        }
    }

    @Override
    public ServerCommand decode(DataInput in) throws IOException {
        byte kind = in.readByte();
        if (kind != EXPEL && kind != REMEMBER && kind != REMOVE) {
            throw new IOException("unknown command " + kind + " of family " + tag());
        }
        try {
            ServerId server = new ServerId(new UUID(in.readLong(), in.readLong()));
            NodeName node = new NodeName(in.readUTF());
            if (kind == REMOVE) {
                return new ServerCommand.Remove(server, node, in.readLong());
            }
            return kind == EXPEL ? new ServerCommand.Expel(server, node) : new ServerCommand.Remember(server, node);
        } catch (IllegalArgumentException e) {
            throw new IOException("a server that makes no sense: " + Plain.reason(e), e);
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
    public Result apply(ServerCommand command, LogIndex index, Connection transaction, Set<Topic> changed)
            throws SQLException {
        if (command instanceof ServerCommand.Remove remove) {
            removed.put(remove, index.value(), transaction);
        } else {
            Named named = command.match(new Named.Of());
            (named.kind == EXPEL ? expelled : names).put(named, index, transaction);
        }
        changed.add(TOPIC);
        return Result.DONE;
    }

    /** After a commit: what was applied becomes visible. */
    public void publish() {
        names.publish();
        expelled.publish();
        removed.publish();
    }

    /** Takes the lists from their tables: after opening and after the content was exchanged. */
    public void load(Connection transaction) throws SQLException {
        names.load(transaction);
        expelled.load(transaction);
        removed.load(transaction);
    }

    private record Named(byte kind, ServerId server, NodeName node) {
        /** What the commands have in common. */
        static final class Of implements ServerCommand.Cases<Named> {
            @Override
            public Named remember(ServerCommand.Remember command) {
                return new Named(REMEMBER, command.server(), command.node());
            }

            @Override
            public Named expel(ServerCommand.Expel command) {
                return new Named(EXPEL, command.server(), command.node());
            }

            @Override
            public Named remove(ServerCommand.Remove command) {
                return new Named(REMOVE, command.server(), command.node());
            }
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

        private void put(Named named, LogIndex index, Connection transaction) throws SQLException {
            try (PreparedStatement merge = transaction.prepareStatement(
                    "MERGE INTO " + table + " (server_id, node, at_index) KEY (server_id) VALUES (?, ?, ?)")) {
                merge.setString(1, named.server.toString());
                merge.setString(2, named.node.value());
                merge.setLong(3, index.value());
                merge.executeUpdate();
            }
            pending.remove(named.server);
            pending.put(named.server, named.node);
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
