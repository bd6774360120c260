package io.quorate.consensus.jraft;

import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.error.RaftException;
import io.quorate.kernel.Plain;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What SOFAJRaft says, as people read it: without the names of its classes and codes. */
final class RaftWords {
    /** A status inside of another one's text, which tells no more than that there is one. */
    private static final Pattern INNER = Pattern.compile("Status\\[[A-Z]+<-?\\d+>: (.*)]$", Pattern.DOTALL);

    private RaftWords() {}

    static String of(Status status) {
        String text = status.getErrorMsg();
        if (text == null || text.isBlank()) {
            return "no reason is known";
        }
        Matcher inner = INNER.matcher(text);
        String plain = Plain.text(inner.find() ? inner.group(1) : text);
        return plain.endsWith(".") ? plain.substring(0, plain.length() - 1) : plain;
    }

    /** With what it concerns, where the text does not say so by itself. */
    static String of(RaftException failure) {
        Status status = failure.getStatus();
        String text = status == null ? Plain.reason(failure) : of(status);
        return switch (failure.getType()) {
            case ERROR_TYPE_LOG -> "raft's log: " + text;
            case ERROR_TYPE_META -> text.startsWith("term and vote") ? text : "term and vote: " + text;
            case ERROR_TYPE_SNAPSHOT -> "a snapshot: " + text;
            default -> text;
        };
    }
}
