package io.quorate.bootstrap;

import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.FoundingState;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Where a server stands between no cluster and a cluster: what it must remember over any crash. */
public sealed interface Standing {
    /** The charter that binds it; absent when none does. */
    @Nullable
    Charter charter();

    FoundingState state();

    <R> R match(Cases<R> cases);

    /** One for each standing. */
    interface Cases<R> {
        R blank(Blank standing);

        R pledged(Pledged standing);

        R withdrawn(Withdrawn standing);

        R member(Member standing);
    }

    /**
     * No cluster, no pledge, no raft data.
     *
     * @param formerly the cluster that it was a member of before it lost its data or was replaced: it founds nothing and waits
     *     to be taken in again; absent on a server that was never a member
     * @param founded the charter by which it was a member and never knew an entry committed: only that one's founders can say
     *     that it never lived
     * @param lost what was lost, for people; absent when nothing was, or nobody noted it
     */
    record Blank(
            @Nullable ClusterRef formerly,
            @Nullable Charter founded,
            @Nullable String lost) implements Standing {
        private static final int MAX_LOST_BYTES = 256;

        public Blank {
            lost = lost == null ? null : storable(lost);
        }

        public Blank(@Nullable ClusterRef formerly) {
            this(formerly, null, null);
        }

        /** The words of libraries have any length: what would not be read back as it was written is not kept. */
        private static String storable(String text) {
            String kept = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
            while (kept.getBytes(StandardCharsets.UTF_8).length > MAX_LOST_BYTES) {
                kept = kept.substring(0, kept.offsetByCodePoints(kept.length(), -1));
            }
            return kept;
        }

        @Override
        public @Nullable Charter charter() {
            return null;
        }

        @Override
        public FoundingState state() {
            return FoundingState.BLANK;
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.blank(this);
        }
    }

    /** It promised to found this cluster, and no other. */
    record Pledged(Charter charter) implements Standing {
        @Override
        public FoundingState state() {
            return FoundingState.PLEDGED;
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.pledged(this);
        }
    }

    /** It will never start this charter, and its log of it was empty when it said so. The promise itself still binds it. */
    record Withdrawn(Charter charter) implements Standing {
        @Override
        public FoundingState state() {
            return FoundingState.WITHDRAWN;
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.withdrawn(this);
        }
    }

    /**
     * It has, or is about to have, a raft log of this cluster.
     *
     * @param token of its raft directory
     * @param led whether it ever knew an entry committed
     * @param charter present when it founded the cluster, absent when it was adopted
     */
    record Member(
            ClusterRef cluster,
            String token,
            boolean led,
            @Nullable Charter charter) implements Standing {
        @Override
        public FoundingState state() {
            return FoundingState.MEMBER;
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.member(this);
        }
    }
}
