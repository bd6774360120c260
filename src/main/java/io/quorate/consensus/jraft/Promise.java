package io.quorate.consensus.jraft;

import com.alipay.sofa.jraft.entity.PeerId;
import io.quorate.codec.FileForm;
import io.quorate.codec.Form;
import io.quorate.codec.MalformedException;
import io.quorate.codec.OtherVersionException;
import io.quorate.kernel.Plain;
import io.quorate.runtime.DurableFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a server must never forget: the highest term that it took part in, and whom it gave its vote in it. Kept a second time beside
 * SOFAJRaft's own file, which has no checksum and is begun anew in silence when it is missing: with the token of the folder, and there
 * from the moment the folder is made, so that its absence tells something.
 *
 * @param token of the folder
 * @param vote as SOFAJRaft writes a peer
 */
record Promise(String token, long term, String vote) {
    static final String FILE = "promises";
    private static final int VERSION = 2;
    private static final int MAX_BYTES = 1024;
    private static final int MAX_TEXT = 256;
    private static final FileForm<Promise> FORM = new FileForm<>(
            "a file of term and vote",
            "QPRM",
            VERSION,
            Form.of(
                    (promise, out) ->
                            out.text(promise.token, MAX_TEXT).i64(promise.term).text(promise.vote, MAX_TEXT),
                    in -> new Promise(in.text(MAX_TEXT), in.i64(), in.text(MAX_TEXT))));

    static Promise none(String token) {
        return new Promise(token, 0, PeerId.emptyPeer().toString());
    }

    static DurableFile in(Path folder) {
        return new DurableFile(folder.resolve(FILE), MAX_BYTES);
    }

    /** Empty when there is no such file. */
    static Optional<Promise> read(Path folder) throws IOException {
        Optional<byte[]> bytes = in(folder).read();
        return bytes.isPresent() ? Optional.of(decode(bytes.get())) : Optional.empty();
    }

    /** Returns once it would survive a power failure. */
    void write(Path folder) throws IOException {
        in(folder).write(encode());
    }

    boolean hasVote() {
        return !vote.equals(none(token).vote());
    }

    /**
     * The later of the two: a term is never taken back, and within a term a vote is not.
     *
     * @throws IllegalStateException when they name two votes of one term
     */
    Promise later(Promise other) {
        if (term != other.term) {
            return term > other.term ? this : other;
        }
        if (hasVote() && other.hasVote() && !vote.equals(other.vote)) {
            throw new IllegalStateException("two votes in term " + term + ": " + vote + " and " + other.vote);
        }
        return hasVote() ? this : other;
    }

    byte[] encode() {
        return FORM.bytes(this);
    }

    /**
     * @throws DamagedException when it is anything but one such file
     * @throws OtherVersionException when another version of the agent wrote it: nothing is lost
     */
    static Promise decode(byte[] bytes) throws DamagedException, OtherVersionException {
        try {
            return FORM.of(bytes);
        } catch (OtherVersionException e) {
            throw e;
        } catch (MalformedException e) {
            throw new DamagedException(Plain.reason(e));
        }
    }

    /** The file could be read, and makes no sense: unlike a disk that does not let it be read, this is lost data. */
    static final class DamagedException extends IOException {
        DamagedException(String message) {
            super(message);
        }
    }
}
