package io.quorate.operator;

import io.quorate.answer.AskException;
import io.quorate.answer.Directly;
import io.quorate.answer.Offer;
import io.quorate.answer.Operation;
import io.quorate.bootstrap.Why;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.FoundingState;
import io.quorate.kernel.Plain;
import io.quorate.kernel.ServerId;
import io.quorate.membership.ServerRoster;
import io.quorate.rpc.RpcCaller;
import io.quorate.runtime.EventLoop;
import io.quorate.runtime.Ticker;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the servers that gossip holds for alive, at their server port, what they can do: each second while this agent is not
 * ready, else seldom. A client learns that it cannot reach that port, a server which of the others cannot take part although its
 * process answers.
 * Owned by the loop that it is started with; what was answered is for any thread.
 */
public final class ServerWords {
    static final Operation<OperatorOperations.Nothing, ServerWord> WORD =
            Operation.reads("server.word", Operation.Place.SERVER, OperatorOperations.Nothing.FORM, ServerWord.FORM);

    private static final Logger LOG = LoggerFactory.getLogger(ServerWords.class);
    private static final OperatorOperations.Nothing QUESTION = new OperatorOperations.Nothing();
    private static final int MAX_ASKED = 16;
    private static final Duration PERIOD = Duration.ofSeconds(1);
    private static final Duration PEACEFUL_PERIOD = Duration.ofSeconds(10);
    /** Servers are few; what one of them lacks must not be older than {@link #FRESH} for the others. */
    private static final Duration BETWEEN_SERVERS = Duration.ofSeconds(3);

    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    /** More than a question that ends by its timeout and the next one take together: else a closed port would flicker. */
    private static final Duration FRESH = Duration.ofSeconds(6);

    /** So long gossip may still hold a stopped process for alive: its probes, and the time in which a suspect may refute. */
    private static final Duration GOSSIP_NEEDS = Duration.ofSeconds(20);

    private static final Duration GIVEN_AGAIN = Duration.ofMillis(200);

    private final Directly directly;
    private final Ticker ticker;
    private final NamesakesMet namesakes;
    private final OlderData olderData = new OlderData();
    private volatile Map<ServerId, Answer> answers = Map.of();
    private long askedNanos;
    private boolean asked;
    private int open;

    /**
     * What came of asking one server. Without word and silence it was reached, and cannot say anything yet.
     *
     * @param silence why it could not be reached, in words
     * @param sinceNanos when the first of the answers came that were alike in being one or none
     */
    record Answer(@Nullable ServerWord word, @Nullable String silence, long atNanos, long sinceNanos) {
        private Answer after(Answer before) {
            boolean alike = (before.silence == null) == (silence == null);
            return alike ? new Answer(word, silence, atNanos, before.sinceNanos) : this;
        }
    }

    public ServerWords(RpcCaller rpc, Ticker ticker) {
        this.directly = new Directly(rpc);
        this.ticker = ticker;
        namesakes = new NamesakesMet(ticker);
    }

    /** Answers on a server; in a pool of thousands many ask at once, so that an answer is given again for a moment. */
    public Offer<?, ?> offer(AgentParts parts, AgentParts.ServerParts server) {
        AtomicReference<@Nullable Given> last = new AtomicReference<>();
        return Offer.knows(WORD, question -> {
            long now = ticker.nanos();
            Given given = last.get();
            if (given == null || now - given.atNanos() > GIVEN_AGAIN.toNanos()) {
                given = new Given(ServerWord.of(parts, server), now);
                last.set(given);
            }
            return given.word();
        });
    }

    private record Given(ServerWord word, long atNanos) {}

    /** Begins to ask, until the loop ends. */
    public void start(AgentParts parts, EventLoop loop) {
        parts.membership().listen(namesakes::heard);
        parts.membership().listen(olderData::heard);
        parts.membership().roster().members().forEach(olderData::look);
        var unused = loop.every(PERIOD, () -> tick(parts, loop));
    }

    /** Two agents of one name that this agent saw. */
    NamesakesMet namesakes() {
        return namesakes;
    }

    /** Servers that this agent saw come back on older data. */
    OlderData olderData() {
        return olderData;
    }

    /** How many servers this agent sees that came back on older data. */
    public int serversOnOlderData() {
        return olderData.texts().size();
    }

    /** What other servers say of that one's data, by those that were asked just now. */
    Optional<String> olderDataOf(ServerId server) {
        return answers.keySet().stream()
                .flatMap(id -> word(id).stream())
                .flatMap(word -> Stream.ofNullable(word.olderData().get(server.toString())))
                .findFirst();
    }

