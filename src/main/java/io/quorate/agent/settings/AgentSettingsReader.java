package io.quorate.agent.settings;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.PropertiesPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * Reads what an agent was told: flags, then system properties, then environment variables, then files, then defaults; the
 * first that says something about a setting is heard. Opens nothing but configuration files.
 */
public final class AgentSettingsReader {
    /** What was read. {@code environment} holds all sources, for the web layer to start with. */
    public record Loaded(AgentSettings settings, ConfigurableEnvironment environment) {}

    private final Map<String, String> environmentVariables;
    private final Properties systemProperties;
    private final Machine machine;

    AgentSettingsReader(Map<String, String> environmentVariables, Properties systemProperties, Machine machine) {
        this.environmentVariables = environmentVariables;
        this.systemProperties = systemProperties;
        this.machine = machine;
    }

    /**
     * @param arguments without the word {@code agent}
     * @throws SettingsException one line for the operator
     */
    public static Loaded read(String[] arguments) {
        return read(arguments, System.getenv(), System.getProperties());
    }

    /** As {@link #read(String[])}, told what the environment is. */
    public static Loaded read(String[] arguments, Map<String, String> environmentVariables, Properties system) {
        return new AgentSettingsReader(environmentVariables, system, Machine.local()).read(List.of(arguments));
    }

    Loaded read(List<String> arguments) {
        List<String> warnings = new ArrayList<>();
        Flags flags = Flags.parse(arguments);
        if (!flags.ignored().isEmpty()) {
            warnings.add("not served yet, ignored: flags " + String.join(", ", flags.ignored()));
        }
        MutablePropertySources sources = new MutablePropertySources();
        sources.addLast(new MapPropertySource("quorate flags", flags.properties()));
        sources.addLast(new PropertiesPropertySource(
                StandardEnvironment.SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME, systemProperties));
        sources.addLast(new SystemEnvironmentPropertySource(
                StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, usable(warnings)));
        QuorateEnvironment environment = new QuorateEnvironment(sources);
        ConfigFiles files = files(flags, environment);
        if (!files.ignored().isEmpty()) {
            warnings.add("not served yet, ignored: keys " + String.join(", ", files.ignored()));
        }
        environment.getPropertySources().addLast(new MapPropertySource("quorate files", files.properties()));
        AgentProperties properties = bind(environment);
        return new Loaded(new SettingsRules(properties, machine, warnings).apply(), environment);
    }

    /**
     * Leaves out what an empty value or a link to a service of Kubernetes put there: for a service named
     * {@code quorate-http} it sets {@code QUORATE_HTTP_PORT} to {@code tcp://10.0.0.1:80}.
     */
    private Map<String, Object> usable(List<String> warnings) {
        Map<String, Object> usable = new LinkedHashMap<>();
        environmentVariables.forEach((name, value) -> {
            boolean ours = name.startsWith("QUORATE_");
            if (ours && (value.startsWith("tcp://") || value.startsWith("udp://"))) {
                if (isNameOfSetting(name)) {
                    warnings.add("ignored " + name + "=" + value
                            + ": a service link of Kubernetes, not a setting (enableServiceLinks: false avoids it)");
                }
            } else if (!ours || !value.isBlank()) {
                usable.put(name, value);
            }
        });
        return usable;
    }

    private static boolean isNameOfSetting(String variable) {
        for (Setting setting : Setting.values()) {
            if (setting.environmentVariable().equals(variable)) {
                return true;
            }
        }
        return false;
    }

    private static ConfigFiles files(Flags flags, ConfigurableEnvironment environment) {
        ConfigFiles files = new ConfigFiles();
        List<String> named = new ArrayList<>(flags.files());
        if (named.isEmpty()) {
            Binder binder = binder(environment);
            for (Setting setting : List.of(Setting.CONFIG_FILE, Setting.CONFIG_DIR)) {
                named.addAll(binder.bind(setting.property(), Bindable.listOf(String.class))
                        .orElse(List.of()));
            }
        }
        named.forEach(files::add);
        return files;
    }

    private static AgentProperties bind(ConfigurableEnvironment environment) {
        try {
            return binder(environment).bindOrCreate("quorate", Bindable.of(AgentProperties.class));
        } catch (BindException e) {
            throw new SettingsException(oneLine(e));
        }
    }

    private static Binder binder(ConfigurableEnvironment environment) {
        ApplicationConversionService conversion = new ApplicationConversionService();
        conversion.addConverter(String.class, Duration.class, Durations::parse);
        return new Binder(ConfigurationPropertySources.from(environment.getPropertySources()), null, conversion);
    }

    private static String oneLine(BindException failure) {
        BindException innermost = failure;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof BindException inner) {
                innermost = inner;
            }
        }
        String name = innermost.getName().toString();
        @Nullable Setting setting = Setting.ofProperty(name).orElse(null);
        ConfigurationProperty property = innermost.getProperty();
        String value = property == null ? "" : " cannot be \"" + property.getValue() + "\"";
        String origin = property != null
                        && property.getOrigin() != null
                        && property.getOrigin().toString().startsWith("System Environment")
                ? " (from the environment)"
                : "";
        return setting == null
                ? name + value + origin
                : setting.label() + value + origin + ". Must be "
                        + setting.kind().expected();
    }

    /** Holds exactly the sources it is given. */
    private static final class QuorateEnvironment extends StandardEnvironment {
        QuorateEnvironment(MutablePropertySources sources) {
            super(sources);
        }

        @Override
        protected void customizePropertySources(MutablePropertySources sources) {
            // The sources came with the constructor.
        }
    }
}
