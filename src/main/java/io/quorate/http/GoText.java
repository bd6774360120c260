package io.quorate.http;

/** Texts as Go writes them into its messages. */
final class GoText {
    private GoText() {}

    /** In double quotes, as {@code %q}: what is not printable is escaped. */
    static String quoted(String text) {
        StringBuilder out = new StringBuilder(text.length() + 2).append('"');
        text.codePoints().forEach(c -> {
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case 7 -> out.append("\\a");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case 11 -> out.append("\\v");
                default -> {
                    String one = Character.toString(c);
                    if (RequestPath.isPrintable(one)) {
                        out.append(one);
                    } else if (c < 0x80) {
                        out.append(String.format("\\x%02x", c));
                    } else {
                        out.append(String.format(c < 0x10000 ? "\\u%04x" : "\\U%08x", c));
                    }
                }
            }
        });
        return out.append('"').toString();
    }
}
