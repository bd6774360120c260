package io.quorate.planted;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** A copy of one source file with a fault in it, compiled into a folder that goes in front of the class path. */
final class Plant {
    private static final Path SOURCES = Path.of("src/main/java/io/quorate");
    private static final long LONGEST_S = 240;

    private final PlantedFault fault;
    private final Path folder;

    /** @param folder empty */
    Plant(PlantedFault fault, Path folder) {
        this.fault = fault;
        this.folder = folder;
    }

    /** @throws AssertionError when the text is not there once, or what stands there now does not compile */
    void compile() throws IOException {
        Path source = SOURCES.resolve(fault.file());
        String before = Files.readString(source);
        int at = before.indexOf(fault.text());
        if (at < 0 || before.indexOf(fault.text(), at + 1) >= 0) {
            throw new AssertionError("\"" + fault.what() + "\": this text stands " + (at < 0 ? "nowhere" : "twice")
                    + " in " + source + ", plant the fault anew: " + fault.text());
        }
        Path edited = folder.resolve("source").resolve(fault.file());
        Files.createDirectories(edited.getParent());
        Files.writeString(
                edited,
                before.substring(0, at)
                        + fault.instead()
                        + before.substring(at + fault.text().length()));
        Files.createDirectories(classes());
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            boolean compiled = compiler.getTask(
                            said,
                            files,
                            null,
                            List.of(
                                    "--release",
                                    "17",
                                    "-proc:none",
                                    "-implicit:none",
                                    "-nowarn",
                                    "-Xlint:none",
                                    "-cp",
                                    classPath(),
                                    "-d",
                                    classes().toString()),
                            null,
                            files.getJavaFileObjects(edited))
                    .call();
            if (!compiled) {
                throw new AssertionError("\"" + fault.what() + "\" does not compile: " + said);
            }
        }
    }

    private Path classes() {
        return folder.resolve("classes");
    }

    private static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    /** Those of the fault's tests that fail with it; runs them in a process of their own. */
    List<String> failing() throws IOException, InterruptedException {
        Path said = folder.resolve("said.txt");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classes() + File.pathSeparator + classPath(),
                NamedTests.class.getName()));
        command.addAll(fault.noticedBy());
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        if (!process.waitFor(LONGEST_S, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
            throw new AssertionError("\"" + fault.what() + "\": its tests did not end in " + LONGEST_S + " s");
        }
        List<String> lines = Files.readAllLines(said);
        if (process.exitValue() != 0) {
            throw new AssertionError("\"" + fault.what() + "\": " + String.join("\n", lines));
        }
        return lines.stream()
                .filter(line -> line.startsWith(NamedTests.FAILED))
                .map(line -> line.substring(NamedTests.FAILED.length()))
                .toList();
    }
}
