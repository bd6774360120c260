package io.quorate.membership;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/** Counts what gossip did since the start. Each value only grows. Safe for any thread. */
public final class GossipCounters {
    private final Map<Tally, LongAdder> values = new EnumMap<>(Tally.class);
    private final List<Consumer<Duration>> probeTimes = new CopyOnWriteArrayList<>();
    private final List<Consumer<Duration>> syncTimes = new CopyOnWriteArrayList<>();

    public GossipCounters() {
        // Complete from the start and never changed after: so it is read without a lock.
        for (Tally key : Tally.values()) {
            values.put(key, new LongAdder());
        }
    }

    private LongAdder adder(Tally key) {
        return Objects.requireNonNull(values.get(key), "every key has one");
    }

    public long get(Tally key) {
        return adder(key).sum();
    }

    /** Called on the gossip loop with the time of each probe that was answered; must not block. */
    public void onProbeTime(Consumer<Duration> listener) {
        probeTimes.add(listener);
    }

    /** Called on the gossip loop with the time of each sync that this agent asked for; must not block. */
    public void onSyncTime(Consumer<Duration> listener) {
        syncTimes.add(listener);
    }

    /** For membership itself. */
    public void add(Tally key) {
        adder(key).increment();
    }

    /** For membership itself. */
    public void add(Tally key, long amount) {
        adder(key).add(amount);
    }

    /** For membership itself. */
    public void probeTime(Duration time) {
        probeTimes.forEach(listener -> listener.accept(time));
    }

    /** For membership itself. */
    public void syncTime(Duration time) {
        syncTimes.forEach(listener -> listener.accept(time));
    }

    /** What is counted: a meter's name below {@code quorate.gossip.}, and one tag where the name has several meters. */
    public enum Tally {
        PACKETS_IN("packets", "direction", "in"),
        PACKETS_OUT("packets", "direction", "out"),
        BYTES_IN("bytes", "direction", "in"),
        BYTES_OUT("bytes", "direction", "out"),
        STREAMS_IN("streams", "direction", "in"),
        STREAMS_OUT("streams", "direction", "out"),
        PROBE_FAILED("probe.failed", "", ""),
        SUSPECT("suspect", "", ""),
        REFUTE("refute", "", ""),
        FAILED("failed", "", ""),
        CONFLICT("conflict", "", ""),
        UDP_BLOCKED("udp.blocked", "", ""),
        EVENTS_DROPPED("queue.dropped", "kind", "event"),
        USER_EVENTS("events", "", ""),
        USER_EVENTS_DROPPED("queue.dropped", "kind", "user_event"),
        GOSSIP_OVER_RATE("queue.dropped", "kind", "rate"),
        SYNC_SAME("sync", "result", "same"),
        SYNC_MERGED("sync", "result", "merged"),
        SYNC_REFUSED("sync", "result", "refused"),
        SYNC_FAILED("sync", "result", "failed"),
        REJECTED_MALFORMED("rejected", "reason", "malformed"),
        REJECTED_VERSION("rejected", "reason", "version"),
        REJECTED_LABEL("rejected", "reason", "label"),
        REJECTED_CHECKSUM("rejected", "reason", "checksum"),
        REJECTED_PLAIN("rejected", "reason", "plain"),
        REJECTED_SEALED("rejected", "reason", "sealed"),
        REJECTED_KEY("rejected", "reason", "unknown_key"),
        REJECTED_FORGED("rejected", "reason", "forged"),
        REJECTED_TYPE("rejected", "reason", "unknown_type"),
        REJECTED_INSTANCE("rejected", "reason", "other_instance"),
        REJECTED_STRANGER("rejected", "reason", "stranger"),
        REJECTED_CLUSTER("rejected", "reason", "foreign_cluster"),
        REJECTED_PRUNED("rejected", "reason", "pruned"),
        REJECTED_FULL("rejected", "reason", "member_limit"),
        REJECTED_INCARNATION("rejected", "reason", "incarnation"),
        REJECTED_CLOCK("rejected", "reason", "clock"),
        REJECTED_ADDRESS("rejected", "reason", "address"),
        REJECTED_ID("rejected", "reason", "node_id"),
        REJECTED_CONFLICT("rejected", "reason", "conflict"),
        REJECTED_STREAM("rejected", "reason", "stream_limit"),
        REJECTED_TIMEOUT("rejected", "reason", "stream_timeout");

        private final String meter;
        private final String tag;
        private final String value;

        Tally(String meter, String tag, String value) {
            this.meter = meter;
            this.tag = tag;
            this.value = value;
        }

        /** The meter's name below {@code quorate.gossip.}. */
        public String meter() {
            return meter;
        }

        /** Name of the tag; empty when the meter has none. */
        public String tag() {
            return tag;
        }

        /** Value of the tag; empty when the meter has none. */
        public String value() {
            return value;
        }
    }
}
