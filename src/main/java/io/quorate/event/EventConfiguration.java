package io.quorate.event;

import io.quorate.answer.Asking;
import io.quorate.event.web.EventRoutes;
import io.quorate.http.RouteSource;
import io.quorate.runtime.Chance;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The routes of events. Needs beans {@link Asking} and {@link EventLog}. */
@Configuration(proxyBeanMethods = false)
public class EventConfiguration {
    @Bean
    RouteSource eventRoutes(Asking asking, EventLog log) {
        return new EventRoutes(asking, log, Chance.secure());
    }
}
