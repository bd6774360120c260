package io.quorate.kernel;

import java.util.Locale;
import java.util.regex.Pattern;

/** Name of a datacenter: letters, in lower case however they are given, digits, dash and underscore. */
public record Datacenter(String value) {
    public static final int MAX_BYTES = 64;
    private static final Pattern ALLOWED = Pattern.compile("[a-z0-9_-]{1," + MAX_BYTES + "}");

    public Datacenter {
        String given = value;
        value = given.toLowerCase(Locale.ROOT);
        if (!ALLOWED.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "datacenter cannot be \"" + given + "\". Please use only [a-z0-9-_], at most 64 of them");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
