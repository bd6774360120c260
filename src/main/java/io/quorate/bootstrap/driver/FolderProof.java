package io.quorate.bootstrap.driver;

import io.quorate.bootstrap.FoundingRecord;
import io.quorate.bootstrap.Standing;
import io.quorate.codec.Out;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * That a process works on a certain raft directory, or on a copy of it: it knows the folder's token, which is never sent. An answer holds
 * for the question that it was given to, and for the process that gave it.
 */
final class FolderProof {
    private static final String ALGORITHM = "HmacSHA256";
    /** Nothing is proven: of a server that is no member. */
    static final String NONE = "";

    private FolderProof() {}

    static String of(FoundingRecord record, UUID challenge, UUID instance) {
        if (!(record.standing() instanceof Standing.Member member)) {
            return NONE;
        }
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(member.token().getBytes(StandardCharsets.UTF_8), ALGORITHM));
            byte[] proof = mac.doFinal(new Out().uuid(challenge).uuid(instance).bytes());
            return HexFormat.of().formatHex(proof);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + ALGORITHM, e);
        }
    }

    /** Whether it was given to this challenge, by that process, on the folder that this record belongs to. */
    static boolean holds(FoundingRecord own, UUID challenge, Attestation answer) {
        String expected = of(own, challenge, answer.instance());
        return !expected.equals(NONE) && expected.equals(answer.proof());
    }
}
