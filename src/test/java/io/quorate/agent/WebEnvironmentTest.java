package io.quorate.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.testing.Fault;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.support.EnvironmentPostProcessorApplicationListener;

/** What the web side hears of. */
class WebEnvironmentTest {
    @Test
    @Fault(
            line = "E2",
            fault = "Spring's own properties as system properties and environment variables",
            seen = "the web side does not see them: it has the agent's settings and the properties in the jar alone")
    void itHoldsTheSettingsAndTheJarsOwnPropertiesAlone() {
        System.setProperty("server.port", "9999");
        try {
            WebEnvironment environment = new WebEnvironment(Map.of("server.address", "127.0.0.1"));
            assertThat(environment.getProperty("server.port")).isNull();
            assertThat(environment.getProperty("server.address")).isEqualTo("127.0.0.1");
            assertThat(environment.getProperty("spring.application.name")).isEqualTo("quorate");
            System.getenv()
                    .keySet()
                    .forEach(name -> assertThat(environment.containsProperty(name))
                            .as(name)
                            .isFalse());
        } finally {
            System.clearProperty("server.port");
        }
    }

    @Test
    void nothingAddsToIt() {
        assertThat(AgentApplication.with(List.of(), Map.of()).getListeners())
                .isNotEmpty()
                .doesNotHaveAnyElementsOfTypes(EnvironmentPostProcessorApplicationListener.class);
    }
}
