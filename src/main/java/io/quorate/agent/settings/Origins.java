package io.quorate.agent.settings;

import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where the values of settings came from, in the words of a message: the flag, the environment variable, the file. */
record Origins(Flags flags, Variables variables, ConfigFiles files) {
    /** What would be right is said after the origin of what is wrong. */
    private static final Pattern ADVICE = Pattern.compile("\\. (Must|Please) ");

    /** The same refusal with the origin of each value that it is about; of a default there is none. */
    SettingsException named(SettingsException refusal) {
        return refusal.about().isEmpty()
                ? refusal
                : new SettingsException(in(String.valueOf(refusal.getMessage()), refusal.about()));
    }

    /** The message with the origin of the settings in it. */
    String in(String message, List<Setting> about) {
        Set<String> origins = new LinkedHashSet<>();
        about.forEach(setting -> addTo(origins, setting));
        if (origins.isEmpty()) {
            return message;
        }
        String origin = " (" + String.join(", ", origins) + ")";
        Matcher advice = ADVICE.matcher(message);
        int at = advice.find() ? advice.start() : message.length();
        return message.substring(0, at) + origin + message.substring(at);
    }

    private void addTo(Set<String> origins, Setting setting) {
        String variable = variables.names().get(setting);
        if (flags.values().containsKey(setting)) {
            origins.add("-" + setting.flag());
        } else if (variable != null) {
            origins.add(variable);
        } else {
            for (Path file : files.origins(setting)) {
                origins.add("config file " + file);
            }
        }
    }
}
