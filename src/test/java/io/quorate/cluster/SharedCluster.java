package io.quorate.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;

/**
 * Three founders, and perhaps clients, that the tests of a class share: each test leaves them whole, and only one that failed makes the
 * next begin with new ones.
 */
final class SharedCluster {
    private final Agents agents;
    private final Whole all;
    private String cluster = "";

    SharedCluster(Agents agents, Whole all) {
        this.agents = agents;
        this.all = all;
    }

    /** Before each test: the cluster of before, or a new one. */
    void begin(Runnable beforeStart, Runnable founded) {
        if (cluster.isEmpty() || agents.failedSinceAsked()) {
            agents.all().forEach(AgentProcess::kill);
            agents.all().forEach(AgentProcess::wipe);
            all.servers().forEach(server -> server.setFlags("-bootstrap-expect=3", joins()));
            all.clients().forEach(client -> client.setFlags(joins()));
            beforeStart.run();
            all.servers().forEach(AgentProcess::start);
            all.clients().forEach(AgentProcess::start);
            cluster = all.await(agents);
            founded.run();
        }
        isWhole();
    }

    void begin() {
        begin(() -> {}, () -> {});
    }

    /** That it is the same cluster, whole. */
    void isWhole() {
        assertThat(all.await(agents)).isEqualTo(cluster);
    }

    String id() {
        return cluster;
    }

    /** Every agent lists all servers, itself too, as one file for all machines does. */
    String joins() {
        return joins(all);
    }

    static String joins(Whole all) {
        return all.servers().stream()
                .map(server -> server.place().gossipAddress())
                .collect(Collectors.joining(",", "-retry-join=", ""));
    }
}
