package io.quorate.cli;

import io.quorate.agent.AgentProcess;
import io.quorate.agent.AgentUsage;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** The command line: chooses a command, runs it, and says with which code the process ends. */
public final class QuorateCli {
    /** Done. */
    static final int OK = 0;
    /** Wrong usage, no answer, or the agent refused. */
    static final int FAILED = 1;
    /** What was asked about is not so: {@code why} of an agent that is not ready. */
    static final int NOT_READY = 2;

    private static final int HELP_WIDTH = 100;

    private QuorateCli() {}

    /** Runs until the command is done, for {@code agent} and {@code dev} until they are stopped. */
    public static int run(String[] arguments) {
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        return run(arguments, System.getenv(), out, err);
    }

    static int run(String[] arguments, Map<String, String> environment, PrintWriter out, PrintWriter err) {
        List<String> words = List.of(arguments);
        if (!words.isEmpty() && words.get(0).equals("agent")) {
            if (words.stream().skip(1).anyMatch(QuorateCli::asksForHelp)) {
                out.print(AgentUsage.text());
                out.flush();
                return OK;
            }
            return AgentProcess.run(Arrays.copyOfRange(arguments, 1, arguments.length));
        }
        String[] asked = words.isEmpty() ? new String[] {"dev"} : arguments;
        Console console = new Console(environment, out, err);
        Map<String, Supplier<Object>> commands = commands(console);
        // All of them only for the list: reading their annotations would take a good part of the time that one has.
        if (commands.containsKey(asked[0])) {
            commands.keySet().retainAll(Set.of(asked[0]));
        }
        return commandLine(commands, console).execute(asked);
    }

    private static boolean asksForHelp(String word) {
        return word.equals("-h") || word.equals("-help") || word.equals("--help");
    }

    private static Map<String, Supplier<Object>> commands(Console console) {
        Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
        commands.put("dev", () -> new DevCommand(console));
        commands.put("join", () -> new JoinCommand(console));
        commands.put("members", () -> new MembersCommand(console));
        commands.put("info", () -> new InfoCommand(console));
        commands.put("peers", () -> new PeersCommand(console));
        commands.put("why", () -> new WhyCommand(console));
        commands.put("check", () -> new CheckCommand(console));
        commands.put("reload", () -> new ReloadCommand(console));
        commands.put("leave", () -> new LeaveCommand(console));
        commands.put("force-leave", () -> new ForceLeaveCommand(console));
        commands.put("remove-peer", () -> new RemovePeerCommand(console));
        commands.put("keygen", () -> new KeygenCommand(console));
        commands.put("version", () -> new VersionCommand(console));
        return commands;
    }

    private static CommandLine commandLine(Map<String, Supplier<Object>> commands, Console console) {
        CommandLine line = new CommandLine(new Root());
        line.addSubcommand(new AgentHelp());
        commands.values().forEach(command -> line.addSubcommand(command.get()));
        line.setPosixClusteredShortOptionsAllowed(false);
        line.setUsageHelpWidth(HELP_WIDTH);
        line.setOut(console.out());
        line.setErr(console.err());
        line.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
        line.registerConverter(Integer.TYPE, QuorateCli::number);
        line.setExecutionStrategy(parsed -> {
            refuseEmpty(parsed);
            return new CommandLine.RunLast().execute(parsed);
        });
        line.setParameterExceptionHandler((failure, words) -> {
            console.err().println(failure.getMessage());
            console.err()
                    .println("See: " + failure.getCommandLine().getCommandSpec().qualifiedName() + " -help");
            return FAILED;
        });
        line.setExecutionExceptionHandler((failure, command, parsed) -> {
            if (failure instanceof CommandException) {
                console.err().println(failure.getMessage());
            } else {
                failure.printStackTrace(console.err());
            }
            return FAILED;
        });
        return line;
    }

    private static int number(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new CommandLine.TypeConversionException("'" + text + "' is not a number");
        }
    }

    /** As an unset variable of a script leaves it: no command has a use for one, and an agent would be asked about nobody. */
    private static void refuseEmpty(ParseResult parsed) {
        for (CommandLine command : parsed.asCommandLineList()) {
            for (ArgSpec argument : command.getParseResult().matchedArgs()) {
                boolean isSwitch = argument.isOption() && argument.arity().max() == 0;
                boolean isEmpty = argument.originalStringValues().stream().anyMatch(QuorateCli::holdsNothing)
                        || argument.stringValues().stream().anyMatch(String::isBlank);
                if (!isSwitch && isEmpty) {
                    String name = argument instanceof OptionSpec option ? option.names()[0] : argument.paramLabel();
                    throw new CommandLine.ParameterException(command, name + " cannot be empty");
                }
            }
        }
    }

    private static boolean holdsNothing(String text) {
        return text.isBlank() || text.chars().allMatch(c -> c == ',' || Character.isWhitespace(c));
    }

    @Command(
            name = "quorate",
            synopsisSubcommandLabel = "<command>",
            description = "Agents that bootstrap a cluster, find each other, and say what they wait for.",
            footer = {
                "",
                "Without a command: dev. Each command has an example: quorate <command> -help",
                "",
                "Exit codes: 0 done; 1 wrong usage, no answer, or refused; 2 what was asked about is not so (why, check)."
            })
    private static final class Root extends HelpOption implements Runnable {
        @Override
        public void run() {
            CommandLine.usage(this, System.out);
        }
    }

    /** Shows in the list; its words are the agent's own and never come here. */
    @Command(name = "agent", description = "Run an agent, server or client.")
    private static final class AgentHelp {}
}
