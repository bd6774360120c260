package io.quorate.kernel;

import java.util.Locale;
import java.util.regex.Pattern;

/** Name of a datacenter: lower case letters, digits, dash and underscore. */
public record Datacenter(String value) {
    private static final Pattern ALLOWED = Pattern.compile("[a-z0-9_-]{1,64}");

    public Datacenter {
        value = value.toLowerCase(Locale.ROOT);
        if (!ALLOWED.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "datacenter cannot be \"" + value + "\". Please use only [a-z0-9-_], at most 64 of them");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
