package io.quorate.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.kernel.NodeName;
import io.quorate.membership.UserEvent;
import io.quorate.runtime.Timers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventLogTest {
    private final List<LocalServices.Service> services = new ArrayList<>();
    private final HandTimers timers = new HandTimers();
    private final EventLog log = new EventLog(new NodeName("c1"), () -> services, timers);
    private long time;

    /** Timers that a test runs. */
    private static final class HandTimers implements Timers {
        private final List<Runnable> waiting = new ArrayList<>();
        private boolean closed;

        @Override
        public Timer after(Duration delay, Runnable task) {
            if (closed) {
                throw new RejectedExecutionException();
            }
            waiting.add(task);
            return () -> waiting.remove(task);
        }

        @Override
        public Timer every(Duration delay, Runnable task) {
            throw new UnsupportedOperationException();
        }
    }

    private static Firing named(String name) {
        return new Firing(name, null, "", "", "");
    }

    private UUID hear(Firing said) {
        UUID id = new UUID(++time * 7919, 1);
        log.heard(new UserEvent(time, id, Event.body(said)));
        return id;
    }

    private List<UUID> ids(String name) {
        return log.now(name).events().stream().map(Event::id).toList();
    }

    @Test
    void theIndexIsMadeOfTheLastEventsIdAsConsulMakesIt() {
        UUID id = UUID.fromString("b5f36461-a527-4b27-f43c-8bd224ce0d4c");
        log.heard(new UserEvent(1, id, Event.body(named("deploy"))));
        assertThat(log.now("").index()).isEqualTo(4742272486902154859L);
        assertThat(log.now("other").index()).isEqualTo(EventLog.NONE);
        assertThat(EventLog.index(new Event(new UUID(5, 5), 1, named("x")))).isEqualTo(1);
    }

    @Test
    void theLastOfThemAreKeptOldestFirstAndFoundByTheirName() {
        List<UUID> all = new ArrayList<>();
        List<UUID> odd = new ArrayList<>();
        for (int i = 0; i < EventLog.KEPT + 10; i++) {
            UUID id = hear(named(i % 2 == 0 ? "even" : "odd"));
            all.add(id);
            if (i % 2 == 1) {
                odd.add(id);
            }
        }
        assertThat(ids("")).isEqualTo(all.subList(10, all.size()));
        assertThat(ids("odd")).isEqualTo(odd.subList(5, odd.size()));
        assertThat(ids("none")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "'','','',true",
        "c.*,'','',true",
        "^s,'','',false",
        "1,'','',true",
        "'',web,'',true",
        "'',^we$,'',false",
        "'',api,'',false",
        "'',web,v1,true",
        "'',web,^v$,false",
        "'',db,v1,false",
        "s1,web,v1,false",
        "((,'','',false",
        "'','',v1,false"
    })
    void whatIsMeantForOthersIsNotKept(String nodes, String service, String tags, boolean kept) {
        services.add(new LocalServices.Service("web", List.of("v1", "blue")));
        services.add(new LocalServices.Service("db", List.of()));
        hear(new Firing("deploy", null, nodes, service, tags));
        assertThat(log.now("").events()).hasSize(kept ? 1 : 0);
    }

    @Test
    void whatAnotherVersionSaysIsIgnored() {
        byte[] body = Event.body(named("deploy"));
        body[0]++;
        log.heard(new UserEvent(1, new UUID(1, 2), body));
        log.heard(new UserEvent(2, new UUID(1, 3), new byte[0]));
        assertThat(log.now("").events()).isEmpty();
    }

    @Test
    void whoWaitsIsAnsweredByTheNextEventOfThatNameAndOnce() {
        hear(named("deploy"));
        long index = log.now("deploy").index();
        CompletableFuture<EventLog.Listing> waiting = log.await("deploy", index, Duration.ofMinutes(5));
        CompletableFuture<EventLog.Listing> all = log.await("", index, Duration.ofMinutes(5));
        hear(named("other"));
        assertThat(waiting).isNotDone();
        assertThat(all).isCompleted();
        UUID next = hear(named("deploy"));
        assertThat(waiting)
                .isCompletedWithValueMatching(
                        listing -> listing.events().get(1).id().equals(next));
        assertThat(waiting.join().index()).isEqualTo(log.now("deploy").index());
        assertThat(timers.waiting).as("no timer is left").isEmpty();
    }

    @Test
    void anotherIndexOrNoneIsAnsweredAtOnceAndTheSameOneWhenTheTimeIsUp() {
        assertThat(log.await("", 0, Duration.ofMinutes(5))).isCompleted();
        assertThat(log.await("", 77, Duration.ofMinutes(5))).isCompleted();
        CompletableFuture<EventLog.Listing> waiting = log.await("", EventLog.NONE, Duration.ofMinutes(5));
        assertThat(waiting).isNotDone();
        timers.waiting.get(0).run();
        assertThat(waiting.join()).isEqualTo(new EventLog.Listing(EventLog.NONE, List.of()));
    }

    @Test
    void whoWaitsIsAnsweredAtTheEndAndNobodyWaitsAfterIt() {
        CompletableFuture<EventLog.Listing> waiting = log.await("", EventLog.NONE, Duration.ofMinutes(5));
        log.close();
        assertThat(waiting).isCompleted();
        assertThat(log.await("", EventLog.NONE, Duration.ofMinutes(5))).isCompleted();
        EventLog stopping = new EventLog(new NodeName("c1"), List::of, timers);
        timers.closed = true;
        assertThat(stopping.await("", EventLog.NONE, Duration.ofMinutes(5))).isCompleted();
    }

    @Test
    void noMoreWaitThanThereIsRoomFor() {
        for (int i = 0; i < EventLog.WAITING; i++) {
            assertThat(log.await("", EventLog.NONE, Duration.ofMinutes(5))).isNotDone();
        }
        assertThat(log.await("", EventLog.NONE, Duration.ofMinutes(5))).isCompleted();
    }

    @Test
    void anEventFitsWithPayloadAndPatternsOrIsRefusedInConsulsWords() throws Exception {
        for (int length = 480; length <= 520; length++) {
            Firing said = new Firing("deploy", "p".repeat(length).getBytes(StandardCharsets.UTF_8), "", "", "");
            @Nullable String problem = null;
            try {
                EventOperations.problem(said);
            } catch (io.quorate.answer.AskException e) {
                problem = e.getMessage();
            }
            boolean fits = Event.body(new Firing("deploy", new byte[0], "", "", "")).length + length + 1 <= 512;
            assertThat(problem == null).as("%d bytes", length).isEqualTo(fits);
            if (problem != null) {
                assertThat(problem).contains("user event exceeds configured limit of 512 bytes before encoding");
            } else {
                assertThat(Event.of(new UserEvent(1, new UUID(0, 1), Event.body(said)))
                                .orElseThrow()
                                .said())
                        .isEqualTo(said);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'((','','',Invalid node filter: error parsing regexp: missing closing ): `((`",
        "'','a[','',Invalid service filter: error parsing regexp: missing closing ]: `[`",
        "((a{1000}){1000}){1000},'','',Invalid node filter: error parsing regexp: expression too large",
        "'','','v1',Cannot provide tag filter without service filter"
    })
    void aPatternThatCannotBeReadIsRefusedInConsulsWords(String nodes, String service, String tags, String text) {
        assertThat(Selection.problem(new Firing("x", null, nodes, service, tags)))
                .contains(text);
    }
}
