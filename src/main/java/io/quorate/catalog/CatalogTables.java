package io.quorate.catalog;

import io.quorate.store.Topic;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The catalog's rows in H2: how steps are carried out in them, and what their tables have in common. */
final class CatalogTables {
    static final List<String> SCHEMA = Stream.of(
                    NodeTable.SCHEMA, ServiceTable.SCHEMA, CheckTable.SCHEMA, ChangeTable.SCHEMA)
            .flatMap(List::stream)
            .toList();
    static final List<String> NAMES = List.of(NodeTable.NAME, ServiceTable.NAME, CheckTable.NAME, ChangeTable.NAME);

    private CatalogTables() {}

    /** What a step does; its topics are added to those that changed. */
    interface Work {
        void on(Connection connection, Set<Topic> changed) throws SQLException;
    }

    static void carryOut(Connection connection, CatalogStep step, Set<Topic> changed) throws SQLException {
        step.match(Works.ALL).on(connection, changed);
    }

    private enum Works implements CatalogStep.Cases<Work> {
        ALL;

        @Override
        public Work dropNode(CatalogStep.DropNode drop) {
            return (connection, changed) -> {
                if (CheckTable.deleteOf(connection, drop.name()) > 0) {
                    changed.add(CatalogTopics.CHECKS);
                }
                if (ServiceTable.deleteOf(connection, drop.name()) > 0) {
                    changed.add(CatalogTopics.SERVICES);
                }
                if (NodeTable.delete(connection, drop.name()) > 0) {
                    tell(changed, CatalogTopics.NODES, drop.name(), drop.services());
                }
            };
        }

        @Override
        public Work putNode(CatalogStep.PutNode put) {
            return (connection, changed) -> {
                NodeTable.put(connection, put.row());
                tell(changed, CatalogTopics.NODES, put.row().node().name(), put.services());
            };
        }

        @Override
        public Work dropService(CatalogStep.DropService drop) {
            return (connection, changed) -> {
                if (ServiceTable.delete(connection, drop.node(), drop.id()) > 0) {
                    tell(changed, CatalogTopics.SERVICES, drop.node(), drop.services());
                }
            };
        }

        @Override
        public Work putService(CatalogStep.PutService put) {
            return (connection, changed) -> {
                ServiceTable.put(connection, put.row());
                tell(changed, CatalogTopics.SERVICES, put.row().node(), put.services());
            };
        }

        @Override
        public Work dropCheck(CatalogStep.DropCheck drop) {
            return (connection, changed) -> {
                if (CheckTable.delete(connection, drop.node(), drop.id()) > 0) {
                    tell(changed, CatalogTopics.CHECKS, drop.node(), drop.services());
                }
            };
        }

        @Override
        public Work putCheck(CatalogStep.PutCheck put) {
            return (connection, changed) -> {
                CheckTable.put(connection, put.row());
                tell(changed, CatalogTopics.CHECKS, put.row().node(), put.services());
            };
        }

        private static void tell(Set<Topic> changed, Topic table, String node, Set<String> services) {
            changed.add(table);
            changed.add(CatalogTopics.node(node));
            services.forEach(service -> changed.add(CatalogTopics.service(service)));
        }
    }

    /** The rows as that transaction sees them; throws {@link UnreadableException}. */
    record View(Connection connection) implements CatalogView {
        @Override
        public @Nullable NodeRow node(String name) {
            return read(() -> NodeTable.named(connection, name));
        }

        @Override
        public @Nullable NodeRow nodeById(String id) {
            return read(() -> NodeTable.withId(connection, id));
        }

        @Override
        public List<NodeRow> nodesLike(String name) {
            return all(() -> NodeTable.like(connection, name));
        }

        @Override
        public @Nullable ServiceRow service(String node, String id) {
            return read(() -> ServiceTable.named(connection, node, id));
        }

        @Override
        public Set<String> services(String node) {
            return all(() -> ServiceTable.namesOn(connection, node));
        }

        @Override
        public Set<String> checkedServices(String node) {
            return all(() -> CheckTable.servicesOn(connection, node));
        }

        @Override
        public @Nullable CheckRow check(String node, String id) {
            return read(() -> CheckTable.named(connection, node, id));
        }

        @Override
        public List<CheckRow> checks(String node, String serviceId) {
            return all(() -> CheckTable.of(connection, node, serviceId));
        }

        private interface Reading<T> {
            T read() throws SQLException;
        }

        private interface Finding<T> {
            @Nullable
            T find() throws SQLException;
        }

        private static <T> @Nullable T read(Finding<T> finding) {
            try {
                return finding.find();
            } catch (SQLException e) {
                throw new UnreadableException(e);
            }
        }

        private static <T> T all(Reading<T> reading) {
            try {
                return reading.read();
            } catch (SQLException e) {
                throw new UnreadableException(e);
            }
        }
    }

    /** The database failed while a rule was asking it; whoever applies the command says so as it is. */
    static final class UnreadableException extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final SQLException failure;

        private UnreadableException(SQLException failure) {
            super(failure);
            this.failure = failure;
        }

        SQLException failure() {
            return failure;
        }
    }

    static void set(PreparedStatement statement, String... parameters) throws SQLException {
        for (int i = 0; i < parameters.length; i++) {
            statement.setString(i + 1, parameters[i]);
        }
    }

    static int delete(Connection connection, String sql, String... parameters) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement(sql)) {
            set(delete, parameters);
            return delete.executeUpdate();
        }
    }

    static boolean any(Connection connection, String sql, String parameter) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setString(1, parameter);
            try (ResultSet row = query.executeQuery()) {
                return row.next();
            }
        }
    }

    static Set<String> names(Connection connection, String sql, String parameter) throws SQLException {
        Set<String> names = new HashSet<>();
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setString(1, parameter);
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    names.add(row.getString(1));
                }
            }
        }
        return names;
    }

    static void setStamp(PreparedStatement statement, int from, Stamp stamp) throws SQLException {
        statement.setLong(from, stamp.createIndex());
        statement.setLong(from + 1, stamp.modifyIndex());
        statement.setLong(from + 2, stamp.modifiedMs());
    }

    static Stamp stamp(ResultSet row, int from) throws SQLException {
        return new Stamp(row.getLong(from), row.getLong(from + 1), row.getLong(from + 2));
    }
}
