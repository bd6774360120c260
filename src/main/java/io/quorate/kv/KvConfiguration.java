package io.quorate.kv;

import io.quorate.answer.Asking;
import io.quorate.http.RouteSource;
import io.quorate.kv.web.KvRoutes;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The keys' routes. Needs a bean {@link Asking}. */
@Configuration(proxyBeanMethods = false)
public class KvConfiguration {
    @Bean
    RouteSource kvRoutes(Asking asking) {
        return new KvRoutes(asking);
    }
}
