package io.quorate.agent;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** What was built, as the build wrote it down. */
final class Build {
    private static final Properties INFO = read();

    private Build() {}

    /** {@code 0.1.0}; {@code unknown} when run from classes that no build made. */
    static String version() {
        return INFO.getProperty("build.version", "unknown");
    }

    private static Properties read() {
        Properties info = new Properties();
        try (InputStream in = Build.class.getResourceAsStream("/META-INF/build-info.properties")) {
            if (in != null) {
                info.load(in);
            }
        } catch (IOException e) {
            throw new ExceptionInInitializerError(e);
        }
        return info;
    }
}
