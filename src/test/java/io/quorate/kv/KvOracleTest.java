package io.quorate.kv;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.answer.Seen;
import io.quorate.consensus.CommandFamily;
import io.quorate.consensus.Moment;
import io.quorate.kernel.LogIndex;
import io.quorate.store.Topic;
import io.quorate.store.TopicIndexes;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands and reads over real tables against a map that does the same in the plainest way. */
class KvOracleTest {
    private static final int STEPS = 250;
    private static final Comparator<String> BY_BYTES = (a, b) -> Arrays.compareUnsigned(utf8(a), utf8(b));
    /** Beyond the plane whose order in UTF-16 is that in UTF-8, too; and what a folder's name is close to. */
    private static final List<String> PARTS =
            List.of("a", "b", "a/", "a-", "/", "\u00e9", "\uffee", "\ud83d\ude80", "a/b/", "ab");

    private static final UUID NONE = new UUID(0, 0);
    private static final List<UUID> SESSIONS = List.of(new UUID(0, 1), new UUID(1, 1), NONE);

    private final TreeMap<String, KvEntry> oracle = new TreeMap<>(BY_BYTES);
    private final TreeMap<String, Long> deleted = new TreeMap<>(BY_BYTES);
    private final KvFamily family = new KvFamily((session, transaction) -> !session.equals(NONE));
    private long reaped;
    private long any;
    private long index;

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void whatIsReadIsWhatThePlainestWayGives(long seed) throws Exception {
        Random chance = new Random(seed);
        try (Connection connection = DriverManager.getConnection("jdbc:h2:mem:")) {
            try (Statement statement = connection.createStatement()) {
                statement.execute(TopicIndexes.SCHEMA);
                for (String ddl : family.schema()) {
                    statement.execute(ddl);
                }
            }
            for (int step = 0; step < STEPS; step++) {
                index += 1 + chance.nextInt(3);
                KvCommand command = command(chance);
                Set<Topic> changed = new HashSet<>();
                CommandFamily.Result result = family.apply(
                        family.form().of(family.form().bytes(command)),
                        new Moment(new LogIndex(index), index * 10),
                        connection,
                        changed);
                Map<Topic, Long> indexes = new HashMap<>();
                changed.forEach(topic -> indexes.put(topic, index));
                TopicIndexes.save(connection, indexes);
                String expected = command.match(new Plainly(changed));
                assertThat(result.done() + result.text())
                        .as("seed %s step %s %s", seed, step, command)
                        .isEqualTo(expected);
                compare(connection, chance);
            }
        }
    }

    private static String key(Random chance) {
        StringBuilder key = new StringBuilder();
        for (int i = chance.nextInt(3); i >= 0; i--) {
            key.append(PARTS.get(chance.nextInt(PARTS.size())));
        }
        return key.toString();
    }

    private KvCommand command(Random chance) {
        String key = key(chance);
        Value value = new Value(new byte[] {(byte) chance.nextInt(2)});
        long flags = chance.nextInt(2) - 1L;
        UUID session = SESSIONS.get(chance.nextInt(SESSIONS.size()));
        KvEntry present = oracle.get(key);
        long expected = chance.nextBoolean() && present != null ? present.modifyIndex() : chance.nextInt(3);
        return switch (chance.nextInt(12)) {
            case 0 -> new KvCommand.CheckAndSet(key, value, flags, expected);
            case 1, 2 -> new KvCommand.Lock(key, value, flags, session);
            case 3 -> new KvCommand.Unlock(key, value, flags, session);
            case 4, 5 -> new KvCommand.Delete(key);
            case 6 -> new KvCommand.CheckAndDelete(key, expected);
            case 7 ->
                chance.nextInt(5) > 0
                        ? new KvCommand.Delete(key)
                        : new KvCommand.DeleteTree(chance.nextInt(10) == 0 ? "" : key);
            case 8 ->
                chance.nextInt(10) > 0
                        ? new KvCommand.Put(key, value, flags)
                        : new KvCommand.Reap(Math.max(0, index - 60), 1 + chance.nextInt(30));
            default -> new KvCommand.Put(key, value, flags);
        };
    }

    /** As the contract says it, one line each. */
    private final class Plainly implements KvCommand.Cases<String> {
        private final Set<Topic> changed;

