package io.quorate.agent;

import io.quorate.catalog.CatalogConfiguration;
import io.quorate.event.EventConfiguration;
import io.quorate.health.HealthConfiguration;
import io.quorate.http.HttpConfiguration;
import io.quorate.kernel.IpText;
import io.quorate.kv.KvConfiguration;
import io.quorate.operator.OperatorConfiguration;
import io.quorate.session.SessionConfiguration;
import java.net.InetAddress;
import java.net.URL;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.catalina.connector.Connector;
import org.springframework.aot.AotDetector;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.jackson.JacksonEndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.info.InfoContributorAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.info.InfoEndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementContextAutoConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.availability.ApplicationAvailabilityAutoConfiguration;
import org.springframework.boot.autoconfigure.context.ConfigurationPropertiesAutoConfiguration;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.autoconfigure.context.PropertyPlaceholderAutoConfiguration;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.AvailabilityProbesAutoConfiguration;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.HealthEndpointAutoConfiguration;
import org.springframework.boot.health.autoconfigure.application.AvailabilityHealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.application.DiskSpaceHealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.http.converter.autoconfigure.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.prometheus.PrometheusMetricsExportAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.jvm.JvmMetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.logging.logback.LogbackMetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.system.SystemMetricsAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.servlet.autoconfigure.HttpEncodingAutoConfiguration;
import org.springframework.boot.servlet.autoconfigure.actuate.web.ServletManagementContextAutoConfiguration;
import org.springframework.boot.support.EnvironmentPostProcessorApplicationListener;
import org.springframework.boot.tomcat.autoconfigure.actuate.web.server.TomcatServletManagementContextAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.metrics.TomcatMetricsAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcObservationAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.actuate.endpoint.web.WebMvcHealthEndpointExtensionAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * The web side of an agent. What it serves runs before it and is handed in as beans; nothing is scanned for, and of Spring Boot's
 * auto-configuration only what an agent uses is named: each of the others costs every start for nothing.
 */
@Configuration(proxyBeanMethods = false)
@ImportAutoConfiguration({
    EndpointAutoConfiguration.class,
    JacksonEndpointAutoConfiguration.class,
    WebEndpointAutoConfiguration.class,
    InfoContributorAutoConfiguration.class,
    InfoEndpointAutoConfiguration.class,
    ManagementContextAutoConfiguration.class,
    ApplicationAvailabilityAutoConfiguration.class,
    ConfigurationPropertiesAutoConfiguration.class,
    LifecycleAutoConfiguration.class,
    PropertyPlaceholderAutoConfiguration.class,
    AvailabilityProbesAutoConfiguration.class,
    HealthEndpointAutoConfiguration.class,
    AvailabilityHealthContributorAutoConfiguration.class,
    DiskSpaceHealthContributorAutoConfiguration.class,
    HealthContributorAutoConfiguration.class,
    HealthContributorRegistryAutoConfiguration.class,
    HttpMessageConvertersAutoConfiguration.class,
    JacksonAutoConfiguration.class,
    CompositeMeterRegistryAutoConfiguration.class,
    MetricsAutoConfiguration.class,
    PrometheusMetricsExportAutoConfiguration.class,
    JvmMetricsAutoConfiguration.class,
    LogbackMetricsAutoConfiguration.class,
    SystemMetricsAutoConfiguration.class,
    ObservationAutoConfiguration.class,
    HttpEncodingAutoConfiguration.class,
    ServletManagementContextAutoConfiguration.class,
    TomcatServletManagementContextAutoConfiguration.class,
    TomcatMetricsAutoConfiguration.class,
    TomcatServletWebServerAutoConfiguration.class,
    DispatcherServletAutoConfiguration.class,
    WebMvcAutoConfiguration.class,
    WebMvcObservationAutoConfiguration.class,
    WebMvcHealthEndpointExtensionAutoConfiguration.class
})
@Import({
    HttpConfiguration.class,
    CatalogConfiguration.class,
    HealthConfiguration.class,
    SessionConfiguration.class,
    KvConfiguration.class,
    EventConfiguration.class,
    OperatorConfiguration.class
})
public class AgentApplication {
    private static final String PREPARED = "AgentApplication__ApplicationContextInitializer.class";

    /** For the build only: Spring prepares the context that {@link #with} starts, ahead of time, from what this one declares. */
    public static void main(String[] arguments) {
        with(List.of(), Map.of()).run(arguments);
    }

    /**
     * The web side, not yet started.
     *
     * @param beans what it reports on; handed in as objects, so that what the build prepared holds for server and client alike
     * @param properties of Spring, from the agent's settings
     */
    static SpringApplication with(List<Object> beans, Map<String, Object> properties) {
        // From a jar only: beside freshly compiled classes what was prepared may be older than they are.
        URL prepared = AgentApplication.class.getResource(PREPARED);
        if (prepared != null && !prepared.getProtocol().equals("file")) {
            System.setProperty(AotDetector.AOT_ENABLED, "true");
        }
        SpringApplication application = new SpringApplication(AgentApplication.class);
        application.setMainApplicationClass(AgentApplication.class);
        application.setRegisterShutdownHook(false);
        application.setLogStartupInfo(false);
        application.setEnvironment(new WebEnvironment(properties));
        application.setAddCommandLineProperties(false);
        // It would look for further properties: in files beside the jar and in the working directory, and in variables.
        application.setListeners(application.getListeners().stream()
                .filter(listener -> !(listener instanceof EnvironmentPostProcessorApplicationListener))
                .toList());
        application.addInitializers(context -> beans.forEach(bean ->
                context.getBeanFactory().registerSingleton(bean.getClass().getName(), bean)));
        return application;
    }

    /** The first address is {@code server.address}; Tomcat wants a connector of its own for each further one. */
    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> furtherAddresses(HttpPlace place) {
        return factory -> place.addresses().stream().skip(1).forEach(address -> {
            Connector connector = new Connector();
            connector.setPort(place.port());
            connector.setProperty("address", IpText.of(address));
            HttpConfiguration.takeConsulPaths(connector);
            factory.addAdditionalConnectors(connector);
        });
    }

    /** Tomcat's folders: without this each start makes two new ones under /tmp, which a container may not have. */
    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> ownFolder(HttpPlace place) {
        return factory -> {
            factory.setBaseDirectory(place.folder().toFile());
            factory.setDocumentRoot(place.folder().toFile());
        };
    }

    /**
     * Where HTTP listens, on the same port at each address.
     *
     * @param folder for what Tomcat puts on disk; nothing is served from it
     */
    record HttpPlace(List<InetAddress> addresses, int port, Path folder) {}
}
