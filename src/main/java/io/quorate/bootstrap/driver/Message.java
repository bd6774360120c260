package io.quorate.bootstrap.driver;

import io.quorate.bootstrap.Word;
import io.quorate.codec.Form;
import io.quorate.codec.In;
import io.quorate.codec.KernelForms;
import io.quorate.codec.MalformedException;
import io.quorate.kernel.ClusterId;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.ServerId;
import org.jspecify.annotations.Nullable;

/**
 * One question of founding, as it goes over the server port; the answer to each is the answering server's {@link Word}.
 *
 * @param purpose what is asked for
 * @param sender its own word, with its id and datacenter
 * @param target whom it is meant for: anybody else answers and changes nothing
 * @param about the charter or cluster whose death the sender wants to know of
 * @param cluster of the leader that adopts or tells; absent for {@link Purpose#ASK}
 */
record Message(
        Purpose purpose,
        Word sender,
        ServerId target,
        @Nullable ClusterId about,
        @Nullable ClusterRef cluster) {
    /** A charter of 64 founders with the longest names fits. */
    static final int MAX_BYTES = 32 * 1024;

    private static final int VERSION = 2;
    private static final Form<Purpose> PURPOSE = Form.coded(Purpose.values(), Message::code);
    private static final Form<Message> FORM = Form.<Message>of(
                    (message, out) -> out.value(message.purpose, PURPOSE)
                            .value(message.sender, FoundingForms.WORD)
                            .value(message.target, KernelForms.SERVER_ID)
                            .optional(message.about, KernelForms.CLUSTER_ID)
                            .optional(message.cluster, KernelForms.CLUSTER),
                    Message::read)
            .version(VERSION, "a message of founding")
            .within(MAX_BYTES);
    private static final Form<Word> ANSWER =
            FoundingForms.WORD.version(VERSION, "an answer of founding").within(MAX_BYTES);

    enum Purpose {
        ASK,
        ADOPT,
        REPLACED
    }

    /** @throws IllegalArgumentException when it is over a bound that its reader keeps */
    byte[] encode() {
        return FORM.bytes(this);
    }

    static Message decode(byte[] bytes) throws MalformedException {
        return FORM.of(bytes);
    }

    /** @throws IllegalArgumentException when it is over a bound that its reader keeps */
    static byte[] encode(Word word) {
        return ANSWER.bytes(word);
    }

    static Word decodeWord(byte[] bytes) throws MalformedException {
        return ANSWER.of(bytes);
    }

    private static Message read(In in) throws MalformedException {
        Message message = new Message(
                in.value(PURPOSE),
                in.value(FoundingForms.WORD),
                in.value(KernelForms.SERVER_ID),
                in.optional(KernelForms.CLUSTER_ID),
                in.optional(KernelForms.CLUSTER));
        if ((message.purpose == Purpose.ASK) != (message.cluster == null)) {
            throw new MalformedException(message.purpose + " with or without a cluster");
        }
        return message;
    }

    private static int code(Purpose purpose) {
        return switch (purpose) {
            case ASK -> 1;
            case ADOPT -> 2;
            case REPLACED -> 3;
        };
    }
}
