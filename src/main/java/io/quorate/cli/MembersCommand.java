package io.quorate.cli;

import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "members",
        description = "List the agents that an agent knows: servers first, then clients, by name.",
        footer = {
            "",
            "Exit codes: 0 listed; 1 no answer; 2 nothing to list.",
            "",
            "Example: quorate members -status=alive"
        })
final class MembersCommand extends HttpCommand {
    private static final Comparator<Json> SERVERS_FIRST = Comparator.<Json, Boolean>comparing(
                    member -> !member.text("role").equals("server"))
            .thenComparing(member -> member.text("name"));

    @Option(
            names = {"-detailed", "--detailed"},
            description = "With every tag.")
    private boolean detailed;

    @Option(
            names = {"-status", "--status"},
            paramLabel = "<regex>",
            defaultValue = ".*",
            description = "Only members whose status matches: alive, leaving, left, failed.")
    private String status = ".*";

    MembersCommand(Console console) {
        super(console);
    }

    @Override
    int run(AgentClient agent) {
        Pattern wanted = wanted();
        Json answer = agent.ok(agent.get("/members", "application/json")).json();
        if (isJson()) {
            print(answer);
            return answer.elements().isEmpty() ? QuorateCli.NOT_READY : QuorateCli.OK;
        }
        Table table = table(answer.elements().stream()
                .filter(member -> wanted.matcher(member.text("status")).matches())
                .sorted(SERVERS_FIRST)
                .toList());
        if (table.isEmpty()) {
            return QuorateCli.NOT_READY;
        }
        print(table.toString());
        return QuorateCli.OK;
    }

    private Pattern wanted() {
        try {
            return Pattern.compile(status);
        } catch (PatternSyntaxException e) {
            throw new CommandException("-status " + status + ": not a regular expression: " + e.getDescription());
        }
    }

    private Table table(List<Json> members) {
        Table table = detailed
                ? new Table("Node", "Address", "Status", "Tags")
                : new Table("Node", "Address", "Status", "Role", "Version", "DC", "Since");
        for (Json member : members) {
            if (detailed) {
                table.row(member.text("name"), member.text("address"), member.text("status"), tags(member));
            } else {
                table.row(
                        member.text("name"),
                        member.text("address"),
                        member.text("status"),
                        member.text("role"),
                        member.get("tags").text("build"),
                        member.get("tags").text("dc"),
                        member.text("since"));
            }
        }
        return table;
    }

    private static String tags(Json member) {
        TreeMap<String, String> tags = new TreeMap<>(member.get("tags").texts());
        return String.join(
                ",",
                tags.entrySet().stream()
                        .map(e -> e.getKey() + "=" + e.getValue())
                        .toList());
    }
}
