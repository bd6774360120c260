package io.quorate.event;

import io.quorate.kernel.NodeName;
import io.quorate.membership.UserEvent;
import io.quorate.runtime.Timers;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;

/**
 * The last events that were meant for this agent, and who waits for the next. Safe for any thread.
 *
 * @see <a href="https://developer.hashicorp.com/consul/api-docs/event#list-events">Consul's list of events</a>
 */
public final class EventLog implements AutoCloseable {
    /** As Consul keeps them. */
    static final int KEPT = 256;
    /** More do not wait: they are answered at once, as if their time were over. */
    static final int WAITING = 10_000;

    /** What is answered for an index when there is no event: never 0, which would not wait. */
    public static final long NONE = 1;

    private final String node;
    private final LocalServices services;
    private final Timers timers;
    private final Deque<Event> events = new ArrayDeque<>();
    private final Set<Waiter> waiters = new LinkedHashSet<>();
    private boolean closed;

    /** @param timers of a loop that is not blocked */
    public EventLog(NodeName node, LocalServices services, Timers timers) {
        this.node = node.value();
        this.services = services;
        this.timers = timers;
    }

    private record Waiter(String name, long index, CompletableFuture<Listing> answer) {
        boolean isMetBy(Listing listing) {
            return listing.index != index;
        }
    }

    /**
     * Some of the events.
     *
     * @param index unsigned; another one with each event, never in any order
     * @param events oldest first
     */
    public record Listing(long index, List<Event> events) {}

    /** Gossip told an event. */
    public void heard(UserEvent told) {
        Event.of(told)
                .filter(event -> Selection.selects(event.said(), node, services))
                .ifPresent(this::keep);
    }

    private void keep(Event event) {
        List<Runnable> answers = new ArrayList<>();
        synchronized (this) {
            events.addLast(event);
            if (events.size() > KEPT) {
                events.removeFirst();
            }
            for (Iterator<Waiter> all = waiters.iterator(); all.hasNext(); ) {
                Waiter waiter = all.next();
                boolean concerned =
                        waiter.name.isEmpty() || waiter.name.equals(event.said().name());
                Listing now = concerned ? listing(waiter.name) : null;
                if (now != null && waiter.isMetBy(now)) {
                    all.remove();
                    answers.add(() -> waiter.answer.complete(now));
                }
            }
        }
        answers.forEach(Runnable::run);
    }

    /** @param name of the events that are meant; empty: all */
    public synchronized Listing now(String name) {
        return listing(name);
    }

    private Listing listing(String name) {
        List<Event> chosen = events.stream()
                .filter(event -> name.isEmpty() || event.said().name().equals(name))
                .toList();
        return new Listing(chosen.isEmpty() ? NONE : index(chosen.get(chosen.size() - 1)), chosen);
    }

    /** Consul's: the halves of the last event's id, one over the other. */
    static long index(Event last) {
        long index = last.id().getMostSignificantBits() ^ last.id().getLeastSignificantBits();
        return index == 0 ? NONE : index;
    }

    /**
     * Completes once the last of those events is another than the one with that index, or when the time is up: with what there is
     * then. At once for the index 0. Completes on the gossip loop or the timers' thread: what follows must not block.
     */
    public CompletableFuture<Listing> await(String name, long index, Duration wait) {
        Waiter waiter = new Waiter(name, index, new CompletableFuture<>());
        synchronized (this) {
            Listing now = listing(name);
            if (index == 0 || waiter.isMetBy(now) || closed || waiters.size() >= WAITING) {
                return CompletableFuture.completedFuture(now);
            }
            waiters.add(waiter);
        }
        try {
            Timers.Timer timer = timers.after(wait, () -> end(waiter));
            return waiter.answer.whenComplete((listing, failure) -> timer.cancel());
        } catch (RejectedExecutionException e) {
            // The agent stops.
            end(waiter);
            return waiter.answer;
        }
    }

    private void end(Waiter waiter) {
        Listing now;
        synchronized (this) {
            waiters.remove(waiter);
            now = listing(waiter.name);
        }
        waiter.answer.complete(now);
    }

    /** Whoever waits is answered. */
    @Override
    public void close() {
        List<Waiter> left;
        synchronized (this) {
            closed = true;
            left = List.copyOf(waiters);
        }
        left.forEach(this::end);
    }
}
