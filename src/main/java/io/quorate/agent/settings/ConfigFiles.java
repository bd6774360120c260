package io.quorate.agent.settings;

import io.quorate.http.JsonMistake;
import io.quorate.kernel.Plain;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Configuration files with Consul's keys: merged in the order given, later wins, lists are joined. */
final class ConfigFiles {
    private static final int MAX_BYTES = 1 << 20;
    private static final int MAX_FILES = 1000;
    /** Keys whose members are settings of their own. */
    private static final Set<String> GROUPS = Set.of("ports", "performance", "gossip_lan");

    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private final JsonMapper json = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private final Map<Setting, List<String>> values = new EnumMap<>(Setting.class);
    private final Map<Setting, List<Path>> origins = new EnumMap<>(Setting.class);
    private final Set<String> ignored = new LinkedHashSet<>();

    /**
     * A file, or a directory whose {@code *.json} are read in alphabetical order.
     *
     * @throws SettingsException when it cannot be read, is HCL or not JSON, or has a key that nobody knows
     */
    void add(String name) {
        Path path;
        try {
            path = Path.of(name);
        } catch (InvalidPathException e) {
            throw new SettingsException("config file \"" + name + "\" is not a path: " + e.getReason());
        }
        if (Files.isDirectory(path)) {
            inFolder(path).forEach(this::addFile);
        } else {
            addFile(path);
        }
    }

    /** Keys of Consul that are not served, each once. */
    Set<String> ignored() {
        return ignored;
    }

    /** The last file that had it, of a list all of them; none when it stood in no file. */
    List<Path> origins(Setting setting) {
        return origins.getOrDefault(setting, List.of());
    }

    Map<String, Object> properties() {
        return Lists.properties(values);
    }

    private static List<Path> inFolder(Path folder) {
        try (Stream<Path> all = Files.list(folder)) {
            List<Path> files = all.filter(p -> isNamed(p, ".json") || isNamed(p, ".hcl"))
                    // What an editor or a mounted volume leaves behind: a copy of a file that is there, or was.
                    .filter(p -> !p.getFileName().toString().startsWith("."))
                    .filter(p -> !Files.isDirectory(p))
                    .sorted()
                    .limit(MAX_FILES + 1L)
                    .toList();
            if (files.size() > MAX_FILES) {
                throw new SettingsException("-config-dir " + folder + " holds more than " + MAX_FILES + " files");
            }
            return files;
        } catch (IOException e) {
            throw new SettingsException("-config-dir " + folder + " cannot be read: " + reason(folder, e));
        }
    }

    private static boolean isNamed(Path path, String ending) {
        return path.toString().toLowerCase(Locale.ROOT).endsWith(ending);
    }

    private static String reason(Path path, IOException e) {
        if (e instanceof NoSuchFileException) {
            return Files.isSymbolicLink(path)
                    ? "it is a symbolic link to a file that does not exist"
                    : "it does not exist";
        } else if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        return Plain.reasonBeside(path, e);
    }

    private void addFile(Path file) {
        if (isNamed(file, ".hcl")) {
            throw new SettingsException("config file " + file + ": HCL is not supported, only JSON");
        }
        JsonNode root = read(file);
        if (!root.isObject()) {
            throw new SettingsException("config file " + file + " is not a JSON object: it must begin with {");
        }
        Map<Setting, List<String>> own = new LinkedHashMap<>();
        root.properties().forEach(entry -> addKey(file, own, "", entry.getKey(), entry.getValue()));
        own.forEach((setting, given) -> {
            if (setting.isMany()) {
                origins.computeIfAbsent(setting, any -> new ArrayList<>()).add(file);
                values.computeIfAbsent(setting, any -> new ArrayList<>()).addAll(given);
            } else {
                origins.put(setting, List.of(file));
                values.put(setting, given);
            }
        });
    }

    private JsonNode read(Path file) {
        String text = text(file);
        try {
            return json.readTree(text);
        } catch (JacksonException e) {
            boolean other = !text.stripLeading().startsWith("{");
            throw new SettingsException("config file " + file + " is not JSON: " + JsonMistake.in(text, e)
                    + (other ? ". HCL is not supported" : ""));
        }
    }

