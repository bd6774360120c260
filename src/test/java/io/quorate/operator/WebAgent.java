package io.quorate.operator;

import io.quorate.answer.Answers;
import io.quorate.catalog.CatalogConfiguration;
import io.quorate.http.HttpConfiguration;
import io.quorate.testing.Fixtures;
import java.time.Duration;
import java.util.Map;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.boot.webmvc.autoconfigure.error.ErrorMvcAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;

/** The web layer of one agent, with the real server and settings, at a port of its own. */
final class WebAgent {
    private WebAgent() {}

    @SpringBootConfiguration(proxyBeanMethods = false)
    @EnableAutoConfiguration(exclude = ErrorMvcAutoConfiguration.class)
    @Import({HttpConfiguration.class, CatalogConfiguration.class, OperatorConfiguration.class})
    static class Application {}

    /** @param more servlets beside the agent's own */
    static ConfigurableApplicationContext run(AgentParts parts, Answers answers, ServletRegistrationBean<?>... more) {
        return run(parts, answers, factory -> {}, more);
    }

    /** @param silence how long a peer may take nothing, instead of the real bound */
    static ConfigurableApplicationContext silentAtMost(Duration silence, AgentParts parts, Answers answers) {
        return run(
                parts,
                answers,
                factory -> factory.addConnectorCustomizers(
                        connector -> connector.setProperty("connectionTimeout", Long.toString(silence.toMillis()))));
    }

    private static ConfigurableApplicationContext run(
            AgentParts parts,
            Answers answers,
            WebServerFactoryCustomizer<TomcatServletWebServerFactory> customizer,
            ServletRegistrationBean<?>... more) {
        return new SpringApplicationBuilder(Application.class)
                .properties(Map.of("server.port", "0", "server.address", "127.0.0.1"))
                .initializers(context -> {
                    var beans = context.getBeanFactory();
                    beans.registerSingleton("agentParts", parts);
                    beans.registerSingleton("datacenter", Fixtures.DC1);
                    beans.registerSingleton("answers", answers);
                    // Singletons come after what the configuration declares: this has the last word.
                    beans.registerSingleton("customizer", customizer);
                    for (ServletRegistrationBean<?> each : more) {
                        beans.registerSingleton(each.getServletName(), each);
                    }
                })
                .run();
    }
}
