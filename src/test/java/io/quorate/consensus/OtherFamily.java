package io.quorate.consensus;

import io.quorate.codec.Form;
import io.quorate.store.Topic;
import java.sql.Connection;
import java.util.List;
import java.util.Set;

/** Stands for a version that knows other commands. */
final class OtherFamily implements CommandFamily<OtherFamily.Nothing, CommandFamily.Result> {
    record Nothing() implements Command<CommandFamily.Result> {}

    @Override
    public int tag() {
        return 101;
    }

    @Override
    public Class<Nothing> type() {
        return Nothing.class;
    }

    @Override
    public Form<Nothing> form() {
        return Form.empty(new Nothing());
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
    public Result apply(Nothing command, Moment at, Connection transaction, Set<Topic> changed) {
        return Result.DONE;
    }
}
