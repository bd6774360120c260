package io.quorate.agent.settings;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.util.Map;
import org.slf4j.Logger;

/**
 * What Logback asks when it begins, before Spring does: one appender, and which libraries are silent. {@link AgentLog} then sets
 * level and form as the settings ask. In code, as a file of its own kind would load an XML parser at every start.
 */
public final class LogSetup extends ContextAwareBase implements Configurator {
    static final String APPENDER = "out";

    private static final Map<String, Level> LEVELS = Map.of(
            Logger.ROOT_LOGGER_NAME,
            Level.WARN,
            "io.quorate",
            Level.INFO,
            // JRaft warns of what every election and every stop bring with them; what an operator must know, consensus
            // says itself.
            "com.alipay.sofa",
            Level.ERROR,
            // Bolt: an error for every refused connect and for whatever a stranger sends; callers are told.
            "com.alipay.sofa.common",
            Level.OFF,
            // JRaft's classes that report each try to reach a peer that is down, as an error, twice a second.
            "com.alipay.sofa.jraft.core.ReplicatorGroupImpl",
            Level.OFF,
            "com.alipay.sofa.jraft.rpc.impl.AbstractClientService",
            Level.OFF,
            // Whoever asks for what is not there must not fill the log.
            "org.springframework.web.servlet.PageNotFound",
            Level.ERROR);

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        LogLine line = new LogLine();
        line.setContext(context);
        line.start();
        ConsoleAppender<ILoggingEvent> out = new ConsoleAppender<>();
        out.setContext(context);
        out.setName(APPENDER);
        out.setEncoder(line);
        out.start();
        LEVELS.forEach((name, level) -> context.getLogger(name).setLevel(level));
        context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(out);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }
}
