package io.quorate.consensus.jraft;

import io.quorate.consensus.Command;
import io.quorate.consensus.CommandCodec;
import io.quorate.consensus.CommandFamily;
import io.quorate.consensus.Moment;
import io.quorate.consensus.UsedLevel;
import io.quorate.kernel.LogIndex;
import io.quorate.kernel.Plain;
import io.quorate.store.TableOwner;
import io.quorate.store.Topic;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Joins the store, which knows tables and bytes, to the families, which know what the bytes mean. */
final class FamilyTables implements TableOwner<Object> {
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
    private final UsedLevel used;
    private final int own;

    /** @param own {@link io.quorate.kernel.Level} of this agent */
    FamilyTables(CommandCodec codec, UsedLevel used, int own) {
        this.codec = codec;
        this.used = used;
        this.own = own;
    }

    @Override
    public List<String> schema() {
        return Stream.concat(Stream.of(used.schema()), codec.families().stream().flatMap(f -> f.schema().stream()))
                .toList();
    }

    @Override
    public List<String> tables() {
        return Stream.concat(
                        Stream.of(UsedLevel.TABLE), codec.families().stream().flatMap(f -> f.tables().stream()))
                .toList();
    }

    @Override
    public Object apply(byte[] entry, long index, Connection transaction, Set<Topic> changed) throws SQLException {
        try {
            return apply(codec.decode(entry), index, transaction, changed);
        } catch (IOException e) {
            // Guessing, or skipping it, would make this replica differ in silence.
            throw new UnknownCommandException("entry " + index + " of the log: " + Plain.reason(e), e);
        }
    }

    private <C extends Command<R>, R> R apply(
            CommandCodec.Decoded<C, R> decoded, long index, Connection transaction, Set<Topic> changed)
            throws SQLException {
        used.applied(decoded.command().level(), transaction);
        return decoded.family()
                .apply(decoded.command(), new Moment(new LogIndex(index), decoded.wallMs()), transaction, changed);
    }

    @Override
    public long changed(Topic topic, Connection transaction) throws SQLException {
        String space = topic.match(SPACE);
        for (CommandFamily<?, ?> family : codec.families()) {
            if (family.spaces().contains(space)) {
                return family.changed(topic, transaction);
            }
        }
        throw new IllegalArgumentException("nobody keeps " + topic);
    }

    @Override
    public void loaded(Connection transaction) throws SQLException {
        used.loaded(transaction);
        if (used.value() > own) {
            // Rows may mean what this version cannot know, even where it knows the tables.
            throw new UnknownCommandException(
                    "the state holds what came with level " + used.value() + ", this version has level " + own);
        }
        for (CommandFamily<?, ?> family : codec.families()) {
            family.loaded(transaction);
        }
    }

    @Override
    public void committed() {
        used.committed();
        codec.families().forEach(CommandFamily::committed);
    }
}
