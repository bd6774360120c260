package io.quorate.operator;

import io.quorate.codec.Form;
import io.quorate.codec.In;
import io.quorate.codec.Out;
import io.quorate.peers.Removal;

/** How a {@link PeerRemoval} and what came of it travel. Numbers are never given another meaning. */
final class RemovalForms {
    /** Of an id, a name or an address, as people type them. */
    private static final int MAX_VALUE = 16 * 1024;

    private static final Form<PeerRemoval.By> BY = Form.coded(PeerRemoval.By.values(), RemovalForms::code);
    private static final Form<Removal> HOW = Form.coded(Removal.values(), RemovalForms::code);
    private static final Form<PeerRemoval.Outcome> OUTCOME =
            Form.coded(PeerRemoval.Outcome.values(), RemovalForms::code);

    static final Form<PeerRemoval.Request> REQUEST = Form.of(
            (request, out) -> out.value(request.question().by(), BY)
                    .text(request.question().value(), MAX_VALUE)
                    .value(request.question().how(), HOW)
                    .text(request.asker().node())
                    .text(request.asker().id())
                    .uuid(request.asker().request()),
            in -> new PeerRemoval.Request(
                    new PeerRemoval.Question(in.value(BY), in.text(MAX_VALUE), in.value(HOW)),
                    new PeerRemoval.Asker(in.text(), in.text(), in.uuid())));

    static final Form<PeerRemoval.Answer> ANSWER = Form.of(
            (answer, out) -> out.value(answer.outcome(), OUTCOME)
                    .optional(answer.serverId(), Out::text)
                    .optional(answer.node(), Out::text)
                    .text(answer.reason()),
            in -> new PeerRemoval.Answer(in.value(OUTCOME), in.optional(In::text), in.optional(In::text), in.text()));

    private RemovalForms() {}

    private static int code(PeerRemoval.By by) {
        return switch (by) {
            case ID -> 1;
            case ADDRESS -> 2;
            case NAME_OR_ID -> 3;
        };
    }

    private static int code(Removal how) {
        return switch (how) {
            case SILENT -> 1;
            case SAFE -> 2;
            case FORCED -> 3;
        };
    }

    private static int code(PeerRemoval.Outcome outcome) {
        return switch (outcome) {
            case REMOVED -> 1;
            case UNKNOWN_PEER -> 2;
            case REFUSED -> 3;
            case ALIVE -> 4;
            case NO_LEADER -> 5;
            case UNCERTAIN -> 6;
            // Not said over the server port: whoever asks there is told of it as of any operation.
            case BUSY -> 7;
        };
    }
}
