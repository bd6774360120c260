package io.quorate.operator;

import io.quorate.bootstrap.Founding;
import io.quorate.bootstrap.Why;
import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * What a server says of itself when it is asked: what it can do now. Gossip knows only that its process answers.
 *
 * @param code as its own {@code /why}; a text, because a later version may have a code that this one lacks
 * @param inability why it takes no part in its cluster's consensus, though its process runs; absent while it does
 * @param cluster absent while it belongs to none
 * @param leader server id; absent while it knows none
 * @param voters server ids, as it knows the cluster
 * @param founders node names that it declares; empty once there is a cluster
 * @param commitIndex the last entry that it knows to be committed, 0 of an earlier version
 * @param namesakes two agents of one name that this server saw itself, in words; absent while it sees none
 * @param olderData servers that this one saw come back on older data, in words, by server id; absent of an earlier version
 * @param removed servers that an operator removed, by server id: which start of each stays outside; absent of an earlier version
 * @param returnsInS on a leader: in how many seconds each server that left is taken in again at the earliest, by server id
 */
record ServerWord(
        String code,
        String message,
        String nextStep,
        @Nullable String inability,
        @Nullable String cluster,
        @Nullable String leader,
        List<String> voters,
        List<String> founders,
        long commitIndex,
        @Nullable String namesakes,
        @Nullable Map<String, String> olderData,
        Map<String, Long> returnsInS,
        @Nullable Map<String, Long> removed) {
    private static final int MAX_BYTES = 64 * 1024;

    /** Whatever another server sent, what comes of it can be used: its ids are ids, and nothing is missing. */
    ServerWord {
        Stream.of(code, message, nextStep).forEach(Objects::requireNonNull);
        Stream.concat(voters.stream(), Stream.ofNullable(leader)).forEach(ServerId::of);
        voters = List.copyOf(voters);
        founders = List.copyOf(founders);
        olderData = olderData == null ? Map.of() : Map.copyOf(olderData);
        returnsInS = Map.copyOf(returnsInS);
        removed = removed == null ? Map.of() : Map.copyOf(removed);
    }

    /** This server's own. */
    static ServerWord of(AgentParts parts, AgentParts.ServerParts server) {
        Founding.View view = server.founding().view();
        RaftStatus raft = server.consensus().status();
        Why why = Reason.of(parts);
        Why alone = Reason.server(view.why(), raft);
        boolean broken = raft.disk() != null
                || view.state().equals("failed")
                || raft.error() != null
                || raft.role() == RaftStatus.Role.ERROR;
        ServerId leader = raft.leader();
        Map<String, Long> returns = new TreeMap<>();
        server.founding().leaving().forEach((id, left) -> returns.put(id.toString(), left.toSeconds()));
        Map<String, Long> removed = new TreeMap<>();
        server.consensus().removed().forEach((id, starts) -> removed.put(id.toString(), starts));
        return new ServerWord(
                why.code().name(),
                why.message(),
                why.nextStep(),
                broken ? alone.code() + ": " + alone.message() : null,
                view.cluster() == null ? null : view.cluster().toString(),
                leader == null ? null : leader.toString(),
                raft.voters().stream().map(Object::toString).toList(),
                view.cluster() == null
                        ? view.founders().stream().map(NodeName::value).toList()
                        : List.of(),
                raft.commitIndex(),
                parts.words().namesakes().text().orElse(null),
                parts.words().olderData().texts(),
                returns,
                removed);
    }

    /** @throws IllegalArgumentException when it is none */
    static ServerWord decode(byte[] bytes) {
        if (bytes.length > MAX_BYTES) {
            throw new IllegalArgumentException("an answer of " + bytes.length + " bytes");
        }
        try {
            ServerWord word = NativeJson.mapper().readValue(bytes, ServerWord.class);
            if (word == null) {
                throw new IllegalArgumentException("no word of a server");
            }
            return word;
        } catch (JacksonException e) {
            throw new IllegalArgumentException("no word of a server: " + e.getOriginalMessage(), e);
        }
    }

    byte[] encode() {
        return NativeJson.write(this, false);
    }

    /** Empty when this version does not know it. */
    Optional<Why.Code> known() {
        return Arrays.stream(Why.Code.values())
                .filter(each -> each.name().equals(code))
                .findFirst();
    }

    /** Whether an operator removed that server, and it was not started again since. */
    boolean hasRemoved(ServerId server, long starts) {
        return removed != null && removed.getOrDefault(server.toString(), -1L) >= starts;
    }

    boolean isReady() {
        return code.equals(Why.Code.READY.name());
    }
}