    private static String text(Path file) {
        byte[] bytes;
        // To open a pipe that nobody writes to waits for ever, and a reload would with it.
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new SettingsException("config file " + file + " cannot be read: it is "
                    + (Files.isDirectory(file) ? "a directory" : "a pipe or a device, not a regular file"));
        }
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_BYTES + 1);
        } catch (IOException e) {
            throw new SettingsException("config file " + file + " cannot be read: " + reason(file, e));
        }
        if (bytes.length > MAX_BYTES) {
            throw new SettingsException("config file " + file + " has more than " + MAX_BYTES + " bytes");
        }
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new SettingsException("config file " + file + " cannot be read: it is not UTF-8");
        }
        if (text.indexOf('\0') >= 0) {
            throw new SettingsException(
                    "config file " + file + " cannot be read: it is not UTF-8, but perhaps UTF-16 or no text");
        }
        text = text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
        if (text.isBlank()) {
            throw new SettingsException("config file " + file + " is empty");
        }
        return text;
    }

    private void addKey(Path file, Map<Setting, List<String>> own, String group, String name, JsonNode value) {
        String key = group + name;
        if (group.isEmpty() && GROUPS.contains(name)) {
            if (!value.isObject()) {
                throw new SettingsException("config file " + file + ": " + key + " must be an object");
            }
            value.properties().forEach(entry -> addKey(file, own, key + ".", entry.getKey(), entry.getValue()));
            return;
        }
        Setting setting = Setting.ofKey(key).orElse(null);
        if (setting != null) {
            own.put(setting, texts(file, setting, value));
        } else if (ConsulWords.isKey(key)) {
            refuseProtection(file, key, value);
            ignored.add(key);
        } else {
            throw new SettingsException(
                    "config file " + file + ": invalid config key " + key + Nearest.to(key, Nearest.KEYS, ""));
        }
    }

    private static void refuseProtection(Path file, String key, JsonNode value) {
        try {
            Protection.refuse(key, value);
        } catch (SettingsException e) {
            throw new SettingsException("config file " + file + ": " + e.getMessage());
        }
    }

    /** Strict about texts, as Consul is: where one belongs, a number or null is a slip of whoever wrote the file. */
    private static List<String> texts(Path file, Setting setting, JsonNode value) {
        List<String> texts = new ArrayList<>();
        String key = setting.key();
        if (setting.kind() == Setting.Kind.PAIRS) {
            if (!value.isObject()) {
                throw mismatch(file, key, "an object of texts", value);
            }
            value.properties()
                    .forEach(e -> texts.add(e.getKey() + ":" + text(file, key + "." + e.getKey(), e.getValue())));
        } else if (value.isArray() && setting.isMany()) {
            for (JsonNode element : value) {
                String name = key + "[" + texts.size() + "]";
                texts.add(given(file, setting, name, text(file, name, element)));
            }
            if (texts.isEmpty() && setting.isProtective()) {
                throw new SettingsException("config file " + file + ": " + setting.emptyMessage());
            }
        } else {
            boolean isRight =
                    (setting.kind() == Setting.Kind.TEXT || setting.isMany()) ? value.isString() : value.isValueNode();
            if (!isRight || value.isNull()) {
                throw mismatch(file, key, setting.kind().expected(), value);
            }
            texts.add(given(file, setting, key, value.asString()));
        }
        return texts;
    }

    private static String text(Path file, String name, JsonNode value) {
        if (!value.isString()) {
            throw mismatch(file, name, "a text", value);
        }
        return value.stringValue();
    }

    private static String given(Path file, Setting setting, String name, String text) {
        if (setting.isNothing(text)) {
            throw new SettingsException("config file " + file + ": " + Setting.emptyMessage(name, text));
        }
        return text;
    }

    /** Not the value itself: it may be a secret. */
    private static SettingsException mismatch(Path file, String name, String expected, JsonNode value) {
        String kind = value.isNull()
                ? "has no value"
                : switch (value.getNodeType()) {
                    case OBJECT -> "is an object";
                    case ARRAY -> "is a list";
                    case NUMBER -> "is a number";
                    case BOOLEAN -> "is " + value.asString();
                    default -> "is a text";
                };
        return new SettingsException("config file " + file + ": " + name + " must be " + expected + ", but " + kind);
    }
}
