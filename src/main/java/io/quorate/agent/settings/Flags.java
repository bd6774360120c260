package io.quorate.agent.settings;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads flags as Go's flag package does, since they are Consul's: one dash or two, {@code =} or a space, a switch without a
 * value means true and never takes the next word.
 *
 * @param values in the order given; the last one counts where only one is meant
 * @param files what {@code -config-file} and {@code -config-dir} named, in the order given
 * @param ignored flags of Consul that are not served, as given
 */
record Flags(Map<Setting, List<String>> values, List<String> files, List<String> ignored) {

    /** @throws SettingsException for a flag that nobody knows, one without its value, or a word that is no flag */
    static Flags parse(List<String> arguments) {
        Flags flags = new Flags(new EnumMap<>(Setting.class), new ArrayList<>(), new ArrayList<>());
        Iterator<String> words = arguments.iterator();
        while (words.hasNext()) {
            String word = words.next();
            if (word.length() < 2 || word.charAt(0) != '-' || word.equals("--")) {
                throw new SettingsException("unexpected argument: " + word);
            }
            String body = word.substring(word.startsWith("--") ? 2 : 1);
            int equals = body.indexOf('=');
            String name = equals < 0 ? body : body.substring(0, equals);
            Setting setting = Setting.ofFlag(name).orElse(null);
            if (setting == null && !ConsulWords.isFlag(name)) {
                throw new SettingsException(
                        "flag provided but not defined: -" + name + Nearest.to(name, Nearest.FLAGS, "-"));
            }
            flags.take(name, setting, equals < 0 ? valueOf(name, setting, words) : body.substring(equals + 1));
        }
        return flags;
    }

    /** Of a flag without {@code =}: a switch stands for itself, any other takes the next word. */
    private static String valueOf(String name, @Nullable Setting setting, Iterator<String> words) {
        boolean isSwitch = setting == null ? ConsulWords.isSwitch(name) : setting.kind() == Setting.Kind.SWITCH;
        if (isSwitch) {
            return "true";
        } else if (!words.hasNext()) {
            throw new SettingsException("flag needs an argument: -" + name);
        }
        return words.next();
    }

    private void take(String name, @Nullable Setting setting, String value) {
        if (setting == null) {
            ConsulWords.refuseHcl(name, value);
            Protection.refuse("-" + name, value);
            ignored.add("-" + name);
        } else if (setting.isNothing(value)) {
            throw new SettingsException(setting.emptyMessage(value) + " (-" + name + ")");
        } else if (setting == Setting.CONFIG_FILE || setting == Setting.CONFIG_DIR) {
            files.add(value);
        } else {
            values.computeIfAbsent(setting, any -> new ArrayList<>()).add(value);
        }
    }

    /** As properties: lists by index, so that a source below does not mix with them. */
    Map<String, Object> properties() {
        return Lists.properties(values);
    }
}
