package io.quorate.consensus;

import io.quorate.codec.Form;
import io.quorate.store.Topic;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;

/** Commands of any level, that change nothing. */
public final class LevelledFamily implements CommandFamily<LevelledFamily.Of, CommandFamily.Result> {
    /** @param fails when it is applied, as on a bad disk */
    public record Of(int level, boolean fails) implements Command<CommandFamily.Result> {}

    @Override
    public int tag() {
        return 102;
    }

    @Override
    public Class<Of> type() {
        return Of.class;
    }

    @Override
    public Form<Of> form() {
        return Form.of(
                (command, out) -> out.u8(command.level()).flag(command.fails()), in -> new Of(in.u8(), in.flag()));
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
    public Result apply(Of command, Moment at, Connection transaction, Set<Topic> changed) throws SQLException {
        if (command.fails()) {
            throw new SQLException("no");
        }
        return Result.DONE;
    }
}
