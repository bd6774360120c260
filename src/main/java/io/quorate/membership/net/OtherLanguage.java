package io.quorate.membership.net;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** What answers where gossip was asked, as far as its first bytes tell: addresses of other services are given to joins by mistake. */
final class OtherLanguage {
    private static final int TLS_ALERT = 0x15;
    private static final int TLS_HANDSHAKE = 0x16;
    private static final int TLS_MAJOR = 3;
    private static final byte[] HTTP = "HTTP/".getBytes(StandardCharsets.US_ASCII);

    private OtherLanguage() {}

    /**
     * @param answer from its first byte on
     * @param otherwise the words for an answer that is neither
     */
    static String words(ByteBuffer answer, String otherwise) {
        if (isTls(answer)) {
            return "it answers in TLS, as an HTTPS port does, and not in gossip's own protocol";
        }
        return isHttp(answer) ? "it answers in HTTP, and not in gossip's own protocol" : otherwise;
    }

    /** Source: RFC 8446, section 5.1: type of the record, version of the record's form. */
    private static boolean isTls(ByteBuffer answer) {
        int first = answer.position();
        if (answer.remaining() < 2) {
            return false;
        }
        int type = answer.get(first);
        return (type == TLS_ALERT || type == TLS_HANDSHAKE) && answer.get(first + 1) == TLS_MAJOR;
    }

    private static boolean isHttp(ByteBuffer answer) {
        return answer.remaining() >= HTTP.length
                && answer.slice(answer.position(), HTTP.length).equals(ByteBuffer.wrap(HTTP));
    }
}
