package io.quorate.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.function.IntSupplier;

/**
 * Which agents a datacenter on the loopback has, with their ports and flags. Pure: what is free it is told.
 *
 * @param agents servers first
 */
record DevPlan(List<Agent> agents) {
    static final String HOST = "127.0.0.1";
    private static final int FIRST_SERVER_PORT = 8300;
    private static final int FIRST_GOSSIP_PORT = 8301;
    /** Between the server ports of two agents, so that the gossip ports fit between. */
    private static final int STEP = 10;

    private static final int TRIES = 1000;

    DevPlan {
        agents = List.copyOf(agents);
    }

    /**
     * One agent to start.
     *
     * @param folder its data and its log
     * @param arguments with the word {@code agent}
     */
    record Agent(String name, boolean server, int httpPort, int gossipPort, Path folder, List<String> arguments) {
        Agent {
            arguments = List.copyOf(arguments);
        }

        Path log() {
            return folder.resolve("agent.log");
        }

        AgentAddress http() {
            return new AgentAddress(HOST, httpPort);
        }
    }

    /**
     * @param firstHttpPort of the first server, which must be free already; the others follow where they can
     * @param isFree whether a port of 127.0.0.1 is free for TCP and UDP
     * @param anyFree a port that is
     */
    static DevPlan of(
            int servers, int clients, int firstHttpPort, Path folder, IntPredicate isFree, IntSupplier anyFree) {
        Set<Integer> taken = new HashSet<>(Set.of(firstHttpPort));
        int count = servers + clients;
        int[] http = new int[count];
        int[] gossip = new int[count];
        int[] rpc = new int[servers];
        for (int i = 0; i < count; i++) {
            http[i] = i == 0 ? firstHttpPort : choose(firstHttpPort + i, taken, isFree, anyFree);
        }
        for (int i = 0; i < count; i++) {
            gossip[i] = choose(FIRST_GOSSIP_PORT + STEP * i, taken, isFree, anyFree);
            if (i < servers) {
                rpc[i] = choose(FIRST_SERVER_PORT + STEP * i, taken, isFree, anyFree);
            }
        }
        List<Agent> agents = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            boolean server = i < servers;
            String name = server ? "server-" + (i + 1) : "client-" + (i - servers + 1);
            Path own = folder.resolve(name);
            List<String> arguments = new ArrayList<>(List.of(
                    "agent",
                    "-node=" + name,
                    "-data-dir=" + own.resolve("data"),
                    "-bind=" + HOST,
                    "-client=" + HOST,
                    "-http-port=" + http[i],
                    "-serf-lan-port=" + gossip[i],
                    "-retry-interval=1s",
                    "-stop-with-stdin"));
            if (server) {
                arguments.addAll(List.of("-server", "-bootstrap-expect=" + servers, "-server-port=" + rpc[i]));
            }
            for (int other = 0; other < servers; other++) {
                if (other != i) {
                    arguments.add("-retry-join=" + HOST + ":" + gossip[other]);
                }
            }
            agents.add(new Agent(name, server, http[i], gossip[i], own, arguments));
        }
        return new DevPlan(agents);
    }

    int servers() {
        return (int) agents.stream().filter(Agent::server).count();
    }

    private static int choose(int wish, Set<Integer> taken, IntPredicate isFree, IntSupplier anyFree) {
        int port = wish;
        for (int i = 0; i < TRIES; i++) {
            if (port <= 65535 && !taken.contains(port) && isFree.test(port)) {
                taken.add(port);
                return port;
            }
            port = anyFree.getAsInt();
        }
        throw new CommandException("No free port could be found on " + HOST);
    }
}
