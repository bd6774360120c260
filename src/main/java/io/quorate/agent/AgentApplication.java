package io.quorate.agent;

import io.quorate.catalog.CatalogConfiguration;
import io.quorate.http.HttpConfiguration;
import io.quorate.operator.OperatorConfiguration;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import org.apache.catalina.connector.Connector;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The web side of an agent. What it serves runs before it and is handed in as beans; nothing is scanned for. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import({HttpConfiguration.class, CatalogConfiguration.class, OperatorConfiguration.class})
class AgentApplication {
    /** The first address is {@code server.address}; Tomcat wants a connector of its own for each further one. */
    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> furtherAddresses(HttpPlace place) {
        return factory -> place.addresses().stream().skip(1).forEach(address -> {
            Connector connector = new Connector();
            connector.setPort(place.port());
            connector.setProperty("address", address.getHostAddress());
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
