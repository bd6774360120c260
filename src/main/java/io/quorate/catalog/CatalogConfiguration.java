package io.quorate.catalog;

import io.quorate.answer.Asking;
import io.quorate.catalog.web.NodeRoutes;
import io.quorate.catalog.web.RegisterRoutes;
import io.quorate.catalog.web.ServiceRoutes;
import io.quorate.http.RouteSource;
import io.quorate.kernel.Datacenter;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The catalog's routes. Needs beans {@link Asking} and {@link Datacenter}. */
@Configuration(proxyBeanMethods = false)
public class CatalogConfiguration {
    @Bean
    RouteSource nodeRoutes(Datacenter datacenter, Asking asking) {
        return new NodeRoutes(datacenter, asking);
    }

    @Bean
    RouteSource serviceRoutes(Datacenter datacenter, Asking asking) {
        return new ServiceRoutes(datacenter, asking);
    }

    @Bean
    RouteSource registerRoutes(Asking asking) {
        return new RegisterRoutes(asking);
    }
}
