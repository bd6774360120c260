package io.quorate.catalog;

import io.quorate.codec.Form;
import io.quorate.codec.In;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * Which instances of a service are meant.
 *
 * @param tags each instance has all of them, whatever their case; an empty one nobody has
 * @param meta each one's node has all of them
 */
public record ServiceQuestion(String name, List<String> tags, NodeMeta meta) {
    private static final int MAX_TAGS = 1000;
    private static final Form<List<String>> TAGS =
            Form.<String>of((tag, out) -> out.text(tag), In::text).listOf(MAX_TAGS);

    public static final Form<ServiceQuestion> FORM = Form.of(
            (question, out) ->
                    out.text(question.name()).value(question.tags(), TAGS).value(question.meta(), NodeMeta.FORM),
            in -> new ServiceQuestion(in.text(), in.value(TAGS), in.value(NodeMeta.FORM)));

    public ServiceQuestion {
        tags = List.copyOf(tags);
    }

    boolean isMetBy(Instance instance) {
        return meta.isMetBy(instance.node().node())
                && tags.stream()
                        .allMatch(wanted ->
                                instance.service().service().tags().stream().anyMatch(wanted::equalsIgnoreCase));
    }

    List<Instance> instances(Connection connection) throws SQLException {
        return ServiceTable.instances(connection, name).stream()
                .filter(this::isMetBy)
                .toList();
    }
}
