package io.quorate.agent.settings;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
        Map<Setting, List<String>> values = new EnumMap<>(Setting.class);
        List<String> files = new ArrayList<>();
        List<String> ignored = new ArrayList<>();
        int at = 0;
        while (at < arguments.size()) {
            String word = arguments.get(at++);
            if (word.length() < 2 || word.charAt(0) != '-' || word.equals("--")) {
                throw new SettingsException("unexpected argument: " + word);
            }
            String body = word.substring(word.startsWith("--") ? 2 : 1);
            int equals = body.indexOf('=');
            String name = equals < 0 ? body : body.substring(0, equals);
            Optional<Setting> setting = Setting.ofFlag(name);
            boolean isSwitch =
                    setting.isPresent() ? setting.get().kind() == Setting.Kind.SWITCH : ConsulWords.isSwitch(name);
            if (setting.isEmpty() && !ConsulWords.isFlag(name)) {
                throw new SettingsException(
                        "flag provided but not defined: -" + name + Nearest.to(name, Nearest.FLAGS, "-"));
            }
            String value;
            if (equals >= 0) {
                value = body.substring(equals + 1);
            } else if (isSwitch) {
                value = "true";
            } else if (at < arguments.size()) {
                value = arguments.get(at++);
            } else {
                throw new SettingsException("flag needs an argument: -" + name);
            }
            if (setting.isEmpty()) {
                ConsulWords.refuseHcl(name, value);
                Protection.refuse("-" + name, value);
                ignored.add("-" + name);
            } else if (setting.get().isNothing(value)) {
                throw new SettingsException(setting.get().emptyMessage(value) + " (-" + name + ")");
            } else if (setting.get() == Setting.CONFIG_FILE || setting.get() == Setting.CONFIG_DIR) {
                files.add(value);
            } else {
                values.computeIfAbsent(setting.get(), any -> new ArrayList<>()).add(value);
            }
        }
        return new Flags(values, files, ignored);
    }

    /** As properties: lists by index, so that a source below does not mix with them. */
    Map<String, Object> properties() {
        return Lists.properties(values);
    }
}
