package io.quorate.discovery;

import io.quorate.discovery.cloud.Clouds;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;

/** Lets tests of the nested package have a discovery with platforms of their own. */
public final class CloudDiscovery implements AutoCloseable {
    private final Discovery discovery;

    public CloudDiscovery(Clouds clouds, InstantSource wall, Duration patience) {
        discovery = new Discovery(new SystemLookup(), clouds, wall, patience, patience);
    }

    public CompletableFuture<Attempt> resolve(String source) {
        return discovery.resolve(source, 8301);
    }

    @Override
    public void close() {
        discovery.close();
    }
}
