package io.quorate.kernel;

import java.nio.charset.StandardCharsets;

/** Name of an agent, unique in its datacenter: 1 to 128 bytes without white space, control characters or slashes. */
public record NodeName(String value) implements Comparable<NodeName> {
    public static final int MAX_BYTES = 128;

    public NodeName {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        int bytes = utf8.length;
        // Half a surrogate pair is no character: written and read again it would be another name.
        boolean whole = new String(utf8, StandardCharsets.UTF_8).equals(value);
        boolean clean = whole
                && value.chars()
                        .noneMatch(
                                c -> Character.isWhitespace(c) || Character.isISOControl(c) || c == '/' || c == '\\');
        if (bytes == 0 || bytes > MAX_BYTES || !clean) {
            throw new IllegalArgumentException("node name must have 1 to 128 bytes, without white space, control"
                    + " characters or slashes: \"" + value + "\"");
        }
    }

    @Override
    public int compareTo(NodeName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
