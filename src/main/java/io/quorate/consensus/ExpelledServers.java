package io.quorate.consensus;

import io.quorate.kernel.LogIndex;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * The replicated list of expelled servers, with a copy in memory for those who ask at every request. Changed by the state
 * machine's thread only; {@link #all()} is safe for any thread.
 */
public final class ExpelledServers implements CommandFamily<ExpulsionCommand> {
    /** Topic woken when the list changes. */
    public static final String TOPIC = "expelled";

    private static final String TABLE = "expelled_servers";
    private static final byte EXPEL = 1;

    private final Map<ServerId, NodeName> pending = new HashMap<>();
    private volatile Map<ServerId, NodeName> all = Map.of();

    /** As last committed here, with the name that each had. */
    public Map<ServerId, NodeName> all() {
        return all;
    }

    @Override
    public int tag() {
        return 1;
    }

    @Override
    public Class<ExpulsionCommand> type() {
        return ExpulsionCommand.class;
    }

    @Override
    public void encode(ExpulsionCommand command, DataOutput out) throws IOException {
        ExpulsionCommand.Expel expel = command.match(c -> c);
        out.writeByte(EXPEL);
        out.writeLong(expel.server().value().getMostSignificantBits());
        out.writeLong(expel.server().value().getLeastSignificantBits());
        out.writeUTF(expel.node().value());
    }

    @Override
    public ExpulsionCommand decode(DataInput in) throws IOException {
        byte kind = in.readByte();
        if (kind != EXPEL) {
            throw new IOException("unknown command " + kind + " of family " + tag());
        }
        try {
            return new ExpulsionCommand.Expel(
                    new ServerId(new UUID(in.readLong(), in.readLong())), new NodeName(in.readUTF()));
        } catch (IllegalArgumentException e) {
            throw new IOException("an expulsion that makes no sense: " + e.getMessage(), e);
        }
    }

    @Override
    public List<String> schema() {
        return List.of("CREATE TABLE IF NOT EXISTS " + TABLE
                + " (server_id VARCHAR(36) PRIMARY KEY, node VARCHAR(128) NOT NULL, at_index BIGINT NOT NULL)");
    }

    @Override
    public List<String> tables() {
        return List.of(TABLE);
    }

    @Override
    public Result apply(ExpulsionCommand command, LogIndex index, Connection transaction, Set<String> changed)
            throws SQLException {
        ExpulsionCommand.Expel expel = command.match(c -> c);
        try (PreparedStatement merge = transaction.prepareStatement(
                "MERGE INTO " + TABLE + " (server_id, node, at_index) KEY (server_id) VALUES (?, ?, ?)")) {
            merge.setString(1, expel.server().toString());
            merge.setString(2, expel.node().value());
            merge.setLong(3, index.value());
            merge.executeUpdate();
        }
        pending.put(expel.server(), expel.node());
        changed.add(TOPIC);
        return Result.DONE;
    }

    /** After a commit: what was applied becomes visible. */
    public void publish() {
        if (pending.isEmpty()) {
            return;
        }
        Map<ServerId, NodeName> next = new HashMap<>(all);
        next.putAll(pending);
        pending.clear();
        all = Map.copyOf(next);
    }

    /** Takes the list from the table: after opening and after the content was exchanged. */
    public void load(Connection transaction) throws SQLException {
        Map<ServerId, NodeName> next = new HashMap<>();
        try (Statement statement = transaction.createStatement();
                ResultSet rows = statement.executeQuery("SELECT server_id, node FROM " + TABLE)) {
            while (rows.next()) {
                next.put(ServerId.of(rows.getString(1)), new NodeName(rows.getString(2)));
            }
        }
        pending.clear();
        all = Map.copyOf(next);
    }
}
