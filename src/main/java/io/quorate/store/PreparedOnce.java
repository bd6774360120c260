package io.quorate.store;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A connection that prepares each statement once, as long as it is open: closing a statement puts it back. As a connection, used by one
 * thread at a time.
 */
final class PreparedOnce implements InvocationHandler {
    /*
     * To parse a statement and to plan it was more than a third of a read, and it was the same at every read. Queries and commands
     * are written against java.sql and close what they open, so the cache stands behind that: nobody has to know of it or can forget
     * it. The interface has sixty methods of which two matter here, hence a proxy; what is asked for each row is the result's, which
     * is none. H2's own cache holds eight statements and none of those that it cannot reuse while they are open.
     */
    private static final int MOST = 128;

    private final Connection connection;
    private final LinkedHashMap<String, Kept> kept = new LinkedHashMap<>(16, 0.75f, true);

    private PreparedOnce(Connection connection) {
        this.connection = connection;
    }

    static Connection of(Connection connection) {
        return (Connection) Proxy.newProxyInstance(
                PreparedOnce.class.getClassLoader(), new Class<?>[] {Connection.class}, new PreparedOnce(connection));
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
        if (method.getName().equals("prepareStatement") && arguments != null && arguments.length == 1) {
            return prepare((String) arguments[0]);
        }
        return call(method, connection, arguments);
    }

    private PreparedStatement prepare(String sql) throws SQLException {
        Kept present = kept.get(sql);
        if (present != null && !present.inUse) {
            present.inUse = true;
            return present.proxy;
        }
        Kept fresh = new Kept(connection.prepareStatement(sql));
        if (present == null) {
            fresh.isKept = true;
            kept.put(sql, fresh);
            if (kept.size() > MOST) {
                forgetEldest();
            }
        }
        return fresh.proxy;
    }

    private void forgetEldest() throws SQLException {
        Map.Entry<String, Kept> eldest = kept.entrySet().iterator().next();
        kept.remove(eldest.getKey());
        eldest.getValue().isKept = false;
        if (!eldest.getValue().inUse) {
            eldest.getValue().statement.close();
        }
    }

    private static @Nullable Object call(Method method, Object on, Object @Nullable [] arguments) throws Throwable {
        try {
            return method.invoke(on, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }

    /** One prepared statement, and what stands for it while it is used. */
    private static final class Kept implements InvocationHandler {
        private final PreparedStatement statement;
        private final PreparedStatement proxy;
        private boolean inUse = true;
        private boolean isKept;

        private Kept(PreparedStatement statement) {
            this.statement = statement;
            proxy = (PreparedStatement) Proxy.newProxyInstance(
                    PreparedOnce.class.getClassLoader(), new Class<?>[] {PreparedStatement.class}, this);
        }

        @Override
        public @Nullable Object invoke(Object ignored, Method method, Object @Nullable [] arguments) throws Throwable {
            return switch (method.getName()) {
                case "close" -> {
                    putBack();
                    yield null;
                }
                case "isClosed" -> !inUse || statement.isClosed();
                default -> call(method, statement, arguments);
            };
        }

        private void putBack() throws SQLException {
            if (!inUse) {
                return;
            }
            inUse = false;
            if (!isKept || statement.isClosed()) {
                statement.close();
                return;
            }
            ResultSet left = statement.getResultSet();
            if (left != null) {
                left.close();
            }
            statement.clearParameters();
            statement.clearBatch();
        }
    }
}
