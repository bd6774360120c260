package io.quorate.consensus.jraft;

import io.quorate.consensus.Command;
import io.quorate.consensus.CommandCodec;
import io.quorate.consensus.CommandFamily;
import io.quorate.consensus.KnownServers;
import io.quorate.kernel.LogIndex;
import io.quorate.kernel.Plain;
import io.quorate.store.TableOwner;
import io.quorate.store.Topic;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;

/** Joins the store, which knows tables and bytes, to the families, which know what the bytes mean. */
final class FamilyTables implements TableOwner<CommandFamily.Result> {
    private static final Topic.Cases<String> SPACE = new Topic.Cases<>() {
        @Override
        public String whole(Topic.Whole topic) {
            throw new IllegalArgumentException(topic + " is the store's to know");
        }

        @Override
        public String key(Topic.Key topic) {
            return topic.space();
        }

        @Override
        public String prefix(Topic.Prefix topic) {
            return topic.space();
        }
    };

    private final CommandCodec codec;
    private final KnownServers known;

    FamilyTables(CommandCodec codec, KnownServers known) {
        this.codec = codec;
        this.known = known;
    }

    @Override
    public List<String> schema() {
        return codec.families().stream().flatMap(f -> f.schema().stream()).toList();
    }

    @Override
    public List<String> tables() {
        return codec.families().stream().flatMap(f -> f.tables().stream()).toList();
    }

    @Override
    public CommandFamily.Result apply(byte[] entry, long index, Connection transaction, Set<Topic> changed)
            throws SQLException {
        try {
            return apply(codec.decode(entry), index, transaction, changed);
        } catch (IOException e) {
            // Guessing, or skipping it, would make this replica differ in silence.
            throw new UnknownCommandException("entry " + index + " of the log: " + Plain.reason(e), e);
        }
    }

    private static <C extends Command> CommandFamily.Result apply(
            CommandCodec.Decoded<C> decoded, long index, Connection transaction, Set<Topic> changed)
            throws SQLException {
        return decoded.family().apply(decoded.command(), new LogIndex(index), transaction, changed);
    }

    @Override
    public long changed(Topic topic, Connection transaction) throws SQLException {
        String space = topic.match(SPACE);
        for (CommandFamily<?> family : codec.families()) {
            if (family.spaces().contains(space)) {
                return family.changed(topic, transaction);
            }
        }
        throw new IllegalArgumentException("nobody keeps " + topic);
    }

    @Override
    public void loaded(Connection transaction) throws SQLException {
        known.load(transaction);
    }

    @Override
    public void committed() {
        known.publish();
    }
}
