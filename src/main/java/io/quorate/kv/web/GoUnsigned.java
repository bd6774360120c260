package io.quorate.kv.web;

import io.quorate.http.RefusedException;

/** Numbers of 64 bits without a sign as Go reads them, and refuses them: 500 with its words, as from Consul. */
final class GoUnsigned {
    private static final int MOST_DIGITS = 20;

    private GoUnsigned() {}

    /**
     * The number's bits.
     *
     * @throws RefusedException when it is none
     */
    static long parse(String text) {
        if (text.isEmpty() || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw refused(text, "invalid syntax");
        }
        String digits = text.replaceFirst("^0+(?=.)", "");
        try {
            if (digits.length() <= MOST_DIGITS) {
                return Long.parseUnsignedLong(digits);
            }
        } catch (NumberFormatException e) {
            throw refused(text, "value out of range");
        }
        throw refused(text, "value out of range");
    }

    private static RefusedException refused(String text, String why) {
        return new RefusedException(
                "strconv.ParseUint: parsing \"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\": " + why);
    }
}
