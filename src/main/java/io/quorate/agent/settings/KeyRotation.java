package io.quorate.agent.settings;

import java.util.Optional;

/**
 * Which change of gossip's keys may be made while the agents of a pool run. They are told one after the other, so that in every step
 * each must understand those that have made it and those that have not: a key is accepted everywhere before anybody seals with it, and
 * nobody seals with it any more before it is dropped.
 */
final class KeyRotation {
    private KeyRotation() {}

    /** Why the step would cut this agent off from those that have not made it; empty when it would not. */
    static Optional<String> problem(AgentSettings.Gossip running, AgentSettings.Gossip next) {
        if (next.seals() && !running.keys().contains(next.keys().get(0))) {
            return Optional.of(
                    running.keys().isEmpty()
                            ? "encrypt: this agent has no key yet, and the others could not read it. First set the key with"
                                    + " encrypt_verify_incoming and encrypt_verify_outgoing false on all agents, then outgoing, then incoming"
                            : "encrypt: the first key is new, and agents that do not have it yet could not read this one. First"
                                    + " add it as the second on all agents, then make it the first, then drop the old one");
        }
        if (running.seals() && !next.keys().contains(running.keys().get(0))) {
            return Optional.of(
                    "encrypt: the key that this agent encrypts with cannot be dropped. First make another the first on all"
                            + " agents; to stop encrypting, first set encrypt_verify_incoming and then encrypt_verify_outgoing false on all");
        }
        boolean refusesPlain = !next.keys().isEmpty() && next.verifyIncoming();
        boolean tookPlain = running.keys().isEmpty() || !running.verifyIncoming();
        if (refusesPlain && tookPlain && !running.seals()) {
            return Optional.of(
                    "encrypt_verify_incoming: the others may not encrypt yet, as this agent does not. First set"
                            + " encrypt_verify_outgoing true on all agents");
        }
        if (running.seals() && !next.seals() && !tookPlain) {
            return Optional.of(
                    "encrypt_verify_outgoing: the others may refuse what is not encrypted, as this agent does. First set"
                            + " encrypt_verify_incoming false on all agents");
        }
        return Optional.empty();
    }
}
