package io.quorate.session;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A session as it was asked for: it never changes.
 *
 * @param node as the asker wrote it; see {@link SessionRow#holder}
 * @param lockDelay for how long a key that it held cannot be locked after its end, as it was asked for: Consul stores any and applies a
 *     minute at most
 * @param ttl as the asker wrote it; empty: none
 * @param life the same as a duration: it ends when it is not renewed for so long, and not before; zero: it lives until it is ended
 * @param nodeChecks ids of checks that it is tied to; absent when it was asked for with {@code null}
 * @param serviceChecks the same of services; absent when it was asked for without
 * @see <a href="https://developer.hashicorp.com/consul/api-docs/session">Consul's session API</a>
 */
public record Session(
        UUID id,
        String name,
        String node,
        Duration lockDelay,
        Behavior behavior,
        String ttl,
        Duration life,
        @Nullable List<String> nodeChecks,
        @Nullable List<ServiceCheck> serviceChecks) {
    public Session {
        nodeChecks = nodeChecks == null ? null : List.copyOf(nodeChecks);
        serviceChecks = serviceChecks == null ? null : List.copyOf(serviceChecks);
    }

    /** What becomes of the keys that it holds when it ends. */
    public enum Behavior {
        /** They stay, and nobody holds them. */
        RELEASE(1, "release"),
        /** They are deleted. */
        DELETE(2, "delete");

        private final int code;
        private final String word;

        /** @param code as it is stored and travels; never given another meaning */
        Behavior(int code, String word) {
            this.code = code;
            this.word = word;
        }

        int code() {
            return code;
        }

        /** As Consul says it. */
        public String word() {
            return word;
        }
    }

    /**
     * A service's check.
     *
     * @param namespace stored and shown, of no meaning
     */
    public record ServiceCheck(String id, String namespace) {}

    /** Every check that it is tied to, in the order in which they are looked at. */
    Stream<String> checkIds() {
        return Stream.concat(
                nodeChecks == null ? Stream.of() : nodeChecks.stream(),
                serviceChecks == null ? Stream.of() : serviceChecks.stream().map(ServiceCheck::id));
    }

    boolean expires() {
        return !life.isZero();
    }
}
