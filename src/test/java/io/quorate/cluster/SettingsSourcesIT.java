package io.quorate.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.testing.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** An agent hears of its flags, its variables and its files, whatever else is set around it. */
class SettingsSourcesIT {
    @RegisterExtension
    final Agents agents = new Agents();

    @TempDir
    Path folder;

    @Test
    @Fault(
            line = "E2",
            fault =
                    "SERVER_PORT, SERVER_ADDRESS and the like in the environment, as -D, and in files in the working directory",
            seen = "the agent listens where its settings say, and nothing else of it changes")
    void springsOwnSourcesHaveNoEffect() throws IOException {
        String elsewhere =
                "server.port=9998\nserver.address=203.0.113.9\nlogging.level.root=TRACE\nspring.main.banner-mode=console\n";
        Files.writeString(folder.resolve("application.properties"), elsewhere);
        Files.createDirectories(folder.resolve("config/deep"));
        Files.writeString(folder.resolve("config/application.properties"), elsewhere);
        Files.writeString(folder.resolve("config/deep/application.properties"), elsewhere);
        Files.writeString(folder.resolve("config/application.yml"), "server: {port: 9998, address: 203.0.113.9}");
        AgentProcess s1 = agents.server("s1", "-bootstrap");
        List<String> command = new ArrayList<>(List.of(
                "env",
                "-C",
                folder.toString(),
                "SERVER_PORT=9999",
                "SERVER_ADDRESS=203.0.113.9",
                "SERVER_SERVLET_CONTEXT_PATH=/elsewhere",
                "MANAGEMENT_SERVER_PORT=9997",
                "MANAGEMENT_ENDPOINTS_WEB_EXPOSURE_INCLUDE=*",
                "MANAGEMENT_ENDPOINTS_WEB_BASE_PATH=/elsewhere",
                "LOGGING_LEVEL_ROOT=TRACE",
                "DEBUG=true",
                "SPRING_PROFILES_ACTIVE=other",
                "SPRING_MAIN_BANNER_MODE=console",
                "SPRING_MVC_SERVLET_PATH=/elsewhere",
                "SPRING_APPLICATION_JSON={\"server\":{\"port\":9996},\"management\":{\"server\":{\"port\":9995}}}",
                "SPRING_CONFIG_LOCATION=file:" + folder + "/",
                "SPRING_CONFIG_ADDITIONAL_LOCATION=file:" + folder + "/config/",
                "SPRING_CONFIG_IMPORT=file:" + folder + "/application.properties",
                "VCAP_APPLICATION={}",
                "QUORATE_SERVICE_HOST=10.0.0.1",
                "QUORATE_PORT=tcp://10.0.0.1:8500"));
        command.addAll(AgentProcess.SMALL_JVM);
        command.addAll(List.of(
                "-Dserver.port=9994",
                "-Dserver.address=203.0.113.9",
                "-Dmanagement.server.port=9993",
                "-Dspring.config.location=file:" + folder + "/",
                "-Dspring.aot.enabled=false",
                "-Dlogging.level.root=TRACE",
                "-jar",
                AgentProcess.JAR.toString()));
        s1.launchWith(command);
        s1.start();
        Whole.of(s1).await(agents);
        assertThat(s1.get("/actuator/health/liveness").status()).isEqualTo(200);
        assertThat(s1.get("/actuator/env").status()).isEqualTo(404);
        assertThat(s1.log()).doesNotContain("203.0.113.9", " TRACE ", ":: Spring Boot ::", "elsewhere");
    }
}
