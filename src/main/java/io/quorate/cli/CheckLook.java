package io.quorate.cli;

import io.quorate.cli.CheckRules.Seen;
import io.quorate.kernel.IpText;
import io.quorate.runtime.Threads;
import io.quorate.runtime.Ticker;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/** Looks at many agents at once: one that is silent keeps nobody from being asked. For one thread; closed with its threads. */
final class CheckLook implements AutoCloseable {
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofSeconds(5);
    private static final int MAX_AGENTS = 2_000;
    private static final int AT_ONCE = 32;

    private final List<AgentAddress> addresses;
    private final boolean members;
    private final Ticker ticker;
    private final long end;
    private final ExecutorService asking = Threads.pool("check", AT_ONCE, MAX_AGENTS);

    /**
     * @param members whether every living member of gossip is asked too
     * @param end in nanoseconds of the ticker: no answer is awaited for longer, but each for 1 s at least
     */
    CheckLook(List<AgentAddress> addresses, boolean members, Ticker ticker, long end) {
        this.addresses = addresses;
        this.members = members;
        this.ticker = ticker;
        this.end = end;
    }

    Seen look() {
        Map<String, CheckedAgent> agents = new LinkedHashMap<>();
        List<String> silent = new ArrayList<>();
        Set<String> asked = new HashSet<>();
        List<String> unknown = new ArrayList<>();
        List<AgentAddress> first = addresses.stream()
                .flatMap(address -> resolve(address, unknown).stream())
                .toList();
        ask(first, asked, agents, silent);
        silent.addAll(unknown);
        if (members) {
            askMembers(asked, agents, silent);
        }
        return new Seen(new ArrayList<>(agents.values()), silent);
    }

    private void askMembers(Set<String> asked, Map<String, CheckedAgent> agents, List<String> silent) {
        int port = addresses.get(0).port();
        Map<String, AgentAddress> others = new TreeMap<>();
        agents.values()
                .forEach(agent -> agent.alive()
                        .forEach(
                                (name, gossip) -> others.put(name, new AgentAddress(CheckedAgent.host(gossip), port))));
        agents.values().forEach(agent -> others.remove(agent.name()));
        ask(others.values(), asked, agents, silent);
        others.forEach((name, own) -> {
            if (agents.values().stream().noneMatch(agent -> agent.name().equals(name))) {
                silent.add("no answer from member " + name + " at " + own);
            }
        });
    }

    private void ask(
            Collection<AgentAddress> some, Set<String> asked, Map<String, CheckedAgent> agents, List<String> silent) {
        List<CompletableFuture<CheckedAgent>> answers = new ArrayList<>();
        for (AgentAddress address : some) {
            if (asked.size() < MAX_AGENTS && asked.add(address.toString())) {
                answers.add(CompletableFuture.supplyAsync(
                        () -> CheckedAgent.ask(() -> new AgentClient(address, left()), address.toString()), asking));
            }
        }
        for (CompletableFuture<CheckedAgent> answer : answers) {
            try {
                CheckedAgent agent = answer.join();
                // An agent may be reached at several addresses; two that only share a name are two.
                agents.putIfAbsent(agent.name() + " " + agent.id(), agent);
            } catch (CompletionException e) {
                silent.add(why(e));
            }
        }
    }

    /** Each question of a look gets what is left of the time. */
    private Duration left() {
        return Duration.ofNanos(Math.max(SHORTEST.toNanos(), Math.min(LONGEST.toNanos(), end - ticker.nanos())));
    }

    private static String why(CompletionException failure) {
        @Nullable Throwable cause = failure.getCause();
        if (cause instanceof CommandException refused) {
            return String.valueOf(refused.getMessage()).replaceFirst("\\. Is one running there\\?.*", "");
        }
        throw failure;
    }

    /** Anew in each look: pods get new addresses. */
    private static List<AgentAddress> resolve(AgentAddress address, List<String> unknown) {
        try {
            List<AgentAddress> all = new ArrayList<>();
            for (InetAddress one : InetAddress.getAllByName(address.host())) {
                all.add(new AgentAddress(IpText.beforePort(one), address.port()));
            }
            return all;
        } catch (UnknownHostException e) {
            unknown.add("no address is known for " + address.host());
            return List.of();
        }
    }

    @Override
    public void close() {
        asking.shutdownNow();
    }
}
