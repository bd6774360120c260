package io.quorate.membership.swim;

import io.quorate.codec.Form;
import io.quorate.codec.In;
import io.quorate.codec.KernelForms;
import io.quorate.codec.MalformedException;
import io.quorate.codec.Out;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.NodeId;
import io.quorate.kernel.NodeName;
import io.quorate.membership.AgentTags;
import java.util.Collections;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a member says of itself. Immutable; its size, its hash and what its tags mean are worked out once, because a roster of a
 * thousand members is summed and packed over and over.
 */
public final class PeerRecord {
    /** With the longest name, tags and extras. */
    static final int MAX_BYTES = 1024;

    private static final Form<SortedMap<String, String>> TAGS = Form.<SortedMap<String, String>>of(
                    (tags, out) -> out.map(tags), In::map)
            .within(Wire.MAX_TAGS);
    /** What a later version appends stands behind its fields and is carried on: a record is always the last of its bytes. */
    static final Form<PeerRecord> FORM = Form.of(PeerRecord::write, PeerRecord::read);

    private final NodeName name;
    private final NodeId id;
    private final long instance;
    private final long incarnation;
    private final Endpoint address;
    private final @Nullable ClusterRef cluster;
    private final SortedMap<String, String> tags;
    private final Protocols protocols;
    private final Extras extras;
    private int size;
    private long digest;
    private @Nullable AgentTags agent;
    private boolean decoded;

    /**
     * @param instance random per process start, never 0
     * @param incarnation raised by the member itself only, from 1 and below 2^62
     * @param cluster absent while it belongs to none
     */
    public PeerRecord(
            NodeName name,
            NodeId id,
            long instance,
            long incarnation,
            Endpoint address,
            @Nullable ClusterRef cluster,
            SortedMap<String, String> tags,
            Protocols protocols,
            Extras extras) {
        this.name = name;
        this.id = id;
        this.instance = instance;
        this.incarnation = incarnation;
        this.address = address;
        this.cluster = cluster;
        this.tags = Collections.unmodifiableSortedMap(new TreeMap<>(tags));
        this.protocols = protocols;
        this.extras = extras;
    }

    public NodeName name() {
        return name;
    }

    public NodeId id() {
        return id;
    }

    public long instance() {
        return instance;
    }

    public long incarnation() {
        return incarnation;
    }

    public Endpoint address() {
        return address;
    }

    public @Nullable ClusterRef cluster() {
        return cluster;
    }

    public SortedMap<String, String> tags() {
        return tags;
    }

    /** On the gossip loop: the tags decoded, the first time that it asks; absent when they are not those of an agent of ours. */
    @Nullable
    AgentTags agent() {
        if (!decoded) {
            agent = AgentTags.decode(tags).orElse(null);
            decoded = true;
        }
        return agent;
    }

    public Protocols protocols() {
        return protocols;
    }

    public Extras extras() {
        return extras;
    }

    PeerRecord at(long newIncarnation) {
        return new PeerRecord(name, id, instance, newIncarnation, address, cluster, tags, protocols, extras);
    }

    PeerRecord saying(SortedMap<String, String> newTags, @Nullable ClusterRef newCluster) {
        return new PeerRecord(name, id, instance, incarnation, address, newCluster, newTags, protocols, extras);
    }

    /** Record against record: incarnation, then instance. */
    boolean isNewerThan(PeerRecord other) {
        return incarnation != other.incarnation ? incarnation > other.incarnation : instance > other.instance;
    }

    /** Says the same of everything but the incarnation. */
    boolean saysTheSameAs(PeerRecord other) {
        return instance == other.instance
                && name.equals(other.name)
                && id.equals(other.id)
                && address.equals(other.address)
                && Objects.equals(cluster, other.cluster)
                && tags.equals(other.tags)
                && protocols.equals(other.protocols)
                && extras.equals(other.extras);
    }

    int size() {
        if (size == 0) {
            size = FORM.bytes(this).length;
        }
        return size;
    }

    /** A 64-bit hash of the encoded record. */
    long digest() {
        if (digest == 0) {
            digest = Digests.of(FORM.bytes(this));
        }
        return digest;
    }

    private void write(Out out) {
        out.value(name, KernelForms.NODE_NAME)
                .value(id, KernelForms.NODE_ID)
                .i64(instance)
                .i64(incarnation)
                .endpoint(address)
                .optional(cluster, KernelForms.CLUSTER)
                .u8(protocols.min())
                .u8(protocols.max())
                .u8(protocols.current())
                .value(tags, TAGS)
                .value(extras, Extras.FORM);
    }

    private static PeerRecord read(In in) throws MalformedException {
        NodeName name = in.value(KernelForms.NODE_NAME);
        NodeId id = in.value(KernelForms.NODE_ID);
        long instance = in.i64();
        long incarnation = in.counter();
        Endpoint address = in.endpoint();
        ClusterRef cluster = in.optional(KernelForms.CLUSTER);
        Protocols protocols = new Protocols(in.u8(), in.u8(), in.u8());
        SortedMap<String, String> tags = in.value(TAGS);
        Extras extras = in.value(Extras.FORM);
        if (instance == 0 || protocols.min() < 1 || protocols.min() > protocols.max()) {
            throw new MalformedException("a record without an instance, or of impossible versions");
        }
        return new PeerRecord(name, id, instance, incarnation, address, cluster, tags, protocols, extras);
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || (other instanceof PeerRecord that && incarnation == that.incarnation && saysTheSameAs(that));
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, instance, incarnation);
    }

    @Override
    public String toString() {
        return name + "@" + address + " incarnation " + incarnation;
    }

    /** The versions of the packet format that a member speaks: least, greatest, and the one it uses now; 1 to 255 each. */
    public record Protocols(int min, int max, int current) {
        public static final Protocols OURS = new Protocols(2, 2, 2);

        boolean overlaps(int otherMin, int otherMax) {
            return min <= otherMax && otherMin <= max;
        }
    }
}
