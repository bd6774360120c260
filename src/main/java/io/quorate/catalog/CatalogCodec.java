package io.quorate.catalog;

import io.quorate.codec.Form;
import io.quorate.codec.In;
import io.quorate.codec.MalformedException;
import io.quorate.codec.Out;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * Commands as they stand in the log: kind, version of that kind, fields. A kind or version that is not known ends the decoding,
 * because guessing would make replicas differ.
 */
final class CatalogCodec {
    private static final int VERSION = 2;
    private static final int MAX_CHECKS = 4096;
    /** As many bytes as a column of the database holds: a committed command that does not fit would stop every server. */
    private static final int MAX_COLUMN = 1024 * 1024;

    /** Also as one column holds it. */
    private static final Form<SortedMap<String, String>> MAP = Form.<SortedMap<String, String>>of(
                    (map, out) -> out.map(map), In::map)
            .within(MAX_COLUMN);

    private static final Form<Check> CHECK = Form.of(
            (check, out) -> out.text(check.id())
                    .text(check.name())
                    .text(check.status())
                    .text(check.notes())
                    .text(check.output()),
            in -> new Check(in.text(), in.text(), in.text(), in.text(), in.text()));
    private static final Form<List<Check>> CHECKS = CHECK.listOf(MAX_CHECKS);

    private static final Form<Node> NODE = Form.of(
            (node, out) -> out.text(node.name())
                    .text(node.id())
                    .text(node.address())
                    .optional(node.taggedAddresses(), MAP)
                    .optional(node.meta(), MAP),
            in -> new Node(in.text(), in.text(), in.text(), in.optional(MAP), in.optional(MAP)));

    private static final Form<CatalogCommand.RegisterNode> REGISTER_NODE = Form.<CatalogCommand.RegisterNode>of(
                    (command, out) -> out.value(command.node(), NODE).value(command.checks(), CHECKS),
                    in -> new CatalogCommand.RegisterNode(in.value(NODE), in.value(CHECKS)))
            .version(VERSION, "a command that registers a node");
    private static final Form<CatalogCommand.DeregisterNode> DEREGISTER_NODE = Form.<CatalogCommand.DeregisterNode>of(
                    (command, out) -> out.text(command.name()), in -> new CatalogCommand.DeregisterNode(in.text()))
            .version(VERSION, "a command that deregisters a node");
    private static final Form<CatalogCommand.SetCheck> SET_CHECK = Form.<CatalogCommand.SetCheck>of(
                    (command, out) -> out.text(command.node()).value(command.check(), CHECK),
                    in -> new CatalogCommand.SetCheck(in.text(), in.value(CHECK)))
            .version(VERSION, "a command that sets a check");

    static final Form<CatalogCommand> FORM =
            Form.of((command, out) -> command.match(new Written(out)), CatalogCodec::read);

    private CatalogCodec() {}

    /** Each command behind its number, which is never used again for another. */
    private record Written(Out out) implements CatalogCommand.Cases<Out> {
        static final int REGISTERS_NODE = 1;
        static final int DEREGISTERS_NODE = 2;
        static final int SETS_CHECK = 3;

        @Override
        public Out registerNode(CatalogCommand.RegisterNode command) {
            return out.u8(REGISTERS_NODE).value(command, REGISTER_NODE);
        }

        @Override
        public Out deregisterNode(CatalogCommand.DeregisterNode command) {
            return out.u8(DEREGISTERS_NODE).value(command, DEREGISTER_NODE);
        }

        @Override
        public Out setCheck(CatalogCommand.SetCheck command) {
            return out.u8(SETS_CHECK).value(command, SET_CHECK);
        }
    }

    private static CatalogCommand read(In in) throws MalformedException {
        int kind = in.u8();
        return switch (kind) {
            case Written.REGISTERS_NODE -> in.value(REGISTER_NODE);
            case Written.DEREGISTERS_NODE -> in.value(DEREGISTER_NODE);
            case Written.SETS_CHECK -> in.value(SET_CHECK);
            default -> throw new MalformedException("unknown catalog command " + kind);
        };
    }

    /** A map as one column holds it; absent stays absent. */
    static byte @Nullable [] column(@Nullable SortedMap<String, String> map) {
        return map == null ? null : MAP.bytes(map);
    }

    static @Nullable SortedMap<String, String> fromColumn(byte @Nullable [] column) {
        if (column == null) {
            return null;
        }
        try {
            return MAP.of(column);
        } catch (MalformedException e) {
            throw new UncheckedIOException("damaged row", e);
        }
    }
}
