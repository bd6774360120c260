package io.quorate.consensus;

import io.quorate.codec.In;
import io.quorate.codec.MalformedException;
import io.quorate.codec.Out;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How commands stand in the log: the family's tag, the version of this envelope, the wall time of the leader that proposes, then what the
 * family wrote. Reading is strict,
 * because two servers that understand an entry differently would differ for ever. Immutable.
 */
public final class CommandCodec {
    /** Largest entry. */
    public static final int MAX_BYTES = 4 << 20;

    private static final int VERSION = 3;
    private static final int MAX_TAG = 127;

    private final Map<Integer, CommandFamily<?, ?>> byTag = new HashMap<>();
    private final List<CommandFamily<?, ?>> families;

    /** @throws IllegalArgumentException when a tag is taken twice or is not 1 to 127 */
    public CommandCodec(List<CommandFamily<?, ?>> families) {
        this.families = List.copyOf(families);
        for (CommandFamily<?, ?> family : families) {
            if (family.tag() < 1 || family.tag() > MAX_TAG) {
                throw new IllegalArgumentException("tag must be 1 to 127, not " + family.tag());
            }
            CommandFamily<?, ?> before = byTag.put(family.tag(), family);
            if (before != null) {
                throw new IllegalArgumentException("tag " + family.tag() + " is used by "
                        + before.type().getName() + " and " + family.type().getName());
            }
        }
    }

    /** In the order given. */
    public List<CommandFamily<?, ?>> families() {
        return families;
    }

    /**
     * @param wallMs as {@link Moment#wallMs}
     * @throws IllegalArgumentException when no family knows the command, or one of its parts or all of it is too large
     */
    public byte[] encode(Command<?> command, long wallMs) {
        for (CommandFamily<?, ?> family : families) {
            if (family.type().isInstance(command)) {
                return encode(family, command, wallMs);
            }
        }
        throw new IllegalArgumentException("no family for " + command.getClass().getName());
    }

    private static <C extends Command<R>, R> byte[] encode(
            CommandFamily<C, R> family, Command<?> command, long wallMs) {
        byte[] bytes = new Out()
                .u8(family.tag())
                .u8(VERSION)
                .i64(wallMs)
                .value(family.type().cast(command), family.form())
                .bytes();
        if (bytes.length > MAX_BYTES) {
            throw new IllegalArgumentException("command has " + bytes.length + " bytes, at most " + MAX_BYTES + " fit");
        }
        return bytes;
    }

    /** @throws MalformedException when this version does not know the entry, or not all of it: the node must stop */
    public Decoded<?, ?> decode(byte[] entry) throws MalformedException {
        In in = new In(entry);
        int tag = in.u8();
        CommandFamily<?, ?> family = byTag.get(tag);
        if (family == null) {
            throw new MalformedException("this version does not know commands with tag " + tag);
        }
        int version = in.u8();
        if (version != VERSION) {
            throw new MalformedException(
                    "this version does not know entries of version " + version + ", it knows version " + VERSION);
        }
        return decode(family, in);
    }

    private static <C extends Command<R>, R> Decoded<C, R> decode(CommandFamily<C, R> family, In in)
            throws MalformedException {
        long wallMs = in.i64();
        C command = in.value(family.form());
        if (in.remaining() > 0) {
            throw new MalformedException("this version does not know the last " + in.remaining() + " bytes of a "
                    + command.getClass().getSimpleName());
        }
        return new Decoded<>(family, command, wallMs);
    }

    /**
     * A command with who knows what it means.
     *
     * @param wallMs as {@link Moment#wallMs}
     */
    public record Decoded<C extends Command<R>, R>(CommandFamily<C, R> family, C command, long wallMs) {}
}
