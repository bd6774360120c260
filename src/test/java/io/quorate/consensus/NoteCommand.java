package io.quorate.consensus;

import io.quorate.codec.Form;
import io.quorate.codec.MalformedException;
import io.quorate.store.Topic;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/** A family for tests: notes by name. */
sealed interface NoteCommand extends Command<CommandFamily.Result> {
    record Write(String name, String text) implements NoteCommand {}

    /** What came with the second level. */
    record Shout(String name, String text) implements NoteCommand {
        @Override
        public int level() {
            return 2;
        }
    }

    /** A failure of this machine, made at will. */
    record Break() implements NoteCommand {}

    final class Family implements CommandFamily<NoteCommand, CommandFamily.Result> {
        private final boolean breaks;
        private final int knows;
        private volatile CountDownLatch gate = new CountDownLatch(0);

        Family(boolean breaks) {
            this(breaks, 2);
        }

        private Family(boolean breaks, int knows) {
            this.breaks = breaks;
            this.knows = knows;
        }

        /** As a version has it that knows nothing of the second level. */
        static Family old() {
            return new Family(false, 1);
        }

        Family() {
            this(false);
        }

        /** Whoever applies a note waits until {@link #release}: a state machine that hangs. */
        void hold() {
            gate = new CountDownLatch(1);
        }

        void release() {
            gate.countDown();
        }

        @Override
        public int tag() {
            return 100;
        }

        @Override
        public Class<NoteCommand> type() {
            return NoteCommand.class;
        }

        @Override
        public Form<NoteCommand> form() {
            return Form.of(
                    (command, out) -> {
                        if (command instanceof Write write) {
                            out.u8(1).text(write.name()).text(write.text());
                        } else if (command instanceof Shout shout) {
                            out.u8(3).text(shout.name()).text(shout.text());
                        } else {
                            out.u8(2);
                        }
                    },
                    in -> {
                        int kind = in.u8();
                        if (kind == 3 && knows >= 2) {
                            return new Shout(in.text(), in.text());
                        }
                        return switch (kind) {
                            case 1 -> new Write(in.text(), in.text());
                            case 2 -> new Break();
                            default -> throw new MalformedException("unknown note " + kind);
                        };
                    });
        }

        @Override
        public Form<Result> results() {
            return Result.FORM;
        }

        @Override
        public List<String> schema() {
            return List.of(
                    "CREATE TABLE IF NOT EXISTS notes (name VARCHAR(200) PRIMARY KEY, text VARCHAR, at_index BIGINT)");
        }

        @Override
        public List<String> tables() {
            return List.of("notes");
        }

        @Override
        public Result apply(NoteCommand command, Moment at, Connection transaction, Set<Topic> changed)
                throws SQLException {
            if (command instanceof Shout shout) {
                String loud = shout.text().toUpperCase(Locale.ROOT);
                return apply(new Write(shout.name(), loud), at, transaction, changed);
            }
            if (!(command instanceof Write write)) {
                if (breaks) {
                    throw new SQLException("this disk is broken");
                }
                return Result.DONE;
            }
            try {
                gate.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            try (PreparedStatement merge = transaction.prepareStatement(
                    "MERGE INTO notes (name, text, at_index) KEY (name) VALUES (?, ?, ?)")) {
                merge.setString(1, write.name());
                merge.setString(2, write.text());
                merge.setLong(3, at.index().value());
                merge.executeUpdate();
            }
            changed.add(Topic.key("notes", write.name()));
            return new Result(true, write.text());
        }
    }
}
