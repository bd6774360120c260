package io.quorate.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.quorate.runtime.Ticker;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import java.io.IOException;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.tomcat.util.buf.EncodedSolidusHandling;
import org.apache.tomcat.util.http.MimeHeaders;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;

/** Serves the dialect under {@code /v1} and the root. Takes any number of beans {@link RouteSource}. */
@Configuration(proxyBeanMethods = false)
@Import(SpringFilters.class)
public class HttpConfiguration {
    /** What a connection takes of the heap while its request waits for an answer; a third of the heap is for all of them. */
    private static final long CONNECTION_BYTES = 90_000;

    private static final long LEAST_CONNECTIONS = 256;
    private static final long MOST_CONNECTIONS = 8192;

    /** Most requests are smaller; each connection keeps two such buffers. */
    private static final String READ_BYTES = "2048";

    /** Within a request: between two bytes of its head or its body. */
    private static final String SILENCE_MS = "10000";
    /** Between two requests. */
    private static final String KEPT_MS = "60000";

    /** Typed by hand into filters and keys, and by right to be escaped. */
    private static final String RELAXED = "\"<>[\\]^`{|}";

    @Bean
    Dispatcher dispatcher(ObjectProvider<RouteSource> sources) {
        return new Dispatcher(
                sources.orderedStream().toList(),
                connections(Runtime.getRuntime().maxMemory()));
    }

    @Bean
    ServletRegistrationBean<ConsulServlet> consulServlet(Dispatcher dispatcher, MeterRegistry meters) {
        ServletRegistrationBean<ConsulServlet> registration =
                new ServletRegistrationBean<>(new ConsulServlet(dispatcher, meters, Ticker.system()), "/v1/*", "");
        registration.setName("consul");
        registration.setAsyncSupported(true);
        return registration;
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> consulPaths() {
        return factory -> factory.addConnectorCustomizers(HttpConfiguration::takeConsulPaths);
    }

    @Bean
    FilterRegistrationBean<HttpFilter> bodyGate() {
        FilterRegistrationBean<HttpFilter> gate = new FilterRegistrationBean<>(new BodyGate());
        gate.setOrder(Ordered.HIGHEST_PRECEDENCE);
        gate.setAsyncSupported(true);
        return gate;
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> engineValves() {
        return factory -> factory.addEngineValves(new UnreadBodies(), new EmptyAccept());
    }

    /** An {@code Accept} without a word in it says as little as none; Spring takes it for an error of its own. */
    private static final class EmptyAccept extends ValveBase {
        private static final String ACCEPT = "Accept";

        EmptyAccept() {
            super(true);
        }

        @Override
        public void invoke(Request request, Response response) throws IOException, ServletException {
            MimeHeaders headers = request.getCoyoteRequest().getMimeHeaders();
            String accepted = headers.getHeader(ACCEPT);
            if (accepted != null && accepted.isBlank()) {
                headers.removeHeader(ACCEPT);
            }
            getNext().invoke(request, response);
        }
    }

    /**
     * Tomcat refuses what the dialect allows: an encoded slash or backslash in a key, brackets and quotes in a filter. And it keeps
     * more connections, for longer, than a small heap has room for. Boot asks for this for its own connector only; whoever adds another
     * one calls this for it.
     */
    public static void takeConsulPaths(Connector connector) {
        connector.setProperty(
                "maxConnections", Long.toString(connections(Runtime.getRuntime().maxMemory())));
        connector.setProperty("socket.appReadBufSize", READ_BYTES);
        connector.setProperty("connectionTimeout", SILENCE_MS);
        connector.setProperty("keepAliveTimeout", KEPT_MS);
        // By itself Tomcat closes a connection after a hundred requests, in the middle of a busy client's work.
        connector.setProperty("maxKeepAliveRequests", "-1");
        connector.setEncodedSolidusHandling(EncodedSolidusHandling.PASS_THROUGH.getValue());
        connector.setEncodedReverseSolidusHandling(EncodedSolidusHandling.PASS_THROUGH.getValue());
        connector.setAllowBackslash(true);
        // Else it answers TRACE itself, with methods that no route has. Nothing here sends a request back: see
        // SpringFilters.
        connector.setAllowTrace(true);
        connector.setProperty("relaxedPathChars", RELAXED);
        connector.setProperty("relaxedQueryChars", RELAXED);
    }

    /** How many connections are kept at most, in a heap of that size. */
    static long connections(long heapBytes) {
        return Math.max(LEAST_CONNECTIONS, Math.min(MOST_CONNECTIONS, heapBytes / 3 / CONNECTION_BYTES));
    }
}
