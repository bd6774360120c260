package io.quorate.bootstrap;

import io.quorate.consensus.CommittedServers;
import io.quorate.consensus.Consensus;
import io.quorate.rpc.AddressBook;
import io.quorate.rpc.RpcCaller;
import io.quorate.runtime.Disk;
import io.quorate.runtime.Ticker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * What founding needs to run.
 *
 * @param folder the data directory, which exists and is this process's alone
 * @param disk that holds the folder
 * @param addresses where each server id was seen last
 * @param chance secure: it makes server ids and cluster ids
 */
public record FoundingSettings(
        Path folder,
        Disk disk,
        Terms terms,
        Timing timing,
        Consensus consensus,
        RpcCaller rpc,
        CommittedServers committed,
        AddressBook addresses,
        RandomGenerator chance,
        Ticker ticker) {
    /**
     * @param round between two rounds of questions to all known servers
     * @param ask how long an answer may take
     * @param margin how long the candidates must stay the same
     * @param release how long a pledged server waits for proof, and a started one for a leader, before it withdraws
     * @param stabilization how long a learner must be caught up before it votes
     * @param silence how long nobody must hear a voter before a server of its name takes its place; any other server waits six times
     *     as long
     * @param story between two lines that say what is waited for
     */
    public record Timing(
            Duration round,
            Duration ask,
            Duration margin,
            Duration release,
            Duration stabilization,
            Duration silence,
            Duration story) {
        public static final Timing DEFAULT = new Timing(
                Duration.ofSeconds(1),
                Duration.ofSeconds(2),
                Duration.ofSeconds(1),
                Duration.ofSeconds(30),
                Duration.ofSeconds(2),
                Duration.ofSeconds(5),
                Duration.ofMinutes(1));
    }
}
