package io.quorate.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

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
        Pattern wanted;
        try {
            wanted = Pattern.compile(status);
        } catch (PatternSyntaxException e) {
            throw new CommandException("-status " + status + ": no regular expression: " + e.getDescription());
        }
        JsonNode answer = agent.ok(agent.get("/members", "application/json")).json();
        if (isJson()) {
            print(answer);
            return answer.isEmpty() ? QuorateCli.NOT_READY : QuorateCli.OK;
        }
        List<JsonNode> members = new ArrayList<>();
        for (JsonNode member : answer) {
            if (wanted.matcher(Texts.of(member, "status")).matches()) {
                members.add(member);
            }
        }
        members.sort(Comparator.<JsonNode, Boolean>comparing(
                        m -> !Texts.of(m, "role").equals("server"))
                .thenComparing(m -> Texts.of(m, "name")));
        Table table = detailed
                ? new Table("Node", "Address", "Status", "Tags")
                : new Table("Node", "Address", "Status", "Role", "Version", "DC", "Since");
        for (JsonNode member : members) {
            if (detailed) {
                table.row(
                        Texts.of(member, "name"),
                        Texts.of(member, "address"),
                        Texts.of(member, "status"),
                        tags(member));
            } else {
                table.row(
                        Texts.of(member, "name"),
                        Texts.of(member, "address"),
                        Texts.of(member, "status"),
                        Texts.of(member, "role"),
                        Texts.of(member.path("tags"), "build"),
                        Texts.of(member.path("tags"), "dc"),
                        Texts.of(member, "since"));
            }
        }
        if (table.isEmpty()) {
            return QuorateCli.NOT_READY;
        }
        print(table.toString());
        return QuorateCli.OK;
    }

    private static String tags(JsonNode member) {
        TreeMap<String, String> tags = new TreeMap<>();
        member.path("tags")
                .properties()
                .forEach(e -> tags.put(e.getKey(), e.getValue().asString()));
        return String.join(
                ",",
                tags.entrySet().stream()
                        .map(e -> e.getKey() + "=" + e.getValue())
                        .toList());
    }
}
