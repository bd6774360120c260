package io.quorate.catalog;

import io.quorate.codec.Form;

/** Which node is meant. */
public record NodeQuestion(String name) {
    public static final Form<NodeQuestion> FORM =
            Form.of((question, out) -> out.text(question.name()), in -> new NodeQuestion(in.text()));
}