        private Plainly(Set<Topic> changed) {
            this.changed = changed;
        }

        private String written(String key, Value value, long flags, @Nullable UUID session, long lockIndex) {
            KvEntry old = oracle.get(key);
            if (old != null
                    && old.value().equals(value)
                    && old.flags() == flags
                    && Objects.equals(old.session(), session)
                    && old.lockIndex() == lockIndex) {
                assertThat(changed).isEmpty();
                return "true";
            }
            oracle.put(
                    key,
                    new KvEntry(
                            key,
                            value,
                            flags,
                            session,
                            old == null ? index : old.createIndex(),
                            index,
                            lockIndex,
                            index * 10));
            return changed(Topic.key("kv", key));
        }

        private String changed(Topic topic) {
            any = index;
            assertThat(changed).containsExactlyInAnyOrder(topic, Topic.whole("kv"));
            return "true";
        }

        private String unchanged(String told) {
            assertThat(changed).isEmpty();
            return told;
        }

        private @Nullable UUID holder(String key) {
            KvEntry old = oracle.get(key);
            return old == null ? null : old.session();
        }

        @Override
        public String put(KvCommand.Put c) {
            return written(c.key(), c.value(), c.flags(), holder(c.key()), 0);
        }

        @Override
        public String checkAndSet(KvCommand.CheckAndSet c) {
            KvEntry old = oracle.get(c.key());
            boolean met = c.expected() == 0 ? old == null : old != null && old.modifyIndex() == c.expected();
            return met ? written(c.key(), c.value(), c.flags(), holder(c.key()), 0) : unchanged("false");
        }

        @Override
        public String lock(KvCommand.Lock c) {
            if (c.session().equals(NONE)) {
                return unchanged("falseinvalid session \"" + NONE + "\"");
            }
            UUID holder = holder(c.key());
            KvEntry old = oracle.get(c.key());
            long count = old == null ? 0 : old.lockIndex();
            if (holder != null && !holder.equals(c.session())) {
                return unchanged("false");
            }
            return written(c.key(), c.value(), c.flags(), c.session(), holder == null ? count + 1 : count);
        }

        @Override
        public String unlock(KvCommand.Unlock c) {
            return c.session().equals(holder(c.key()))
                    ? written(
                            c.key(),
                            c.value(),
                            c.flags(),
                            null,
                            Objects.requireNonNull(oracle.get(c.key())).lockIndex())
                    : unchanged("false");
        }

        @Override
        public String delete(KvCommand.Delete c) {
            if (oracle.remove(c.key()) == null) {
                return unchanged("true");
            }
            deleted.put(c.key(), index);
            return changed(Topic.key("kv", c.key()));
        }

        @Override
        public String checkAndDelete(KvCommand.CheckAndDelete c) {
            KvEntry old = oracle.get(c.key());
            return old == null || old.modifyIndex() == c.expected()
                    ? delete(new KvCommand.Delete(c.key()))
                    : unchanged("false");
        }

        @Override
        public String deleteTree(KvCommand.DeleteTree c) {
            List<String> under = under(c.prefix());
            under.forEach(key -> {
                oracle.remove(key);
                deleted.put(key, index);
            });
            return under.isEmpty() ? unchanged("true") : changed(Topic.prefix("kv", c.prefix()));
        }

        @Override
        public String reap(KvCommand.Reap c) {
            deleted.entrySet().stream()
                    .filter(entry -> entry.getValue() <= c.upTo())
                    .sorted(Map.Entry.<String, Long>comparingByValue()
                            .thenComparing(Map.Entry.comparingByKey(BY_BYTES)))
                    .limit(c.most())
                    .map(Map.Entry::getKey)
                    .toList()
                    .forEach(deleted::remove);
            reaped = Math.max(reaped, c.upTo());
            return unchanged("true");
        }
    }

    private List<String> under(String prefix) {
        return oracle.keySet().stream().filter(key -> key.startsWith(prefix)).toList();
    }

