package io.quorate.testing;

import io.quorate.answer.AnswerParts;
import io.quorate.answer.Answers;
import io.quorate.answer.Offer;
import io.quorate.codec.MalformedException;
import io.quorate.consensus.Command;
import io.quorate.consensus.CommandCodec;
import io.quorate.consensus.CommandFamily;
import io.quorate.consensus.CommandLog;
import io.quorate.consensus.Moment;
import io.quorate.kernel.ClusterId;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.LogIndex;
import io.quorate.store.Entry;
import io.quorate.store.LogView;
import io.quorate.store.StateReader;
import io.quorate.store.StateStore;
import io.quorate.store.StoreIdentity;
import io.quorate.store.TableOwner;
import io.quorate.store.Topic;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/** A server that leads nobody: a log that is applied at once, the real store, and the real way of questions and answers. */
public final class OneServer implements AutoCloseable {
    private static final Endpoint SELF = FakeServers.endpoint("127.0.0.1", 8300);
    private static final LogView NO_LOG = new LogView() {
        @Override
        public long lastIndex() {
            return 0;
        }

        @Override
        public long termAt(long index) {
            return 0;
        }
    };

    private final CommandCodec codec;
    private final ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();
    private final StateStore<Object> store;
    private final Path folder;
    private final StoreIdentity identity = new StoreIdentity(ClusterRef.founded(new ClusterId(UUID.randomUUID())), "t");
    private final Answers answers;
    private long index;

    /** Wall time of the next entries. */
    public volatile long wallMs = 1_700_000_000_000L;

    public OneServer(Path folder, List<CommandFamily<?, ?>> families, List<Offer<?, ?>> offers) {
        this.folder = folder.resolve("state");
        codec = new CommandCodec(families);
        store = new StateStore<>(new Families(codec), timers);
        store.open(this.folder, identity, NO_LOG);
        answers = new Answers(
                new AnswerParts(
                        Fixtures.DC1,
                        FakeServers.leading(SELF),
                        new FakeRpc(),
                        new AnswerParts.Server(new Log(), store),
                        Duration.ofMillis(50),
                        0),
                offers);
    }

    /** The next entry, as every server applies it. */
    public synchronized <R> R apply(Command<R> command) {
        index++;
        Object result = store.apply(List.of(new Entry(index, 1, codec.encode(command, wallMs))))
                .get(0);
        @SuppressWarnings("unchecked") // the family's own
        R typed = (R) Objects.requireNonNull(result);
        return typed;
    }

    public synchronized long index() {
        return index;
    }

    public StateReader state() {
        return store;
    }

    public CommandLog log() {
        return new Log();
    }

    public Answers asking() {
        return answers;
    }

    @Override
    public void close() {
        answers.close();
        store.close();
        timers.shutdownNow();
    }

    private final class Log implements CommandLog {
        @Override
        public <R> CompletableFuture<R> append(Command<R> command) {
            return CompletableFuture.completedFuture(apply(command));
        }

        @Override
        public CompletableFuture<@Nullable Void> readBarrier() {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletableFuture<@Nullable Void> leaseBarrier() {
            return CompletableFuture.completedFuture(null);
        }
    }

    private record Families(CommandCodec codec) implements TableOwner<Object> {
        @Override
        public List<String> schema() {
            return codec.families().stream()
                    .flatMap(family -> family.schema().stream())
                    .toList();
        }

        @Override
        public List<String> tables() {
            return codec.families().stream()
                    .flatMap(family -> family.tables().stream())
                    .toList();
        }

        @Override
        public Object apply(byte[] entry, long index, Connection transaction, Set<Topic> changed) throws SQLException {
            try {
                return apply(codec.decode(entry), index, transaction, changed);
            } catch (MalformedException e) {
                throw new IllegalStateException(e);
            }
        }

        private static <C extends Command<R>, R> R apply(
                CommandCodec.Decoded<C, R> decoded, long index, Connection transaction, Set<Topic> changed)
                throws SQLException {
            return decoded.family()
                    .apply(decoded.command(), new Moment(new LogIndex(index), decoded.wallMs()), transaction, changed);
        }

        @Override
        public long changed(Topic topic, Connection transaction) throws SQLException {
            String space = topic instanceof Topic.Key key ? key.space() : ((Topic.Prefix) topic).space();
            for (CommandFamily<?, ?> family : codec.families()) {
                if (family.spaces().contains(space)) {
                    return family.changed(topic, transaction);
                }
            }
            throw new IllegalArgumentException("nobody keeps " + topic);
        }

        @Override
        public void loaded(Connection transaction) throws SQLException {
            for (CommandFamily<?, ?> family : codec.families()) {
                family.loaded(transaction);
            }
        }

        @Override
        public void committed() {
            codec.families().forEach(CommandFamily::committed);
        }
    }
}
