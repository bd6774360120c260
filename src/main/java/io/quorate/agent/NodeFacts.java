package io.quorate.agent;

import io.quorate.answer.Operation;
import io.quorate.codec.Form;
import io.quorate.codec.In;
import io.quorate.codec.MalformedException;
import io.quorate.kernel.NodeId;
import io.quorate.kernel.NodeName;
import io.quorate.operator.OperatorOperations;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What an agent tells the leader about its node that is too large for gossip.
 *
 * @param meta at most 64 pairs
 */
record NodeFacts(NodeName node, NodeId id, SortedMap<String, String> meta) {
    private static final int VERSION = 2;
    private static final int MAX_META = 64;
    private static final int DIGEST_BYTES = 16;

    private static final Form<NodeFacts> FORM = Form.of(
            (facts, out) -> out.u8(VERSION)
                    .text(facts.node.value())
                    .uuid(facts.id.value())
                    .map(facts.meta),
            NodeFacts::read);

    /** Tells them to whoever leads; told twice they are the same. */
    static final Operation<NodeFacts, OperatorOperations.Nothing> TELL =
            Operation.writes("node.facts", FORM, OperatorOperations.Nothing.FORM);

    NodeFacts {
        meta = Collections.unmodifiableSortedMap(new TreeMap<>(meta));
    }

    /** Carried by gossip: the leader takes only facts that the node itself announces. */
    String digest() {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(FORM.bytes(this));
            return HexFormat.of().formatHex(hash, 0, DIGEST_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static NodeFacts read(In in) throws MalformedException {
        int version = in.u8();
        if (version != VERSION) {
            throw new MalformedException("version " + version);
        }
        NodeFacts facts = new NodeFacts(new NodeName(in.text()), new NodeId(in.uuid()), in.map());
        if (facts.meta.size() > MAX_META) {
            throw new MalformedException(facts.meta.size() + " pairs of meta");
        }
        return facts;
    }
}
