package io.quorate.session;

import io.quorate.codec.Form;
import io.quorate.codec.In;
import io.quorate.codec.MalformedException;
import io.quorate.codec.Out;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Sessions as they are stored and travel, and commands as they stand in the log: kind, version of that kind, fields. A kind or version
 * that is not known ends the decoding, because guessing would make replicas differ.
 */
final class SessionForms {
    private static final int VERSION = 1;
    /** Of each kind. With the longest ids they fit into one column of the database: a command that did not would stop every server. */
    static final int MAX_CHECKS = 128;
    /** Bytes of a check's id, or a node's name. */
    static final int MAX_NAME = 1024;
    /** Bytes of what the asker calls it. */
    static final int MAX_TEXT = 16 * 1024;

    static final int MAX_TTL = 128;

    static final Form<UUID> ID = Form.of((id, out) -> out.uuid(id), In::uuid);

    private static final Form<Session.Behavior> BEHAVIOR =
            Form.coded(Session.Behavior.values(), Session.Behavior::code);
    private static final Form<List<String>> NAMES = Form.<String>of(
                    (name, out) -> out.text(name, MAX_NAME), in -> in.text(MAX_NAME))
            .listOf(MAX_CHECKS);
    private static final Form<List<Session.ServiceCheck>> SERVICE_CHECKS = Form.<Session.ServiceCheck>of(
                    (check, out) -> out.text(check.id(), MAX_NAME).text(check.namespace(), MAX_NAME),
                    in -> new Session.ServiceCheck(in.text(MAX_NAME), in.text(MAX_NAME)))
            .listOf(MAX_CHECKS);

    /** What was asked for, without an id. */
    static final Form<Session> SESSION = Form.of(
            (session, out) -> out.uuid(session.id())
                    .text(session.name(), MAX_TEXT)
                    .text(session.node(), MAX_NAME)
                    .i64(session.lockDelay().toNanos())
                    .value(session.behavior(), BEHAVIOR)
                    .text(session.ttl(), MAX_TTL)
                    .i64(session.life().toNanos())
                    .optional(session.nodeChecks(), NAMES)
                    .optional(session.serviceChecks(), SERVICE_CHECKS),
            in -> new Session(
                    in.uuid(),
                    in.text(MAX_TEXT),
                    in.text(MAX_NAME),
                    lockDelay(in),
                    in.value(BEHAVIOR),
                    in.text(MAX_TTL),
                    Duration.ofNanos(in.i64()),
                    in.optional(NAMES),
                    in.optional(SERVICE_CHECKS)));

    static final Form<SessionRow> ROW = Form.of(
            (row, out) -> out.value(row.session(), SESSION)
                    .text(row.holder())
                    .i64(row.createIndex())
                    .i64(row.sinceMs()),
            in -> new SessionRow(in.value(SESSION), in.text(), in.i64(), in.i64()));

    private static final Form<SessionCommand.Create> CREATE = Form.<SessionCommand.Create>of(
                    (command, out) -> out.value(command.session(), SESSION),
                    in -> new SessionCommand.Create(in.value(SESSION)))
            .version(VERSION, "a command that creates a session");
    private static final Form<SessionCommand.Destroy> DESTROY = Form.<SessionCommand.Destroy>of(
                    (command, out) -> out.uuid(command.id()), in -> new SessionCommand.Destroy(in.uuid()))
            .version(VERSION, "a command that destroys a session");
    private static final Form<SessionCommand.Expire> EXPIRE = Form.<SessionCommand.Expire>of(
                    (command, out) -> out.uuid(command.id()).uuid(command.reign()),
                    in -> new SessionCommand.Expire(in.uuid(), in.uuid()))
            .version(VERSION, "a command that ends an expired session");
    private static final Form<SessionCommand.Reign> REIGN = Form.<SessionCommand.Reign>of(
                    (command, out) -> out.uuid(command.reign()), in -> new SessionCommand.Reign(in.uuid()))
            .version(VERSION, "a command that says who counts sessions' time");

    static final Form<SessionCommand> COMMAND =
            Form.of((command, out) -> command.match(new Written(out)), SessionForms::read);

    private SessionForms() {}

    /** Never negative: whoever asks for that is refused before. */
    private static Duration lockDelay(In in) throws MalformedException {
        long nanos = in.i64();
        if (nanos < 0) {
            throw new MalformedException("a negative lock delay");
        }
        return Duration.ofNanos(nanos);
    }

    /** Each command behind its number, which is never used again for another. */
    private record Written(Out out) implements SessionCommand.Cases<Out> {
        static final int CREATES = 1;
        static final int DESTROYS = 2;
        static final int EXPIRES = 3;
        static final int REIGNS = 4;

        @Override
        public Out create(SessionCommand.Create command) {
            return out.u8(CREATES).value(command, CREATE);
        }

        @Override
        public Out destroy(SessionCommand.Destroy command) {
            return out.u8(DESTROYS).value(command, DESTROY);
        }

        @Override
        public Out expire(SessionCommand.Expire command) {
            return out.u8(EXPIRES).value(command, EXPIRE);
        }

        @Override
        public Out reign(SessionCommand.Reign command) {
            return out.u8(REIGNS).value(command, REIGN);
        }
    }

    private static SessionCommand read(In in) throws MalformedException {
        int kind = in.u8();
        return switch (kind) {
            case Written.CREATES -> in.value(CREATE);
            case Written.DESTROYS -> in.value(DESTROY);
            case Written.EXPIRES -> in.value(EXPIRE);
            case Written.REIGNS -> in.value(REIGN);
            default -> throw new MalformedException("unknown session command " + kind);
        };
    }

    /** A session as one column holds it. */
    static byte[] column(Session session) {
        return SESSION.bytes(session);
    }

    static Session fromColumn(byte @Nullable [] column) {
        try {
            return SESSION.of(column == null ? new byte[0] : column);
        } catch (MalformedException e) {
            throw new UncheckedIOException("damaged row", e);
        }
    }
}
