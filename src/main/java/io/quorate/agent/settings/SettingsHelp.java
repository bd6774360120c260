package io.quorate.agent.settings;

import java.util.Locale;

/** The help of the agent's flags, from the same table that reads them. */
public final class SettingsHelp {
    private static final int WIDTH = 100;
    private static final int INDENT = 8;

    private SettingsHelp() {}

    /** One entry for each flag, at most 100 columns wide. */
    public static String text() {
        StringBuilder text = new StringBuilder();
        for (Setting setting : Setting.values()) {
            if (setting.flag().indexOf('.') >= 0 || setting == Setting.STOP_WITH_STDIN) {
                continue;
            }
            text.append("  -").append(setting.flag());
            if (setting.kind() != Setting.Kind.SWITCH) {
                text.append('=').append('<').append(word(setting)).append('>');
            }
            text.append('\n');
            wrap(text, setting.help() + " (default: " + setting.fallback() + ")");
        }
        return text.toString();
    }

    private static String word(Setting setting) {
        return switch (setting.kind()) {
            case PAIRS -> "key:value";
            case LIST -> setting == Setting.CONFIG_FILE || setting == Setting.CONFIG_DIR ? "path" : "a,b,...";
            case TEXT -> "value";
            case NUMBER, DURATION, SWITCH -> setting.kind().name().toLowerCase(Locale.ROOT);
        };
    }

    private static void wrap(StringBuilder text, String sentence) {
        int column = 0;
        for (String word : sentence.split(" ", -1)) {
            if (column == 0 || column + 1 + word.length() > WIDTH) {
                text.append(column == 0 ? "" : "\n").append(" ".repeat(INDENT)).append(word);
                column = INDENT + word.length();
            } else {
                text.append(' ').append(word);
                column += 1 + word.length();
            }
        }
        text.append('\n');
    }
}
