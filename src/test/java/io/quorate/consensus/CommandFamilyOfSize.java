package io.quorate.consensus;

import io.quorate.kernel.LogIndex;
import io.quorate.store.Topic;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.sql.Connection;
import java.util.List;
import java.util.Set;

/** Writes so many bytes. */
record CommandFamilyOfSize(int bytes) implements CommandFamily<CommandFamilyOfSize.Sized> {
    record Sized() implements Command {}

    @Override
    public int tag() {
        return 102;
    }

    @Override
    public Class<Sized> type() {
        return Sized.class;
    }

    @Override
    public void encode(Sized command, DataOutput out) throws IOException {
        out.write(new byte[bytes]);
    }

    @Override
    public Sized decode(DataInput in) {
        return new Sized();
    }

    @Override
    public List<String> schema() {
        return List.of();
    }

    @Override
    public List<String> tables() {
        return List.of();
    }

    @Override
    public Result apply(Sized command, LogIndex index, Connection transaction, Set<Topic> changed) {
        return Result.DONE;
    }
}
