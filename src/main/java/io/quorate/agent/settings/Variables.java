package io.quorate.agent.settings;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What environment variables say: {@code QUORATE_} and the name of a flag or of a key. Any other variable that begins so is a slip
 * of the pen and refuses the start, as an unknown flag does; every variable that does not begin so belongs to somebody else.
 *
 * @param names the variable that each of the settings was given by
 * @param ignored names of Consul's words that are not served
 */
record Variables(Map<Setting, String> values, Map<Setting, String> names, List<String> ignored) {
    private static final String PREFIX = "QUORATE_";
    /** Heard by the commands that talk to an agent. */
    private static final Set<String> OF_COMMANDS = Set.of("QUORATE_HTTP_ADDR");
    /**
     * What Kubernetes sets for every service whose name begins with {@code quorate}, as {@code quorate-server}. Two of these could be
     * settings ({@code QUORATE_SERVER_PORT}, {@code QUORATE_HTTP_PORT}): of them only the value tells.
     */
    private static final List<Map.Entry<Pattern, Pattern>> SERVICE_LINKS = List.of(
            link("(.+_)?SERVICE_HOST", ".*"),
            link("(.+_)?SERVICE_PORT(_.+)?", "\\d+"),
            link("(.+_)?PORT", "(tcp|udp|sctp)://.*"),
            link("(.+_)?PORT_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?", ".*"));

    private static final Map<String, Setting> BY_NAME = Arrays.stream(Setting.values())
            .flatMap(setting -> setting.environmentVariables().stream().map(name -> Map.entry(name, setting)))
            .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
    /** Consul's word by its variable: a flag with its dash, or a key. */
    private static final Map<String, String> CONSUL = consul();

    /** @throws SettingsException for a variable that nobody knows, an empty one that protects, or two that contradict each other */
    static Variables read(Map<String, String> environment) {
        Map<Setting, String> values = new EnumMap<>(Setting.class);
        Map<Setting, String> names = new EnumMap<>(Setting.class);
        List<String> ignored = new ArrayList<>();
        new TreeMap<>(environment).forEach((name, value) -> {
            if (!isMeantForUs(name) || OF_COMMANDS.contains(name) || isServiceLink(name, value)) {
                return;
            }
            Setting setting = BY_NAME.get(name);
            String word = CONSUL.get(name);
            if (setting != null) {
                take(setting, name, value, values, names);
            } else if (word != null) {
                if (word.startsWith("-")) {
                    ConsulWords.refuseHcl(word.substring(1), value);
                }
                Protection.refuse(word, value);
                if (!value.isBlank()) {
                    ignored.add(name);
                }
            } else {
                throw new SettingsException("environment variable provided but not defined: " + name
                        + Nearest.to(
                                nameOf(name.substring(PREFIX.length())).substring(PREFIX.length()), known(), PREFIX));
            }
        });
        return new Variables(values, names, ignored);
    }

    /** The variable of a flag or of a key. */
    static String nameOf(String flagOrKey) {
        return PREFIX + flagOrKey.toUpperCase(Locale.ROOT).replace('-', '_').replace('.', '_');
    }

    /** In lower case or with the dashes of a flag it says nothing on any system, and whoever set it meant it to. */
    private static boolean isMeantForUs(String name) {
        return name.length() > PREFIX.length()
                && nameOf(name.substring(0, PREFIX.length())).equals(PREFIX + PREFIX);
    }

    /** As properties; a list stays one text. */
    Map<String, Object> properties() {
        Map<String, Object> properties = new LinkedHashMap<>();
        values.forEach((setting, value) -> properties.put(setting.property(), value));
        return properties;
    }

    private static void take(
            Setting setting, String name, String value, Map<Setting, String> values, Map<Setting, String> names) {
        if (value.isBlank()) {
            if (setting.isProtective()) {
                throw new SettingsException(setting.emptyMessage() + " (" + name + ")");
            }
            // An unset variable of a template: it says nothing.
            return;
        }
        if (setting.isNothing(value)) {
            throw new SettingsException(setting.emptyMessage(value) + " (" + name + ")");
        }
        String before = values.put(setting, value);
        String by = names.put(setting, name);
        if (before != null && !before.strip().equals(value.strip())) {
            throw new SettingsException(setting.label() + " is given twice, differently: by " + by + " and by " + name
                    + ". Keep one of them");
        }
    }

    private static boolean isServiceLink(String name, String value) {
        String rest = name.substring(PREFIX.length() - 1);
        return SERVICE_LINKS.stream()
                .anyMatch(link -> link.getKey().matcher(rest).matches()
                        && link.getValue().matcher(value).matches());
    }

    /** The service may be named {@code quorate} itself. */
    private static Map.Entry<Pattern, Pattern> link(String name, String value) {
        return Map.entry(Pattern.compile("_" + name), Pattern.compile(value));
    }

    private static Set<String> known() {
        return BY_NAME.keySet().stream()
                .map(name -> name.substring(PREFIX.length()))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Map<String, String> consul() {
        Map<String, String> words = new TreeMap<>();
        ConsulWords.KEYS.forEach(key -> words.put(nameOf(key), key));
        Protection.words().stream()
                .filter(word -> !word.startsWith("-"))
                .forEach(word -> words.put(nameOf(word), word));
        ConsulWords.SWITCHES.forEach(flag -> words.put(nameOf(flag), "-" + flag));
        ConsulWords.VALUE_FLAGS.forEach(flag -> words.put(nameOf(flag), "-" + flag));
        return words;
    }
}
