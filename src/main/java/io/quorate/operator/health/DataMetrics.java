package io.quorate.operator.health;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.quorate.consensus.RaftPart;
import io.quorate.runtime.Clocks;
import io.quorate.runtime.EventLoop;
import io.quorate.runtime.Ticker;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How much room the data directory has and takes. A disk that hangs must not hang whoever scrapes: the folder is looked at every 10 s
 * on a loop of its own, a reading is one volatile read, and how long ago the last look succeeded is a metric too.
 */
public final class DataMetrics implements MeterBinder, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DataMetrics.class);
    private static final Duration EVERY = Duration.ofSeconds(10);
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double MS_PER_SECOND = 1000;

    private final Path folder;
    private final Ticker ticker;
    private final InstantSource wall;
    private final EventLoop loop = new EventLoop("data-folder");
    private final long madeNanos;
    private volatile @Nullable Seen seen;

    private record Seen(DataFolderLook look, long atNanos) {}

    public DataMetrics(Path folder) {
        this(folder, Ticker.system(), Clocks.wall());
    }

    DataMetrics(Path folder, Ticker ticker, InstantSource wall) {
        this.folder = folder;
        this.ticker = ticker;
        this.wall = wall;
        this.madeNanos = ticker.nanos();
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        bytes(
                registry,
                "free",
                "Bytes that this agent may still write to the disk of its data directory",
                DataFolderLook::free);
        bytes(
                registry,
                "capacity",
                "Size in bytes of the file system that holds the data directory",
                DataFolderLook::capacity);
        for (RaftPart part : RaftPart.values()) {
            Gauge.builder("quorate.data.size", this, self -> self.read(look -> look.size(part)))
                    .description("Bytes of the files in the data directory")
                    .baseUnit("bytes")
                    .tag("part", part.name().toLowerCase(Locale.ROOT))
                    .register(registry);
        }
        Gauge.builder("quorate.data.look.age", this, DataMetrics::age)
                .description("Since the data directory was last read successfully: grows while the disk fails or hangs")
                .baseUnit("seconds")
                .register(registry);
        Gauge.builder("quorate.data.snapshot.age", this, DataMetrics::snapshotAge)
                .description("Since the newest raft snapshot on this disk was written; NaN without one")
                .baseUnit("seconds")
                .register(registry);
        loop.execute(this::look);
        loop.every(EVERY, this::look);
    }

    @Override
    public void close() {
        loop.close();
    }

    private void look() {
        try {
            seen = new Seen(DataFolderLook.at(folder), ticker.nanos());
        } catch (java.io.IOException e) {
            // Not a warning: the age grows, and whoever is paged by it finds this line on the level that libraries
            // speak on.
            LOG.atDebug().addKeyValue("folder", folder).setCause(e).log("data directory not looked at");
        }
    }

    private void bytes(
            MeterRegistry registry, String name, String description, ToDoubleFunction<DataFolderLook> value) {
        Gauge.builder("quorate.data." + name, this, self -> self.read(value))
                .description(description)
                .baseUnit("bytes")
                .register(registry);
    }

    private double read(ToDoubleFunction<DataFolderLook> value) {
        Seen present = seen;
        return present == null ? Double.NaN : value.applyAsDouble(present.look());
    }

    private double age() {
        Seen present = seen;
        return (ticker.nanos() - (present == null ? madeNanos : present.atNanos())) / NANOS_PER_SECOND;
    }

    private double snapshotAge() {
        Seen present = seen;
        Instant at = present == null ? null : present.look().snapshotAt();
        // A clock that was set back shows 0, not the future.
        return at == null
                ? Double.NaN
                : Math.max(0, Duration.between(at, wall.instant()).toMillis() / MS_PER_SECOND);
    }
}
