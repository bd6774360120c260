package io.quorate.catalog;

import io.quorate.catalog.web.NodeRoutes;
import io.quorate.http.DispatcherParts;
import io.quorate.http.RouteSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The catalog's routes. Needs a bean {@link Catalog} on a server, none on a client. */
@Configuration(proxyBeanMethods = false)
public class CatalogConfiguration {
    @Bean
    RouteSource nodeRoutes(DispatcherParts parts, ObjectProvider<Catalog> catalog) {
        return new NodeRoutes(parts.datacenter(), catalog.getIfAvailable());
    }
}
