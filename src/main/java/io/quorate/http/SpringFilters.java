package io.quorate.http;

import io.micrometer.observation.ObservationRegistry;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.http.server.observation.DefaultServerRequestObservationConvention;
import org.springframework.web.filter.CharacterEncodingFilter;
import org.springframework.web.filter.RequestContextFilter;
import org.springframework.web.filter.ServerHttpObservationFilter;

/**
 * Spring's filters, for what Spring serves. Left to itself Boot puts them in front of each request: of the dialect they would take
 * time and count each request a second time, under a route that they do not know.
 */
@Configuration(proxyBeanMethods = false)
class SpringFilters {
    private static final List<String> SPRING =
            List.of(DispatcherServletAutoConfiguration.DEFAULT_DISPATCHER_SERVLET_BEAN_NAME);

    @Bean
    FilterRegistrationBean<CharacterEncodingFilter> encodingOfSpring(CharacterEncodingFilter filter) {
        return spring(filter, Ordered.HIGHEST_PRECEDENCE);
    }

    @Bean
    FilterRegistrationBean<RequestContextFilter> contextOfSpring() {
        return spring(new RequestContextFilter(), -105);
    }

    @Bean
    FilterRegistrationBean<ServerHttpObservationFilter> observationOfSpring(ObservationRegistry registry) {
        FilterRegistrationBean<ServerHttpObservationFilter> filter = spring(
                new ServerHttpObservationFilter(registry, new DefaultServerRequestObservationConvention()),
                Ordered.HIGHEST_PRECEDENCE + 1);
        filter.setDispatcherTypes(DispatcherType.REQUEST, DispatcherType.ASYNC);
        return filter;
    }

    @Bean
    FilterRegistrationBean<HttpFilter> traceOfSpring() {
        return spring(new RefusedTrace(), Ordered.HIGHEST_PRECEDENCE + 2);
    }

    /** A servlet answers TRACE with the request that it got, cookies and tokens included. Here it is a method that no route has. */
    private static final class RefusedTrace extends HttpFilter {
        @Override
        protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                throws IOException, ServletException {
            if (!request.getMethod().equals("TRACE")) {
                chain.doFilter(request, response);
                return;
            }
            // So that the answer names the methods of that path.
            chain.doFilter(
                    new HttpServletRequestWrapper(request) {
                        @Override
                        public String getMethod() {
                            return "OPTIONS";
                        }
                    },
                    response);
            if (response.getStatus() == HttpServletResponse.SC_OK) {
                response.sendError(HttpServletResponse.SC_METHOD_NOT_ALLOWED);
            }
        }
    }

    private static <F extends Filter> FilterRegistrationBean<F> spring(F filter, int order) {
        FilterRegistrationBean<F> registration = new FilterRegistrationBean<>(filter);
        registration.setServletNames(SPRING);
        registration.setOrder(order);
        return registration;
    }
}
