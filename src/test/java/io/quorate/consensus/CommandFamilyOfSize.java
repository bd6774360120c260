package io.quorate.consensus;

import io.quorate.codec.Form;
import io.quorate.store.Topic;
import java.sql.Connection;
import java.util.List;
import java.util.Set;

/** Writes so many bytes. */
record CommandFamilyOfSize(int bytes) implements CommandFamily<CommandFamilyOfSize.Sized, CommandFamily.Result> {
    record Sized() implements Command<CommandFamily.Result> {}

    @Override
    public int tag() {
        return 102;
    }

    @Override
    public Class<Sized> type() {
        return Sized.class;
    }

    @Override
    public Form<Sized> form() {
        return Form.of((command, out) -> out.raw(new byte[bytes]), in -> new Sized());
    }

    @Override
    public Form<Result> results() {
        return Result.FORM;
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
    public Result apply(Sized command, Moment at, Connection transaction, Set<Topic> changed) {
        return Result.DONE;
    }
}
