package io.quorate.consensus.jraft;

import io.quorate.consensus.Command;
import io.quorate.consensus.CommandCodec;
import io.quorate.consensus.CommandFamily;
import io.quorate.consensus.KnownServers;
import io.quorate.kernel.LogIndex;
import io.quorate.kernel.Plain;
import io.quorate.store.TableOwner;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;

/** Joins the store, which knows tables and bytes, to the families, which know what the bytes mean. */
final class FamilyTables implements TableOwner<CommandFamily.Result> {
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
    public CommandFamily.Result apply(byte[] entry, long index, Connection transaction, Set<String> changed)
            throws SQLException {
        try {
            return apply(codec.decode(entry), index, transaction, changed);
        } catch (IOException e) {
            // Guessing, or skipping it, would make this replica differ in silence.
            throw new UnknownCommandException("entry " + index + " of the log: " + Plain.reason(e), e);
        }
    }

    private static <C extends Command> CommandFamily.Result apply(
            CommandCodec.Decoded<C> decoded, long index, Connection transaction, Set<String> changed)
            throws SQLException {
        return decoded.family().apply(decoded.command(), new LogIndex(index), transaction, changed);
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
