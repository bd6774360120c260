package io.quorate.consensus;

import io.quorate.kernel.Plain;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How commands stand in the log: the family's tag, the version of this envelope, then what the family wrote. Reading is strict,
 * because two servers that understand an entry differently would differ for ever. Immutable.
 */
public final class CommandCodec {
    /** Largest entry. */
    public static final int MAX_BYTES = 4 << 20;

    private static final int VERSION = 1;
    private static final int HEAD = 2;
    private static final int MAX_TAG = 127;

    private final Map<Integer, CommandFamily<?>> byTag = new HashMap<>();
    private final List<CommandFamily<?>> families;

    /** @throws IllegalArgumentException when a tag is taken twice or is not 1 to 127 */
    public CommandCodec(List<CommandFamily<?>> families) {
        this.families = List.copyOf(families);
        for (CommandFamily<?> family : families) {
            if (family.tag() < 1 || family.tag() > MAX_TAG) {
                throw new IllegalArgumentException("tag must be 1 to 127, not " + family.tag());
            }
            CommandFamily<?> before = byTag.put(family.tag(), family);
            if (before != null) {
                throw new IllegalArgumentException("tag " + family.tag() + " is used by "
                        + before.type().getName() + " and " + family.type().getName());
            }
        }
    }

    /** In the order given. */
    public List<CommandFamily<?>> families() {
        return families;
    }

    /** @throws IllegalArgumentException when no family knows the command, or it has more than {@link #MAX_BYTES} */
    public byte[] encode(Command command) {
        for (CommandFamily<?> family : families) {
            if (family.type().isInstance(command)) {
                return encode(family, command);
            }
        }
        throw new IllegalArgumentException("no family for " + command.getClass().getName());
    }

    private static <C extends Command> byte[] encode(CommandFamily<C> family, Command command) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(family.tag());
            out.writeByte(VERSION);
            family.encode(family.type().cast(command), out);
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot be encoded: " + Plain.reason(e), e);
        }
        if (bytes.size() > MAX_BYTES) {
            throw new IllegalArgumentException("command has " + bytes.size() + " bytes, at most " + MAX_BYTES + " fit");
        }
        return bytes.toByteArray();
    }

    /** @throws IOException when this version does not know the entry, or not all of it: the node must stop */
    public Decoded<?> decode(byte[] entry) throws IOException {
        if (entry.length < HEAD) {
            throw new IOException("entry of " + entry.length + " bytes");
        }
        CommandFamily<?> family = byTag.get((int) entry[0]);
        if (family == null) {
            throw new IOException("this version does not know commands with tag " + entry[0]);
        }
        if (entry[1] != VERSION) {
            throw new IOException("this version does not know entries of version " + entry[1]);
        }
        return decode(family, entry);
    }

    private static <C extends Command> Decoded<C> decode(CommandFamily<C> family, byte[] entry) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(entry, HEAD, entry.length - HEAD));
        C command = family.decode(in);
        if (in.available() > 0) {
            throw new IOException("this version does not know the last " + in.available() + " bytes of a "
                    + command.getClass().getSimpleName());
        }
        return new Decoded<>(family, command);
    }

    /** A command with who knows what it means. */
    public record Decoded<C extends Command>(CommandFamily<C> family, C command) {}
}
