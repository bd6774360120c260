package io.quorate.http;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.Semaphore;

/**
 * Keeps threads free of requests with a body whose servlet waits for it: few may be under way at one moment, more are told that the
 * agent is busy. Requests without a body pass, and Consul's dialect, which reads without waiting.
 */
final class BodyGate extends HttpFilter {
    static final int AT_ONCE = 16;

    private final transient Semaphore places = new Semaphore(AT_ONCE);

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (!hasBody(request) || request.getRequestURI().startsWith("/v1/")) {
            chain.doFilter(request, response);
        } else if (places.tryAcquire()) {
            try {
                chain.doFilter(request, response);
            } finally {
                places.release();
            }
        } else {
            response.sendError(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
        }
    }

    static boolean hasBody(HttpServletRequest request) {
        return request.getContentLengthLong() > 0 || request.getHeader("Transfer-Encoding") != null;
    }
}