    /** The newest answer of that server, when it is new enough to speak of now. */
    Optional<Answer> fresh(ServerId server) {
        Answer answer = answers.get(server);
        return answer == null || ticker.nanos() - answer.atNanos() > FRESH.toNanos()
                ? Optional.empty()
                : Optional.of(answer);
    }

    Optional<ServerWord> word(ServerId server) {
        return fresh(server).map(Answer::word);
    }

    /** Why that server could not be reached at its server port just now; empty when it could, or was not asked. */
    Optional<String> silence(ServerId server) {
        return fresh(server).map(Answer::silence);
    }

    /**
     * Whether it has been out of reach for longer than gossip needs to find that a process stopped. Before, alive in gossip says little,
     * and nothing about the way to its port.
     */
    boolean isOutOfReach(ServerId server) {
        return fresh(server)
                .filter(answer ->
                        answer.silence() != null && ticker.nanos() - answer.sinceNanos() >= GOSSIP_NEEDS.toNanos())
                .isPresent();
    }

    /** The same, with each server that says that it takes no part shown as failed in the evidence. */
    Why corrected(Why why) {
        List<Why.Evidence> evidence = why.evidence().stream()
                .map(each -> each.serverId() != null
                                && word(ServerId.of(each.serverId()))
                                        .map(ServerWord::inability)
                                        .isPresent()
                        ? new Why.Evidence(
                                each.server(),
                                each.serverId(),
                                each.address(),
                                each.discovered(),
                                each.reachable(),
                                FoundingState.FAILED,
                                each.cluster(),
                                each.expect(),
                                each.pledge())
                        : each)
                .toList();
        return new Why(why.code(), why.message(), why.nextStep(), evidence);
    }

    private void tick(AgentParts parts, EventLoop loop) {
        loop.assertInside();
        long now = ticker.nanos();
        boolean overdue = asked && now - askedNanos > 2 * TIMEOUT.toNanos();
        if (open > 0 && !overdue) {
            return;
        }
        boolean ready = Reason.of(parts).isReady();
        Duration peaceful = parts.isServer() ? BETWEEN_SERVERS : PEACEFUL_PERIOD;
        if (ready && asked && now - askedNanos < peaceful.toNanos()) {
            return;
        }
        ask(parts, loop);
    }

    /** Of tests too: one round, at once. */
    void ask(AgentParts parts, EventLoop loop) {
        askedNanos = ticker.nanos();
        asked = true;
        List<ServerRoster.Server> servers = ShownServers.of(parts).all().stream()
                .filter(known -> known.isAlive()
                        && !known.member().name().equals(parts.identity().name()))
                .limit(MAX_ASKED)
                .toList();
        Map<ServerId, Answer> kept = new HashMap<>(answers);
        kept.keySet().retainAll(servers.stream().map(ServerRoster.Server::id).toList());
        answers = Map.copyOf(kept);
        open = servers.size();
        for (ServerRoster.Server known : servers) {
            var unused = directly.ask(known.endpoint(), WORD, QUESTION, TIMEOUT).whenComplete((word, failure) -> {
                Answer answer = answer(known.endpoint(), word, failure);
                try {
                    loop.execute(() -> heard(known.id(), answer));
                } catch (RejectedExecutionException e) {
                    LOG.atDebug().log("the agent stops");
                }
            });
        }
    }

    private void heard(ServerId server, Answer answer) {
        open = Math.max(0, open - 1);
        Map<ServerId, Answer> all = new HashMap<>(answers);
        Optional<Answer> before = fresh(server);
        all.put(server, before.map(answer::after).orElse(answer));
        answers = Map.copyOf(all);
    }

    private Answer answer(Endpoint asked, @Nullable ServerWord word, @Nullable Throwable failure) {
        long now = ticker.nanos();
        if (word != null) {
            return new Answer(word, null, now, now);
        }
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        boolean reached = cause instanceof AskException refused && refused.kind() != AskException.Kind.NO_SERVER;
        if (reached) {
            LOG.atDebug().addKeyValue("server", asked).setCause(cause).log("no word of a server");
        }
        return new Answer(null, reached ? null : cause == null ? "no answer" : reason(cause, asked), now, now);
    }

    /** Whoever reads it is told beside it who was asked, and at which address. */
    private static String reason(Throwable cause, Endpoint asked) {
        String reason = Plain.reason(cause);
        return reason.endsWith(" to " + asked)
                ? reason.substring(0, reason.length() - asked.toString().length() - 4)
                : reason;
    }
}
