package io.quorate.agent.settings;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;

/**
 * Reads what an agent was told: flags, then environment variables, then files, then defaults; the first that says something about a
 * setting is heard. Nothing else is asked: no system property, no file that was not named. Opens nothing but configuration files.
 */
public final class AgentSettingsReader {
    private static final String PROPERTY_PREFIX = "quorate.";

    private final Map<String, String> environmentVariables;
    private final Machine machine;

    AgentSettingsReader(Map<String, String> environmentVariables, Machine machine) {
        this.environmentVariables = environmentVariables;
        this.machine = machine;
    }

    /**
     * @param arguments without the word {@code agent}
     * @throws SettingsException one line for the operator
     */
    public static AgentSettings read(String[] arguments) {
        refuseProperties(System.getProperties());
        return read(arguments, System.getenv());
    }

    /** As {@link #read(String[])}, told what the environment is. */
    public static AgentSettings read(String[] arguments, Map<String, String> environmentVariables) {
        return new AgentSettingsReader(environmentVariables, Machine.local()).read(List.of(arguments));
    }

    /**
     * Reads once more what an agent is told that runs already: its files may have changed.
     *
     * @throws SettingsException one line for the operator
     */
    public static AgentSettings again(String[] arguments, AgentSettings running) {
        return new AgentSettingsReader(System.getenv(), Machine.local()).read(List.of(arguments), running.data());
    }

    AgentSettings read(List<String> arguments) {
        return read(arguments, null);
    }

    /** @param kept the folder in use: a temporary one is not made again */
    AgentSettings read(List<String> arguments, AgentSettings.@Nullable Data kept) {
        List<String> warnings = new ArrayList<>();
        Flags flags = Flags.parse(arguments);
        Variables variables = Variables.read(environmentVariables);
        ConfigFiles files = files(flags, variables);
        warn(warnings, "flags", flags.ignored());
        warn(warnings, "environment variables", variables.ignored());
        warn(warnings, "keys", files.ignored());
        MutablePropertySources sources = new MutablePropertySources();
        sources.addLast(new MapPropertySource("flags", flags.properties()));
        sources.addLast(new MapPropertySource("variables", variables.properties()));
        sources.addLast(new MapPropertySource("files", files.properties()));
        Origins origins = new Origins(flags, variables, files);
        try {
            return new SettingsRules(bind(sources, origins), machine, warnings).apply(kept);
        } catch (SettingsException e) {
            throw origins.named(e);
        }
    }

    /** Somebody who sets one means it: earlier releases took it. */
    static void refuseProperties(Properties system) {
        for (String name : new TreeSet<>(system.stringPropertyNames())) {
            if (name.startsWith(PROPERTY_PREFIX)) {
                throw new SettingsException("system property " + name
                        + ": settings come from flags, environment variables and files, not from system properties");
            }
        }
    }

    private static void warn(List<String> warnings, String what, Collection<String> ignored) {
        if (!ignored.isEmpty()) {
            warnings.add("not served yet, ignored: " + what + " " + String.join(", ", ignored));
        }
    }

    private static ConfigFiles files(Flags flags, Variables variables) {
        List<String> named = new ArrayList<>(flags.files());
        if (named.isEmpty()) {
            for (Setting setting : List.of(Setting.CONFIG_FILE, Setting.CONFIG_DIR)) {
                String value = variables.values().getOrDefault(setting, "");
                Arrays.stream(value.split(",", -1))
                        .map(String::strip)
                        .filter(path -> !path.isEmpty())
                        .forEach(named::add);
            }
        }
        ConfigFiles files = new ConfigFiles();
        named.forEach(files::add);
        return files;
    }

    private static AgentProperties bind(MutablePropertySources sources, Origins origins) {
        ApplicationConversionService conversion = new ApplicationConversionService();
        conversion.addConverter(String.class, Duration.class, Durations::parse);
        Binder binder = new Binder(ConfigurationPropertySources.from(sources), null, conversion);
        try {
            return binder.bindOrCreate("quorate", Bindable.of(AgentProperties.class));
        } catch (BindException e) {
            throw new SettingsException(oneLine(e, origins));
        }
    }

    private static String oneLine(BindException failure, Origins origins) {
        BindException innermost = failure;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof BindException inner) {
                innermost = inner;
            }
        }
        String name = innermost.getName().toString();
        ConfigurationProperty property = innermost.getProperty();
        String value = property == null ? "" : " cannot be \"" + property.getValue() + "\"";
        Setting setting = Setting.ofProperty(name).orElse(null);
        if (setting == null) {
            return name + value;
        }
        return origins.in(
                setting.label() + value + ". Must be " + setting.kind().expected(), List.of(setting));
    }
}
