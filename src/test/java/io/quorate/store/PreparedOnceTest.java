package io.quorate.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PreparedOnceTest {
    private static final String QUERY = "SELECT 1 + CAST(? AS INT)";

    private final Map<String, Integer> prepared = new HashMap<>();
    private Connection real;
    private Connection connection;

    @BeforeEach
    void open() throws SQLException {
        real = DriverManager.getConnection("jdbc:h2:mem:");
        Connection counting = (Connection) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("prepareStatement")) {
                        prepared.merge((String) arguments[0], 1, Integer::sum);
                    }
                    return method.invoke(real, arguments);
                });
        connection = PreparedOnce.of(counting);
    }

    @AfterEach
    void close() throws SQLException {
        real.close();
    }

    private int plusOne(int value) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(QUERY)) {
            query.setInt(1, value);
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return row.getInt(1);
            }
        }
    }

    @Test
    void aStatementIsPreparedOnceHoweverOftenItIsClosed() throws SQLException {
        for (int i = 0; i < 10; i++) {
            assertThat(plusOne(i)).isEqualTo(i + 1);
        }
        assertThat(prepared).containsOnly(Map.entry(QUERY, 1));
    }

    @Test
    void oneThatIsOpenStillIsNotGivenOutTwice() throws SQLException {
        try (PreparedStatement outer = connection.prepareStatement(QUERY)) {
            outer.setInt(1, 5);
            try (ResultSet row = outer.executeQuery()) {
                assertThat(plusOne(1)).isEqualTo(2);
                assertThat(row.next()).isTrue();
                assertThat(row.getInt(1)).isEqualTo(6);
            }
        }
        assertThat(plusOne(2)).isEqualTo(3);
        assertThat(prepared).containsEntry(QUERY, 2);
    }

    @Test
    void nothingOfOneUseIsLeftForTheNext() throws SQLException {
        ResultSet left;
        try (PreparedStatement query = connection.prepareStatement(QUERY)) {
            query.setInt(1, 1);
            left = query.executeQuery();
        }
        assertThat(left.isClosed()).isTrue();
        try (PreparedStatement query = connection.prepareStatement(QUERY)) {
            assertThatThrownBy(query::executeQuery).isInstanceOf(SQLException.class);
        }
    }

    @Test
    void statementsThatAreMadeOfDataAreForgottenTheLongestUnusedFirst() throws SQLException {
        for (int i = 0; i < 1000; i++) {
            connection.prepareStatement("SELECT " + i).close();
            assertThat(plusOne(i)).isEqualTo(i + 1);
        }
        connection.prepareStatement("SELECT 0").close();
        assertThat(prepared).containsEntry(QUERY, 1).containsEntry("SELECT 0", 2);
    }
}
