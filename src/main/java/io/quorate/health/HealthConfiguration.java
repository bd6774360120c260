package io.quorate.health;

import io.quorate.answer.Asking;
import io.quorate.health.web.HealthRoutes;
import io.quorate.http.RouteSource;
import io.quorate.kernel.Datacenter;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The routes of health. Needs beans {@link Asking} and {@link Datacenter}. */
@Configuration(proxyBeanMethods = false)
public class HealthConfiguration {
    @Bean
    RouteSource healthRoutes(Datacenter datacenter, Asking asking) {
        return new HealthRoutes(datacenter, asking);
    }
}
