package io.quorate.operator;

import io.quorate.bootstrap.Why;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.ReasonCode;
import io.quorate.membership.Meeting;
import io.quorate.runtime.Clocks;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What this agent's joins met, and what that means for whoever waits for others. */
final class JoinsMet {
    /** Longer than some rounds of retry-join take; what is older says nothing of now. */
    private static final Duration RECENT = Duration.ofMinutes(5);
    /** So many addresses are named in a message; all of them are in the list beside it. */
    private static final int NAMED = 3;

    /** Waiting for somebody else to come: then what keeps others away is the cause. */
    private static final Set<ReasonCode> WAITS_FOR_OTHERS = EnumSet.of(
            ReasonCode.WAITING_FOR_SERVERS,
            ReasonCode.NO_SERVERS,
            ReasonCode.QUORUM_LOST,
            ReasonCode.WAITING_FOR_ADOPTION);

    private final List<Meeting> all;
    private final Endpoint self;
    /** Where living members are: however they were found, what was met there before is over. */
    private final Set<String> living;

    private final boolean knowsNobody;
    private final Instant now;

    private JoinsMet(List<Meeting> all, Endpoint self, Set<String> living, boolean knowsNobody, Instant now) {
        this.all = all;
        this.self = self;
        this.living = living;
        this.knowsNobody = knowsNobody;
        this.now = now;
    }

    static JoinsMet of(AgentParts parts) {
        return new JoinsMet(
                parts.membership().meetings(),
                parts.membership().address(),
                parts.membership().roster().members().stream()
                        .filter(member -> member.state().isAlive())
                        .map(member -> member.address().toString())
                        .collect(Collectors.toSet()),
                parts.membership().roster().members().size() <= 1,
                Clocks.wall().instant());
    }

    /**
     * One address, as {@code /why} shows it.
     *
     * @param address as {@code host:port}; the source as it was given where that came to no address
     * @param direction {@code asked}: this agent joined there; {@code was_asked}: the one there wanted to join here and was refused
     * @param outcome e.g. {@code joined}, {@code wrong_datacenter}, {@code refused}, {@code silent}
     * @param message in words
     * @param ageMs how long ago
     */
    record JoinMeeting(String address, String direction, String outcome, String message, Instant at, long ageMs) {}

    /** Newest first. */
    List<JoinMeeting> reports() {
        return all.stream()
                .sorted(Comparator.comparing(Meeting::at).reversed())
                .map(m -> new JoinMeeting(
                        m.address(),
                        m.asked() ? "asked" : "was_asked",
                        m.outcome().name().toLowerCase(java.util.Locale.ROOT),
                        m.text(),
                        m.at(),
                        age(m).toMillis()))
                .toList();
    }

    /** With what the joins met, where that is what keeps the others away. */
    Why explain(Why own) {
        // Whoever has nothing to do but wait is not kept waiting by an address that it cannot join.
        if (!WAITS_FOR_OTHERS.contains(own.code()) || own.nextStep().startsWith("nothing")) {
            return own;
        }
        Optional<Meeting> telling = mostTelling();
        if (telling.isPresent()) {
            Meeting met = telling.get();
            return new Why(
                    own.code(),
                    own.message() + "; " + sentence(met),
                    nextStep(met).map(step -> step + "; then " + own.nextStep()).orElse(own.nextStep()),
                    own.evidence());
        }
        if (own.code() != ReasonCode.NO_SERVERS && knowsNobody && recent().noneMatch(Meeting::asked)) {
            return new Why(
                    own.code(),
                    own.message() + "; it knows no other agent, was given none to join, and waits until it is joined"
                            + " (an agent that left does not go back by itself to those it knew)",
                    "join it to any agent of the datacenter: quorate join ADDRESS, or start it with -retry-join; then "
                            + own.nextStep(),
                    own.evidence());
        }
        return reachedOnlyItself()
                ? new Why(
                        own.code(),
                        own.message() + "; the only agent that it joined is itself, at " + self,
                        "name the others in -retry-join too, or join one of them: quorate join ADDRESS",
                        own.evidence())
                : own;
    }

    private Optional<Meeting> mostTelling() {
        return recent().filter(m -> m.isFailure() && !living.contains(m.address()))
                .min(Comparator.comparing(Meeting::outcome)
                        .thenComparing(m -> !m.asked())
                        .thenComparing(Comparator.comparing(Meeting::at).reversed()));
    }

    private Stream<Meeting> recent() {
        return all.stream().filter(m -> age(m).compareTo(RECENT) <= 0);
    }

    private boolean reachedOnlyItself() {
        List<Meeting> asked = recent().filter(Meeting::asked).toList();
        return !asked.isEmpty() && asked.stream().allMatch(m -> m.address().equals(self.toString()));
    }

    private Duration age(Meeting meeting) {
        Duration age = Duration.between(meeting.at(), now);
        return age.isNegative() ? Duration.ZERO : age;
    }

    private String sentence(Meeting met) {
        if (!met.asked()) {
            return ago(met) + " " + met.address() + " " + met.text();
        }
        // Several that failed alike are one fact; a text that speaks of one address alone is not made to speak of
        // others.
        List<String> alike = recent().filter(m ->
                        m.asked() && m.outcome() == met.outcome() && m.text().equals(met.text()))
                .map(Meeting::address)
                .toList();
        String more = alike.size() > NAMED ? " and " + (alike.size() - NAMED) + " more" : "";
        return "joining "
                + alike.stream().limit(NAMED).collect(Collectors.joining(", ")) + more + " failed " + ago(met) + ": "
                + met.text();
    }

    private String ago(Meeting met) {
        return age(met).toSeconds() + " s ago";
    }

    /** What must be done first; empty where the usual step is all there is. */
    private static Optional<String> nextStep(Meeting met) {
        String where = met.address();
        return switch (met.outcome()) {
            case WRONG_DATACENTER ->
                Optional.of("give both the same -datacenter, or take " + where + " out of -retry-join");
            case OTHER_CLUSTER ->
                Optional.of("take " + where + " out of -retry-join: members of different clusters do not mix; to move"
                        + " a server over, stop it and move its data directory away");
            case NODE_ID_TAKEN ->
                Optional.of("give one of the two another -node-id, or move its data directory away if that is a copy");
            case INCOMPATIBLE -> Optional.of("run the same version of Quorate on both");
            case OTHER_KEY ->
                Optional.of("give this agent and the one at " + where + " the same gossip key (-encrypt)");
            case HUNG_UP ->
                Optional.of("check that " + where + " is the gossip address of an agent (port 8301), and that both have"
                        + " the same gossip key (-encrypt)");
            case NOT_GOSSIP ->
                Optional.of("name the gossip address of an agent (port 8301) instead of " + where
                        + ", where something else answers");
            case NOT_FOUND -> Optional.of("correct " + where + " in -retry-join, or see why it gives no address");
            case REFUSED -> Optional.of("see whether an agent runs at " + where);
            case SILENT, UNREACHABLE ->
                Optional.of("see whether an agent runs at " + where + " and whether a firewall lets TCP and UDP"
                        + " through to it");
            case BUSY, JOINED -> Optional.empty();
        };
    }
}
