package io.quorate.agent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.PropertiesPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.support.PropertiesLoaderUtils;

/**
 * All that Spring knows: what the agent's settings ask of it, and the properties in the jar. Spring's own sources, environment variables
 * such as {@code SERVER_PORT} and system properties, are not there: an agent must not listen elsewhere than its settings say
 * because a variable, meant for another program, was in its environment.
 */
final class WebEnvironment extends StandardEnvironment {
    private static final String OWN = "application.properties";

    WebEnvironment(Map<String, Object> properties) {
        getPropertySources().addLast(new MapPropertySource("settings", properties));
        try {
            getPropertySources()
                    .addLast(new PropertiesPropertySource(
                            OWN,
                            PropertiesLoaderUtils.loadProperties(
                                    new ClassPathResource(OWN, WebEnvironment.class.getClassLoader()))));
        } catch (IOException e) {
            throw new UncheckedIOException(OWN + " is missing from the jar", e);
        }
    }

    @Override
    protected void customizePropertySources(MutablePropertySources sources) {
        // None but those of the constructor.
    }
}
