package io.quorate.catalog;

import static io.quorate.catalog.CatalogForms.NAME;

import io.quorate.codec.Form;
import io.quorate.codec.In;
import io.quorate.codec.MalformedException;
import io.quorate.codec.Out;
import java.util.List;

/**
 * Commands as they stand in the log: kind, version of that kind, fields. A kind or version that is not known ends the decoding,
 * because guessing would make replicas differ.
 */
final class CatalogCodec {
    private static final int VERSION = 3;

    private static final Form<List<Check>> CHECKS = CatalogForms.CHECK.listOf(CatalogBounds.CHECKS);

    static final Form<CatalogCommand.Register> REGISTER = Form.<CatalogCommand.Register>of(
                    (command, out) -> out.value(command.node(), CatalogForms.NODE)
                            .flag(command.skipNode())
                            .optional(command.service(), CatalogForms.SERVICE)
                            .value(command.checks(), CHECKS),
                    in -> new CatalogCommand.Register(
                            in.value(CatalogForms.NODE),
                            in.flag(),
                            in.optional(CatalogForms.SERVICE),
                            in.value(CHECKS)))
            .version(VERSION, "a command that registers a node");
    private static final Form<CatalogCommand.DeregisterNode> DEREGISTER_NODE = Form.<CatalogCommand.DeregisterNode>of(
                    (command, out) -> out.value(command.name(), NAME),
                    in -> new CatalogCommand.DeregisterNode(in.value(NAME)))
            .version(VERSION, "a command that deregisters a node");
    private static final Form<CatalogCommand.SetCheck> SET_CHECK = Form.<CatalogCommand.SetCheck>of(
                    (command, out) -> out.value(command.node(), NAME).value(command.check(), CatalogForms.CHECK),
                    in -> new CatalogCommand.SetCheck(in.value(NAME), in.value(CatalogForms.CHECK)))
            .version(VERSION, "a command that sets a check");
    private static final Form<CatalogCommand.DeregisterService> DEREGISTER_SERVICE =
            Form.<CatalogCommand.DeregisterService>of(
                            (command, out) -> out.value(command.node(), NAME).value(command.id(), NAME),
                            in -> new CatalogCommand.DeregisterService(in.value(NAME), in.value(NAME)))
                    .version(VERSION, "a command that deregisters a service");
    private static final Form<CatalogCommand.DeregisterCheck> DEREGISTER_CHECK =
            Form.<CatalogCommand.DeregisterCheck>of(
                            (command, out) -> out.value(command.node(), NAME).value(command.id(), NAME),
                            in -> new CatalogCommand.DeregisterCheck(in.value(NAME), in.value(NAME)))
                    .version(VERSION, "a command that deregisters a check");

    static final Form<CatalogCommand> FORM =
            Form.of((command, out) -> command.match(new Written(out)), CatalogCodec::read);

    private CatalogCodec() {}

    /** Each command behind its number, which is never used again for another. */
    private record Written(Out out) implements CatalogCommand.Cases<Out> {
        static final int REGISTERS = 1;
        static final int DEREGISTERS_NODE = 2;
        static final int SETS_CHECK = 3;
        static final int DEREGISTERS_SERVICE = 4;
        static final int DEREGISTERS_CHECK = 5;

        @Override
        public Out register(CatalogCommand.Register command) {
            return out.u8(REGISTERS).value(command, REGISTER);
        }

        @Override
        public Out deregisterNode(CatalogCommand.DeregisterNode command) {
            return out.u8(DEREGISTERS_NODE).value(command, DEREGISTER_NODE);
        }

        @Override
        public Out deregisterService(CatalogCommand.DeregisterService command) {
            return out.u8(DEREGISTERS_SERVICE).value(command, DEREGISTER_SERVICE);
        }

        @Override
        public Out deregisterCheck(CatalogCommand.DeregisterCheck command) {
            return out.u8(DEREGISTERS_CHECK).value(command, DEREGISTER_CHECK);
        }

        @Override
        public Out setCheck(CatalogCommand.SetCheck command) {
            return out.u8(SETS_CHECK).value(command, SET_CHECK);
        }
    }

    private static CatalogCommand read(In in) throws MalformedException {
        int kind = in.u8();
        return switch (kind) {
            case Written.REGISTERS -> in.value(REGISTER);
            case Written.DEREGISTERS_NODE -> in.value(DEREGISTER_NODE);
            case Written.DEREGISTERS_SERVICE -> in.value(DEREGISTER_SERVICE);
            case Written.DEREGISTERS_CHECK -> in.value(DEREGISTER_CHECK);
            case Written.SETS_CHECK -> in.value(SET_CHECK);
            default -> throw new MalformedException("unknown catalog command " + kind);
        };
    }
}
