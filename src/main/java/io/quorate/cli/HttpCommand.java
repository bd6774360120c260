package io.quorate.cli;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A command that asks an agent. */
abstract class HttpCommand extends HelpOption implements Callable<Integer> {
    @Option(
            names = {"-http-addr", "--http-addr"},
            paramLabel = "<address>",
            description = "The agent to ask (default: QUORATE_HTTP_ADDR, else 127.0.0.1:8500).")
    private @Nullable String httpAddr;

    @Option(
            names = {"-format", "--format"},
            paramLabel = "table|json",
            defaultValue = "table",
            description = "How to print the answer (default: table).")
    private Format format = Format.table;

    /** Lower case: as it is typed. */
    enum Format {
        table,
        json
    }

    private final Console console;

    HttpCommand(Console console) {
        this.console = console;
    }

    @Override
    public final Integer call() {
        String text = httpAddr == null ? console.environment().getOrDefault("QUORATE_HTTP_ADDR", "") : httpAddr;
        AgentAddress address = AgentAddress.parse(text.isBlank() ? AgentAddress.DEFAULT : text);
        return run(new AgentClient(address, timeout()));
    }

    /** Returns the exit code. */
    abstract int run(AgentClient agent);

    /** How long the agent may take. */
    Duration timeout() {
        return Duration.ofSeconds(10);
    }

    boolean isJson() {
        return format == Format.json;
    }

    void print(String text) {
        console.out().print(text.endsWith("\n") || text.isEmpty() ? text : text + "\n");
        console.out().flush();
    }

    void print(Json answer) {
        print(answer.pretty());
    }

    void complain(String line) {
        console.err().println(line);
    }
}
