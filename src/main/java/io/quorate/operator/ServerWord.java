package io.quorate.operator;

import io.quorate.bootstrap.Founding;
import io.quorate.bootstrap.Why;
import io.quorate.codec.Form;
import io.quorate.codec.In;
import io.quorate.codec.MalformedException;
import io.quorate.codec.Out;
import io.quorate.consensus.RaftStatus;
import io.quorate.kernel.FoundingState;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ReasonCode;
import io.quorate.kernel.ServerId;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a server says of itself when it is asked: what it can do now. Gossip knows only that its process answers.
 *
 * @param code as its own {@code /why}; a text, because a later version may have a code that this one lacks
 * @param inability why it takes no part in its cluster's consensus, though its process runs; absent while it does
 * @param cluster absent while it belongs to none
 * @param leader server id; absent while it knows none
 * @param voters server ids, as it knows the cluster
 * @param founders node names that it declares; empty once there is a cluster
 * @param commitIndex the last entry that it knows to be committed
 * @param namesakes two agents of one name that this server saw itself, in words; absent while it sees none
 * @param olderData servers that this one saw come back on older data, in words, by server id
 * @param removed servers that an operator removed, by server id: which start of each stays outside
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
        Map<String, String> olderData,
        Map<String, Long> returnsInS,
        Map<String, Long> removed) {
    private static final int MAX_BYTES = 64 * 1024;
    /** Of the servers or names in one list. */
    private static final int MANY = 1024;

    private static final Form<List<String>> TEXTS =
            Form.<String>of((text, out) -> out.text(text), In::text).listOf(MANY);
    private static final Form<Map<String, Long>> NUMBERS = Form.of(
            (numbers, out) -> {
                out.count(numbers.size(), MANY);
                new TreeMap<>(numbers).forEach((key, number) -> out.text(key).i64(number));
            },
            ServerWord::numbers);
    private static final Form<ServerWord> FIELDS = Form.of(ServerWord::write, ServerWord::read);

    /** Behind its length, and read as far as this version knows it: servers are asked by agents that are older than they. */
    static final Form<ServerWord> FORM = Form.of(
            (word, out) -> out.part(word, FIELDS, MAX_BYTES),
            in -> in.part(MAX_BYTES).value(FIELDS));

    /** Whatever another server sent, what comes of it can be used: its ids are ids, and nothing is missing. */
    ServerWord {
        Stream.of(code, message, nextStep).forEach(Objects::requireNonNull);
        Stream.concat(voters.stream(), Stream.ofNullable(leader)).forEach(ServerId::of);
        voters = List.copyOf(voters);
        founders = List.copyOf(founders);
        olderData = Map.copyOf(olderData);
        returnsInS = Map.copyOf(returnsInS);
        removed = Map.copyOf(removed);
    }

    /** This server's own. */
    static ServerWord of(AgentParts parts, AgentParts.ServerParts server) {
        Founding.View view = server.founding().view();
        RaftStatus raft = server.consensus().status();
        Why why = Reason.of(parts);
        Why alone = Reason.server(view.why(), raft);
        boolean broken = raft.disk() != null
                || view.state() == FoundingState.FAILED
                || raft.error() != null
                || raft.role() == RaftStatus.Role.ERROR;
        ServerId leader = raft.leader();
        Map<String, Long> returns = new TreeMap<>();
        server.leavers().leaving().forEach((id, left) -> returns.put(id.toString(), left.toSeconds()));
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

    private static void write(ServerWord word, Out out) {
        out.text(word.code)
                .text(word.message)
                .text(word.nextStep)
                .optional(word.inability, Out::text)
                .optional(word.cluster, Out::text)
                .optional(word.leader, Out::text)
                .value(word.voters, TEXTS)
                .value(word.founders, TEXTS)
                .i64(word.commitIndex)
                .optional(word.namesakes, Out::text)
                .map(new TreeMap<>(word.olderData))
                .value(word.returnsInS, NUMBERS)
                .value(word.removed, NUMBERS);
    }

    /** What a later version appends behind these stays unread. */
    private static ServerWord read(In in) throws MalformedException {
        return new ServerWord(
                in.text(),
                in.text(),
                in.text(),
                in.optional(In::text),
                in.optional(In::text),
                in.optional(In::text),
                in.value(TEXTS),
                in.value(TEXTS),
                in.i64(),
                in.optional(In::text),
                in.map(),
                in.value(NUMBERS),
                in.value(NUMBERS));
    }

    private static Map<String, Long> numbers(In in) throws MalformedException {
        int count = in.count(MANY);
        Map<String, Long> numbers = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            numbers.put(in.text(), in.i64());
        }
        return numbers;
    }

    /** Empty when this version does not know it. */
    Optional<ReasonCode> known() {
        return Arrays.stream(ReasonCode.values())
                .filter(each -> each.name().equals(code))
                .findFirst();
    }

    /** Whether an operator removed that server, and it was not started again since. */
    boolean hasRemoved(ServerId server, long starts) {
        return removed.getOrDefault(server.toString(), -1L) >= starts;
    }

    boolean isReady() {
        return code.equals(ReasonCode.READY.name());
    }
}
