package io.quorate.operator.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * Refuses a body where none is read: whoever sends settings to {@code /reload} must not be told that they were taken. For our own
 * endpoints; Consul's dialect passes such a body over, as Consul does.
 */
public final class UnwantedBody implements WebMvcConfigurer, HandlerInterceptor {
    private static final Set<String> WITH_BODY = Set.of("/join");
    private static final Set<Class<?>> OURS = Set.of(NativeController.class, PeersController.class);

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(this);
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        boolean ours = handler instanceof HandlerMethod method && OURS.contains(method.getBeanType());
        if (ours && !WITH_BODY.contains(request.getRequestURI()) && hasBody(request)) {
            throw new ProblemException(Problem.badFields(
                    request.getMethod() + " " + request.getRequestURI() + " takes no body",
                    Map.of("body", "must be empty")));
        }
        return true;
    }

    /** A request may announce a body, in chunks, and have none. An answer that comes later passes here again, all read. */
    private static boolean hasBody(HttpServletRequest request) {
        try {
            return request.getContentLengthLong() > 0
                    || request.getInputStream().read() >= 0;
        } catch (IOException e) {
            throw new ProblemException(NativeErrors.broken());
        }
    }
}
