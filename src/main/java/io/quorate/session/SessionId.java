package io.quorate.session;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;

/** Reads ids of sessions just as Consul does, which takes hyphens anywhere and says what is wrong in words that clients have seen. */
public final class SessionId {
    private static final int LENGTH = 36;
    private static final int MOST_HYPHENS = 4;
    private static final int BYTES = 16;

    private SessionId() {}

    /**
     * Empty for what Consul takes for an id that no session has.
     *
     * @throws IllegalArgumentException in Consul's words: {@code UUID must be 36 characters}
     */
    public static Optional<UUID> parse(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        if (utf8.length != LENGTH) {
            throw new IllegalArgumentException("UUID must be 36 characters");
        }
        long hyphens = text.chars().filter(c -> c == '-').count();
        if (hyphens > MOST_HYPHENS) {
            throw new IllegalArgumentException("UUID should have maximum of 4 \"-\"; got " + hyphens);
        }
        if ((LENGTH - hyphens) % 2 != 0) {
            throw new IllegalArgumentException("Input (without hyphens) must be even length");
        }
        for (byte each : utf8) {
            int character = each & 0xff;
            if (character != '-' && !HexFormat.isHexDigit(character)) {
                throw new IllegalArgumentException("Invalid UUID: encoding/hex: invalid byte: "
                        + String.format("U+%04X '%c'", character, (char) character));
            }
        }
        ByteBuffer id = ByteBuffer.wrap(HexFormat.of().parseHex(text.replace("-", "")));
        return id.remaining() == BYTES ? Optional.of(new UUID(id.getLong(), id.getLong())) : Optional.empty();
    }
}