    private void compare(Connection connection, Random chance) throws SQLException {
        String key = key(chance);
        Seen<KvOperations.Found> one = KvReads.get(new KvOperations.Key(key), connection);
        assertThat(one.value().entry()).isEqualTo(oracle.get(key));
        assertThat(family.changed(KvTopics.key(key), connection)).isEqualTo(lastOf(key));

        String prefix = chance.nextInt(4) == 0 ? "" : key;
        List<String> under = under(prefix);
        assertThat(KvReads.entries(new KvOperations.Entries(prefix, "", 0), connection)
                        .value())
                .isEqualTo(under.stream().map(oracle::get).toList());
        long last = Math.max(
                under.stream()
                        .mapToLong(k -> Objects.requireNonNull(oracle.get(k)).modifyIndex())
                        .max()
                        .orElse(0),
                deleted.entrySet().stream()
                        .filter(entry -> entry.getKey().startsWith(prefix))
                        .mapToLong(Map.Entry::getValue)
                        .max()
                        .orElse(0));
        assertThat(family.changed(KvTopics.prefix(prefix), connection)).isEqualTo(last);
        assertThat(TopicIndexes.of(connection, KvTopics.ANY)).isEqualTo(any);

        String after = chance.nextInt(3) == 0 ? "" : key(chance);
        int limit = chance.nextInt(4);
        assertThat(KvReads.entries(new KvOperations.Entries(prefix, after, limit), connection)
                        .value())
                .isEqualTo(page(under, after, limit).stream().map(oracle::get).toList());
        for (String separator : List.of("", "/", "b/")) {
            int depth = 1 + chance.nextInt(2);
            List<String> names = List.copyOf(new LinkedHashSet<>(
                    under.stream().map(k -> folded(k, prefix, separator, depth)).toList()));
            String from = folded(after, prefix, separator, depth);
            assertThat(KvReads.keys(new KvOperations.Keys(prefix, separator, depth, after, limit), connection)
                            .value())
                    .as("prefix %s separator %s depth %s after %s limit %s", prefix, separator, depth, after, limit)
                    .isEqualTo(page(names, from, limit));
            assertThat(KvReads.count(new KvOperations.Count(prefix, separator, depth), connection)
                            .value())
                    .isEqualTo(names.size());
        }
        since(connection, prefix, under, Math.max(0, index - chance.nextInt(100)));
        locks(connection);
    }

    private long lastOf(String key) {
        KvEntry entry = oracle.get(key);
        return entry != null ? entry.modifyIndex() : Math.max(reaped, deleted.getOrDefault(key, 0L));
    }

    private static List<String> page(List<String> names, String after, int limit) {
        return names.stream()
                .filter(name -> after.isEmpty() || BY_BYTES.compare(name, after) > 0)
                .limit(limit == 0 ? Long.MAX_VALUE : limit)
                .toList();
    }

    private static String folded(String key, String prefix, String separator, int depth) {
        if (separator.isEmpty() || key.length() < prefix.length()) {
            return key;
        }
        String[] parts = key.substring(prefix.length()).split(java.util.regex.Pattern.quote(separator), -1);
        if (parts.length <= depth) {
            return key;
        }
        return key.substring(0, prefix.length())
                + String.join(separator, List.of(parts).subList(0, depth))
                + separator;
    }

    private void since(Connection connection, String prefix, List<String> under, long since) throws SQLException {
        KvOperations.Changes changes =
                KvReads.since(new KvOperations.Since(prefix, since), connection).value();
        if (since < reaped) {
            assertThat(changes.forgotten()).isEqualTo(reaped);
            return;
        }
        assertThat(changes.forgotten()).isZero();
        assertThat(changes.changed())
                .isEqualTo(under.stream()
                        .map(oracle::get)
                        .filter(entry -> entry.modifyIndex() > since)
                        .toList());
        assertThat(changes.deleted())
                .isEqualTo(deleted.keySet().stream()
                        .filter(key -> key.startsWith(prefix)
                                && deleted.getOrDefault(key, 0L) > since
                                && !oracle.containsKey(key))
                        .toList());
    }

    private void locks(Connection connection) throws SQLException {
        List<String> held = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                var row = statement.executeQuery("SELECT k, session FROM kv_locks ORDER BY k")) {
            while (row.next()) {
                held.add(new String(row.getBytes(1), StandardCharsets.UTF_8) + " " + row.getObject(2, UUID.class));
            }
        }
        assertThat(held)
                .isEqualTo(oracle.values().stream()
                        .filter(entry -> entry.session() != null)
                        .map(entry -> entry.key() + " " + entry.session())
                        .toList());
    }
}
