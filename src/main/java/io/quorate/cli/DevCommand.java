package io.quorate.cli;

import io.quorate.runtime.Ticker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "dev",
        description = "Run a whole datacenter on 127.0.0.1: real processes, each with its own ports, until Ctrl-C.",
        footer = {
            "",
            "Exit codes: 0 stopped in order; 1 it could not be started, or an agent died before all were ready.",
            "",
            "Example: quorate dev -servers=5 -clients=2 -data-dir=./datacenter"
        })
final class DevCommand extends HelpOption implements Callable<Integer> {
    private static final int MAX_SERVERS = 9;
    private static final int MAX_CLIENTS = 20;
    private static final Duration READY_DEADLINE = Duration.ofMinutes(2);
    /** Small, since several share a machine; no second compiler, since they live shortly. */
    private static final List<String> JVM_FLAGS = List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    @Option(
            names = {"-servers", "--servers"},
            paramLabel = "<n>",
            defaultValue = "3",
            description = "How many servers, 1 to 9 (default: 3).")
    private int servers = 3;

    @Option(
            names = {"-clients", "--clients"},
            paramLabel = "<n>",
            defaultValue = "1",
            description = "How many clients, 0 to 20 (default: 1).")
    private int clients = 1;

    @Option(
            names = {"-data-dir", "--data-dir"},
            paramLabel = "<directory>",
            description = "Keep data and logs here (default: a new directory, removed at the end).")
    private @Nullable String dataDir;

    @Option(
            names = {"-http-port", "--http-port"},
            paramLabel = "<port>",
            defaultValue = "8500",
            description = "HTTP port of the first server; the others use the ports above it (default: 8500).")
    private int httpPort = 8500;

    @Option(
            names = {"-exit-when-ready", "--exit-when-ready"},
            hidden = true,
            description = "For tests: end as soon as all are ready, or with code 1 after two minutes.")
    private boolean exitWhenReady;

    private final Console console;

    DevCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        bounded("-servers", servers, 1, MAX_SERVERS);
        bounded("-clients", clients, 0, MAX_CLIENTS);
        bounded("-http-port", httpPort, 1, 65535);
        if (!DevPorts.isFree(httpPort)) {
            throw new CommandException(taken(httpPort));
        }
        Ticker ticker = Ticker.system();
        long begun = ticker.nanos();
        DevFolder folder = DevFolder.open(dataDir, Path.of("").toAbsolutePath());
        DevPlan plan = DevPlan.of(servers, clients, httpPort, folder.path(), DevPorts::isFree, DevPorts::anyFree);
        console.out()
                .println("Starting " + servers + (servers == 1 ? " server" : " servers") + " and " + clients
                        + (clients == 1 ? " client" : " clients") + " in " + folder.path());
        List<DevAgent> agents = new ArrayList<>();
        try {
            for (DevPlan.Agent agent : plan.agents()) {
                agents.add(DevAgent.start(
                        agent,
                        JavaLauncher.command(
                                System.getProperties(), Runtime.version().feature(), JVM_FLAGS, agent.arguments())));
            }
        } catch (CommandException e) {
            new DevRun(agents, folder, console.out(), ticker, begun).stop();
            throw e;
        }
        DevRun run = new DevRun(agents, folder, console.out(), ticker, begun);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            // Stopped by a signal, as it is meant to be: the runtime would make 128 + signal of it.
                            if (run.stop()) {
                                Runtime.getRuntime().halt(QuorateCli.OK);
                            }
                        },
                        "dev-stop"));
        endWithParent();
        try {
            return run.run(exitWhenReady, READY_DEADLINE);
        } finally {
            run.stop();
        }
    }

    /** Maven, killed without a chance to end its child, would leave this one behind; a shell that ends must not end it. */
    private static void endWithParent() {
        if (Boolean.getBoolean("quorate.dev.stop-with-parent")) {
            ProcessHandle.current().parent().ifPresent(parent -> {
                // Nothing to look at afterwards: the process ends with it.
                var unused = parent.onExit().thenRun(() -> System.exit(QuorateCli.FAILED));
            });
        }
    }

    private static void bounded(String flag, int value, int least, int most) {
        if (value < least || value > most) {
            throw new CommandException(flag + " cannot be " + value + ". Must be " + least + " to " + most);
        }
    }

    /** Who may hold the port, as far as can be asked. */
    private static String taken(int port) {
        String line = "Port " + port + " of " + DevPlan.HOST + " is taken";
        try {
            AgentClient holder = new AgentClient(new AgentAddress(DevPlan.HOST, port), Duration.ofSeconds(1));
            String name = holder.ok(holder.get("/v1/agent/self", "application/json"))
                    .json()
                    .get("Config")
                    .text("NodeName");
            line += name.isEmpty() ? "" : " by the agent \"" + name + "\", perhaps of another \"dev\"";
        } catch (CommandException e) {
            line += " by a program that is not an agent";
        }
        return line + ": stop it, or choose another first port with -http-port";
    }
}
