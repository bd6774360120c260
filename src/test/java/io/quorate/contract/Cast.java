package io.quorate.contract;

import io.quorate.cluster.AgentProcess;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which agents of ours play those of the recording: addresses and node ids are translated, names are the same. */
final class Cast {
    private final Map<String, AgentProcess> agents = new LinkedHashMap<>();
    private final Map<String, String> toOurs = new LinkedHashMap<>();
    private final Map<String, String> idOf = new LinkedHashMap<>();

    /** @param recordedAddress where it was when it was recorded */
    Cast with(AgentProcess agent, String recordedAddress, String recordedId) {
        agents.put(agent.name(), agent);
        toOurs.put(recordedAddress, agent.place().address());
        idOf.put(agent.name(), recordedId);
        return this;
    }

    /** Once they answer: which node ids they gave themselves. */
    void learnIds(List<AgentProcess> started) {
        for (AgentProcess agent : started) {
            Answered self =
                    Answered.to("GET", agent.place().httpAddress(), "/v1/agent/self", Map.of(), new byte[0], false);
            String id = Exchange.JSON
                    .readTree(self.body())
                    .path("Config")
                    .path("NodeID")
                    .stringValue();
            toOurs.put(idOf.get(agent.name()), id);
        }
    }

    /** The agent that is asked in place of the recorded one: by name, or whoever leads or follows now. */
    AgentProcess agent(Exchange exchange) {
        // Who tells of himself must be the same one: when this was recorded, s3 led.
        boolean ofItself = exchange.path().startsWith("/v1/agent/self");
        return switch (exchange.to()) {
            case "leader" -> ofItself ? agent("s3") : server(true);
            case "follower" -> ofItself ? agent("s1") : server(false);
            default -> agent(exchange.to());
        };
    }

    AgentProcess agent(String name) {
        return Objects.requireNonNull(agents.get(name.equals("client") ? "c1" : name), name);
    }

    private AgentProcess server(boolean leads) {
        return agents.values().stream()
                .filter(agent -> agent.isServer() && agent.isLeader() == leads)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no server that " + (leads ? "leads" : "follows")));
    }

    String toOurs(String recorded) {
        return replaced(recorded, toOurs);
    }

    String toRecorded(String ours) {
        Map<String, String> back = new LinkedHashMap<>();
        toOurs.forEach((recorded, our) -> back.put(our, recorded));
        return replaced(ours, back);
    }

    /** All at once: what was put in is not looked at again. */
    private static String replaced(String text, Map<String, String> words) {
        if (words.isEmpty()) {
            return text;
        }
        String all =
                String.join("|", words.keySet().stream().map(Pattern::quote).toList());
        Matcher found = Pattern.compile("(?:" + all + ")(?!\\d)").matcher(text);
        return found.replaceAll(match -> Matcher.quoteReplacement(words.get(match.group())));
    }
}
