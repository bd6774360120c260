package io.quorate.discovery.cloud;

import io.quorate.discovery.Attempt;
import io.quorate.discovery.CloudDiscovery;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The discovery that an agent has, told what its environment is. */
final class Looking implements AutoCloseable {
    static final Instant NOW = Instant.parse("2026-11-23T04:00:00Z");
    /** Enough for an answer that comes, once connections are there. */
    static final Duration SHORT = Duration.ofSeconds(2);

    private final CloudDiscovery discovery;

    Looking(Map<String, String> environment, Path serviceAccount, Duration patience) {
        discovery = new CloudDiscovery(new Clouds(environment, serviceAccount, () -> NOW), () -> NOW, patience);
    }

    Looking(Map<String, String> environment, Path serviceAccount) {
        this(environment, serviceAccount, Duration.ofSeconds(20));
    }

    Attempt at(String source) throws Exception {
        return discovery.resolve(source).get(30, TimeUnit.SECONDS);
    }

    static List<String> texts(Attempt attempt) {
        return attempt.addresses().stream().map(Object::toString).toList();
    }

    @Override
    public void close() {
        discovery.close();
    }
}
