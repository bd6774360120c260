package io.quorate.session;

import io.quorate.answer.Asking;
import io.quorate.http.RouteSource;
import io.quorate.kernel.NodeName;
import io.quorate.session.web.SessionRoutes;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The sessions' routes. Needs beans {@link Asking} and {@link NodeName}, the agent's own. */
@Configuration(proxyBeanMethods = false)
public class SessionConfiguration {
    @Bean
    RouteSource sessionRoutes(NodeName self, Asking asking) {
        return new SessionRoutes(self, asking);
    }
}
