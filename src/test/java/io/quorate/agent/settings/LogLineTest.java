package io.quorate.agent.settings;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One event, one line. */
class LogLineTest {
    private final LogLine line = new LogLine();

    @AfterEach
    void backToDefaults() {
        AgentLog.configure(new AgentSettings.Logging(AgentSettings.Level.INFO, false));
    }

    @Test
    void aLineHasTimeLevelShortLoggerMessageAndPairs() {
        assertThat(encode(
                        event("io.quorate.bootstrap.Driver", "pledge given", "server", "s 1", "count", 3, "none", "")))
                .isEqualTo(
                        "2026-01-02T03:04:05.678Z INFO  bootstrap.Driver: pledge given server=\"s 1\" count=3 none=\"\"\n");
        assertThat(encode(event("org.apache.catalina.Thing", "x"))).contains(" Thing: x");
    }

    @Test
    void whatComesFromOutsideCannotBeginALineOfItsOwn() {
        String text = encode(event("a.B", "one\ntwo\u0007", "name", "x\r\n2026 ERROR fake: \"y\""));
        assertThat(text.strip()).doesNotContain("\n", "\r", "\u0007");
        assertThat(text).contains("one\\ntwo\\u0007 name=\"x\\r\\n2026 ERROR fake: \\\"y\\\"\"");
    }

    @Test
    void aJsonLineIsOneObjectWithTheSamePairs() {
        line.setJson(true);
        LoggingEvent event =
                event("io.quorate.A", "he said \"no\"", "port", 8500, "message", "mine", "gone", null, "up", true);
        event.setThrowableProxy(new ch.qos.logback.classic.spi.ThrowableProxy(new IllegalStateException("broken")));
        String text = encode(event);
        assertThat(text).endsWith("}\n").hasLineCount(1);
        JsonNode json = JsonMapper.builder().build().readTree(text);
        assertThat(json.path("time").asString()).isEqualTo("2026-01-02T03:04:05.678Z");
        assertThat(json.path("level").asString()).isEqualTo("INFO");
        assertThat(json.path("logger").asString()).isEqualTo("io.quorate.A");
        assertThat(json.path("message").asString()).isEqualTo("he said \"no\"");
        assertThat(json.path("_message").asString()).isEqualTo("mine");
        assertThat(json.path("port").intValue()).isEqualTo(8500);
        assertThat(json.path("up").booleanValue()).isTrue();
        assertThat(json.path("gone").isNull()).isTrue();
        assertThat(json.path("exception").asString()).contains("IllegalStateException: broken", "\n");
    }

    @Test
    void theLevelAskedForIsOursWhileLibrariesStayQuiet() {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        AgentLog.configure(new AgentSettings.Logging(AgentSettings.Level.DEBUG, false));
        assertThat(context.getLogger("io.quorate.kernel").getEffectiveLevel()).isEqualTo(Level.DEBUG);
        assertThat(context.getLogger("org.apache.tomcat").getEffectiveLevel()).isEqualTo(Level.WARN);
        AgentLog.configure(new AgentSettings.Logging(AgentSettings.Level.ERROR, false));
        assertThat(context.getLogger("io.quorate.kernel").getEffectiveLevel()).isEqualTo(Level.ERROR);
        assertThat(context.getLogger("org.apache.tomcat").getEffectiveLevel()).isEqualTo(Level.ERROR);
        assertThat(context.getLogger("com.alipay.sofa.common.log").getEffectiveLevel())
                .isEqualTo(Level.OFF);
    }

    private String encode(LoggingEvent event) {
        return new String(line.encode(event), StandardCharsets.UTF_8);
    }

    private static LoggingEvent event(String logger, String message, @Nullable Object... pairs) {
        LoggingEvent event = new LoggingEvent();
        event.setLoggerName(logger);
        event.setLevel(Level.INFO);
        event.setThreadName("t");
        event.setMessage(message);
        event.setInstant(Instant.parse("2026-01-02T03:04:05.678Z"));
        for (int i = 0; i < pairs.length; i += 2) {
            event.addKeyValuePair(new KeyValuePair((String) pairs[i], pairs[i + 1]));
        }
        return event;
    }

    @Test
    void theHelpNamesEveryFlag() {
        List<String> flags = java.util.Arrays.stream(Setting.values())
                .map(Setting::flag)
                .filter(flag -> flag.indexOf('.') < 0 && !flag.equals("stop-with-stdin"))
                .toList();
        assertThat(flags).allSatisfy(flag -> assertThat(SettingsHelp.text()).contains("  -" + flag));
    }
}
