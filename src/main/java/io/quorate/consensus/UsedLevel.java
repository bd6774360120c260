package io.quorate.consensus;

import io.quorate.kernel.Level;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The greatest {@link Command#level} that the log holds, as last applied here: part of the replicated state, so that every leader knows
 * it, also of entries that a snapshot stands for by now. Changed by the state machine's thread only; {@link #value()} is safe for any
 * thread.
 */
public final class UsedLevel {
    public static final String TABLE = "used_level";

    private int pending = Level.FIRST;
    private volatile int value = Level.FIRST;

    /** {@link Level#FIRST} as long as nothing newer was used. */
    public int value() {
        return value;
    }

    public String schema() {
        return "CREATE TABLE IF NOT EXISTS " + TABLE + " (one INT PRIMARY KEY, level INT NOT NULL)";
    }

    /** A command of that level is applied in this transaction. */
    public void applied(int level, Connection transaction) throws SQLException {
        if (level <= pending) {
            return;
        }
        try (PreparedStatement merge =
                transaction.prepareStatement("MERGE INTO " + TABLE + " (one, level) KEY (one) VALUES (1, ?)")) {
            merge.setInt(1, level);
            merge.executeUpdate();
        }
        pending = level;
    }

    public void committed() {
        value = pending;
    }

    /** The content was opened or exchanged. */
    public void loaded(Connection transaction) throws SQLException {
        int found = Level.FIRST;
        try (Statement statement = transaction.createStatement();
                ResultSet row = statement.executeQuery("SELECT level FROM " + TABLE)) {
            if (row.next()) {
                found = row.getInt(1);
            }
        }
        pending = found;
        value = found;
    }
}
