package io.quorate.agent.settings;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** Turns the process's log to what the settings ask for. */
public final class AgentLog {
    private static final String SPRING_LOGGING_SYSTEM = "org.springframework.boot.logging.LoggingSystem";

    private AgentLog() {}

    /**
     * To be called once, after the settings are read and before anything is started. Libraries stay at WARN, so that INFO is
     * the cluster's own story; TRACE opens them too.
     */
    public static void configure(AgentSettings.Logging logging) {
        // Spring Boot would set logging up a second time, from its own properties, and undo what the flags asked for.
        System.setProperty(SPRING_LOGGING_SYSTEM, "none");
        // Tomcat logs by java.util.logging, which Spring would have bridged.
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
        java.util.logging.Logger.getLogger("").setLevel(java.util.logging.Level.WARNING);
        if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
            return;
        }
        context.getLogger("io.quorate").setLevel(Level.valueOf(logging.level().name()));
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(
                switch (logging.level()) {
                    case TRACE -> Level.INFO;
                    case DEBUG, INFO, WARN -> Level.WARN;
                    case ERROR -> Level.ERROR;
                });
        if (root.getAppender(LogSetup.APPENDER) instanceof ConsoleAppender<ILoggingEvent> out
                && out.getEncoder() instanceof LogLine line) {
            line.setJson(logging.json());
        }
    }
}
