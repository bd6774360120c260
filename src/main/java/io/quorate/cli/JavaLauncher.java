package io.quorate.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** How to start this program once more, as it was started itself: from its jar, or from its class path, which has none. */
final class JavaLauncher {
    private static final String MAIN_CLASS = "io.quorate.QuorateApplication";
    /** From this release on native code of the class path is warned of unless it is allowed; a jar's manifest allows it. */
    private static final int NATIVE_ACCESS_WARNED_SINCE = 24;

    /** The JVM ends itself: threads that are not ours would meet the error and go on as if nothing had been. */
    private static final String END_WITHOUT_MEMORY = "-XX:+ExitOnOutOfMemoryError";

    private JavaLauncher() {}

    /** @param javaRelease feature number of the JVM that runs */
    static List<String> command(Properties system, int javaRelease, List<String> jvmFlags, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(system.getProperty("java.home"), "bin", "java").toString());
        command.add(END_WITHOUT_MEMORY);
        command.addAll(jvmFlags);
        String classPath = system.getProperty("java.class.path");
        boolean isJar = classPath.endsWith(".jar") && !classPath.contains(system.getProperty("path.separator"));
        if (isJar) {
            command.addAll(List.of("-jar", classPath));
        } else {
            if (javaRelease >= NATIVE_ACCESS_WARNED_SINCE) {
                command.add("--enable-native-access=ALL-UNNAMED");
            }
            command.addAll(List.of("-cp", classPath, MAIN_CLASS));
        }
        command.addAll(arguments);
        return command;
    }
}
