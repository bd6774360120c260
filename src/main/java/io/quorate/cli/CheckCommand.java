package io.quorate.cli;

import io.quorate.cli.CheckRules.Finding;
import io.quorate.cli.CheckRules.Seen;
import io.quorate.runtime.Ticker;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "check",
        description = {
            "Check that a cluster is whole, and wait until it is: one cluster id and one leader on every agent asked, the voters",
            "expected and none of them failed, one more failure survived where there are three servers or more, everybody ready and",
            "in the catalog, equal logs. The last line says whether the cluster is whole, and if not, why."
        },
        footer = {
            "",
            "Exit codes: 0 the cluster is whole; 1 wrong usage; 2 something did not hold until the timeout, or nobody answered.",
            "",
            "Example: quorate check -servers=3 -http-addr=quorate-headless:8500 -members -timeout=2m"
        })
final class CheckCommand extends HelpOption implements Callable<Integer> {
    private static final Duration PAUSE = Duration.ofMillis(500);

    @Option(
            names = {"-http-addr", "--http-addr"},
            paramLabel = "<address>",
            split = ",",
            description = {
                "Agents to ask; may be repeated or hold several, separated by commas. All addresses of a name are asked",
                "(default: QUORATE_HTTP_ADDR, else 127.0.0.1:8500)."
            })
    private @Nullable List<String> httpAddr;

    @Option(
            names = {"-servers", "--servers"},
            paramLabel = "<n>",
            defaultValue = "0",
            description = "How many servers must be among the agents asked, all of them voters (default: not checked).")
    private int servers;

    @Option(
            names = {"-members", "--members"},
            description =
                    "Ask every living member of gossip too, at its own address and the port of the first address.")
    private boolean members;

    @Option(
            names = {"-timeout", "--timeout"},
            paramLabel = "<duration>",
            defaultValue = "60s",
            description = "How long to wait until everything holds; 0s looks once (default: 60s).")
    private String timeout = "60s";

    @Option(
            names = {"-format", "--format"},
            paramLabel = "table|json",
            defaultValue = "table",
            description = "How to print the result; as JSON nothing is printed before the end (default: table).")
    private HttpCommand.Format format = HttpCommand.Format.table;

    private final Console console;

    CheckCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        if (servers < 0) {
            throw new CommandException("-servers " + servers + ": cannot be negative");
        }
        List<AgentAddress> addresses = addresses();
        Ticker ticker = Ticker.system();
        long end = ticker.nanos() + duration(timeout).toNanos();
        try (CheckLook look = new CheckLook(addresses, members, ticker, end)) {
            return untilWhole(look, ticker, end);
        }
    }

    private int untilWhole(CheckLook look, Ticker ticker, long end) {
        long before = -1;
        String told = "";
        while (true) {
            Seen seen = look.look();
            List<Finding> findings = CheckRules.findings(seen, servers, before);
            before = seen.furthest();
            List<String> broken = findings.stream()
                    .filter(finding -> !finding.holds())
                    .map(finding -> clean(finding.text()))
                    .toList();
            boolean late = ticker.nanos() + PAUSE.toNanos() > end;
            if (broken.isEmpty() || late) {
                report(seen, findings, broken);
                return broken.isEmpty() ? QuorateCli.OK : QuorateCli.NOT_READY;
            }
            if (!broken.get(0).equals(told) && !isJson()) {
                told = broken.get(0);
                console.out().println("waiting " + told);
            }
            pause();
        }
    }

    private boolean isJson() {
        return format == HttpCommand.Format.json;
    }

    private void report(Seen seen, List<Finding> findings, List<String> broken) {
        String reason = String.join("; ", broken);
        if (isJson()) {
            Map<String, Object> report = new LinkedHashMap<>();
            report.put("whole", broken.isEmpty());
            report.put("reason", reason);
            report.put(
                    "agents",
                    seen.agents().stream().map(CheckedAgent::name).sorted().toList());
            report.put("silent", seen.silent());
            report.put(
                    "findings",
                    findings.stream()
                            .map(finding -> Map.of("holds", finding.holds(), "text", finding.text()))
                            .map(TreeMap::new)
                            .toList());
            console.out().println(new Json(report).pretty());
        } else {
            findings.forEach(finding ->
                    console.out().println((finding.holds() ? "ok      " : "BROKEN  ") + clean(finding.text())));
            console.out().println(broken.isEmpty() ? "The cluster is whole." : "The cluster is not whole: " + reason);
        }
        console.out().flush();
    }

    private List<AgentAddress> addresses() {
        List<String> texts = httpAddr == null
                ? Arrays.asList(console.environment()
                        .getOrDefault("QUORATE_HTTP_ADDR", "")
                        .split(",", -1))
                : httpAddr;
        List<AgentAddress> addresses = texts.stream()
                .filter(text -> !text.isBlank())
                .map(AgentAddress::parse)
                .toList();
        return addresses.isEmpty() ? List.of(AgentAddress.parse(AgentAddress.DEFAULT)) : addresses;
    }

    private static Duration duration(String text) {
        try {
            Duration duration = Duration.parse("PT" + text.strip().toUpperCase(Locale.ROOT));
            if (!duration.isNegative() && duration.compareTo(Duration.ofDays(1)) <= 0) {
                return duration;
            }
        } catch (DateTimeParseException e) {
            throw new CommandException("-timeout " + text + ": not a duration such as 60s or 1m30s, at most 24h");
        }
        throw new CommandException("-timeout " + text + ": not a duration such as 60s or 1m30s, at most 24h");
    }

    private static void pause() {
        try {
            // Nothing counts this down: a wait that an interrupt ends.
            boolean counted = new CountDownLatch(1).await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
            assert !counted;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException("interrupted");
        }
    }

    /** Names come from the network. */
    private static String clean(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }
}
