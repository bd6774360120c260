package io.quorate.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.kernel.LogIndex;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The names are kept in the order of the log: who was named later may have taken another one's place, never the other way round. */
class ServerFamilyTest {
    private Connection database;

    @BeforeEach
    void open() throws SQLException {
        database = DriverManager.getConnection("jdbc:h2:mem:");
        try (Statement statement = database.createStatement()) {
            for (String table : new ServerFamily().schema()) {
                statement.execute(table);
            }
        }
    }

    @AfterEach
    void close() throws SQLException {
        database.close();
    }

    private static ServerId id(int n) {
        return new ServerId(new UUID(0, n));
    }

    private void remember(ServerFamily known, int server, String name, long index) throws SQLException {
        known.apply(
                new ServerCommand.Remember(id(server), new NodeName(name)),
                new Moment(new LogIndex(index), 0),
                database,
                new HashSet<>());
    }

    @Test
    void whoWasRemovedByHandIsKnownWithItsStartsAlsoAfterARestart() throws Exception {
        ServerFamily known = new ServerFamily();
        ServerCommand.Remove command = new ServerCommand.Remove(id(3), new NodeName("c"), 12);
        known.apply(command, new Moment(new LogIndex(1), 0), database, new HashSet<>());
        assertThat(known.removed()).as("not yet committed").isEmpty();
        known.committed();
        assertThat(known.removed()).containsExactly(Map.entry(id(3), 12L));
        assertThat(known.names()).isEmpty();
        ServerFamily started = new ServerFamily();
        started.loaded(database);
        assertThat(started.removed()).containsExactly(Map.entry(id(3), 12L));
        assertThat(known.form().of(known.form().bytes(command))).isEqualTo(command);
    }

    @Test
    void theNamesStandInTheOrderInWhichTheyWereCommittedLastAlsoAfterARestart() throws SQLException {
        ServerFamily known = new ServerFamily();
        remember(known, 9, "a", 1);
        remember(known, 1, "b", 2);
        remember(known, 5, "c", 3);
        known.committed();
        assertThat(known.names().keySet()).containsExactly(id(9), id(1), id(5));
        remember(known, 7, "b", 4);
        remember(known, 9, "renamed", 5);
        assertThat(known.names()).as("not yet committed").hasSize(3);
        known.committed();
        assertThat(known.names().keySet()).containsExactly(id(1), id(5), id(7), id(9));
        assertThat(known.names().get(id(9))).isEqualTo(new NodeName("renamed"));
        ServerFamily started = new ServerFamily();
        started.loaded(database);
        assertThat(started.names().keySet()).containsExactly(id(1), id(5), id(7), id(9));
    }
}
