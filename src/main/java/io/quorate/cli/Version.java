package io.quorate.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** What was built, as the build wrote it down. */
final class Version {
    private static final String BUILD_INFO = "/META-INF/build-info.properties";

    private Version() {}

    /** {@code unknown} when the classes did not come out of a whole build. */
    static String text() {
        try (InputStream in = Version.class.getResourceAsStream(BUILD_INFO)) {
            if (in == null) {
                return "unknown";
            }
            Properties properties = new Properties();
            properties.load(in);
            return properties.getProperty("build.version", "unknown");
        } catch (IOException e) {
            return "unknown";
        }
    }
}
