package io.quorate.catalog;

import io.quorate.codec.Form;
import java.util.List;
import java.util.Map;

/** Pairs that a node must have in its metadata, each of them. */
public record NodeMeta(List<Pair> pairs) {
    private static final int MAX_PAIRS = 1000;
    public static final NodeMeta ANY = new NodeMeta(List.of());

    private static final Form<Pair> PAIR =
            Form.of((pair, out) -> out.text(pair.key()).text(pair.value()), in -> new Pair(in.text(), in.text()));
    public static final Form<NodeMeta> FORM = Form.of(
            (meta, out) -> out.value(meta.pairs(), PAIR.listOf(MAX_PAIRS)),
            in -> new NodeMeta(in.value(PAIR.listOf(MAX_PAIRS))));

    public NodeMeta {
        pairs = List.copyOf(pairs);
    }

    /** One pair of metadata. */
    public record Pair(String key, String value) {}

    /** Each as {@code key:value}; without a colon the value is empty. */
    public static NodeMeta of(List<String> texts) {
        return texts.isEmpty()
                ? ANY
                : new NodeMeta(texts.stream().map(NodeMeta::pair).toList());
    }

    private static Pair pair(String text) {
        int colon = text.indexOf(':');
        return colon < 0 ? new Pair(text, "") : new Pair(text.substring(0, colon), text.substring(colon + 1));
    }

    public boolean isEmpty() {
        return pairs.isEmpty();
    }

    public boolean isMetBy(Node node) {
        Map<String, String> has = node.meta();
        return pairs.isEmpty()
                || (has != null && pairs.stream().allMatch(pair -> pair.value().equals(has.get(pair.key()))));
    }
}
