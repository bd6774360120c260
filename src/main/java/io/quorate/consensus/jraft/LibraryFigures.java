package io.quorate.consensus.jraft;

import com.codahale.metrics.Counting;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.Metric;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Sampling;
import com.codahale.metrics.Timer;
import io.quorate.consensus.Measurement;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The figures that SOFAJRaft keeps of a node, taken out of its registry and its names. What is about one peer is named
 * {@code replicator-<group>/<peer>.log-lags} there, where a group's name has {@code -q-} before it.
 */
final class LibraryFigures {
    private static final double NANOS_PER_MS = 1e6;
    private static final String GROUP = "-q-";

    private LibraryFigures() {}

    /** Times in milliseconds. */
    static Map<Measurement, Double> of(@Nullable MetricRegistry registry, long connectFailures) {
        if (registry == null) {
            return Map.of();
        }
        Map<Measurement, Double> all = new HashMap<>();
        all.put(measurement("connect-failures", "count"), (double) connectFailures);
        for (Map.Entry<String, Metric> entry : registry.getMetrics().entrySet()) {
            String name = entry.getKey();
            Metric metric = entry.getValue();
            if (metric instanceof Gauge<?> gauge && gauge.getValue() instanceof Number number) {
                all.put(measurement(name, "value"), number.doubleValue());
            }
            if (metric instanceof Counting counting) {
                all.put(measurement(name, "count"), (double) counting.getCount());
            }
            if (metric instanceof Sampling sampling) {
                double unit = metric instanceof Timer ? NANOS_PER_MS : 1;
                all.put(measurement(name, "mean"), sampling.getSnapshot().getMean() / unit);
                all.put(measurement(name, "p99"), sampling.getSnapshot().get99thPercentile() / unit);
            }
        }
        return all;
    }

    static Measurement measurement(String name, String statistic) {
        int group = name.indexOf(GROUP);
        int slash = group < 0 ? -1 : name.indexOf('/', group);
        if (slash <= 0) {
            return new Measurement(name, "", statistic);
        }
        int dot = name.indexOf('.', slash);
        int end = dot < 0 ? name.length() : dot;
        String peer = name.substring(slash + 1, end);
        int port = peer.indexOf(':');
        return new Measurement(
                name.substring(0, group) + name.substring(end), port < 0 ? peer : peer.substring(0, port), statistic);
    }
}
