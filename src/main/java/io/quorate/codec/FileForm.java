package io.quorate.codec;

import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * A whole small file of one record: four letters that say what it is, the version of its format in two bytes, the record, and a CRC-32C
 * over all of that. Damage is noticed before a byte is believed, and another version is told apart from damage. Immutable.
 */
public final class FileForm<T> {
    private static final int CHECKSUM_BYTES = Integer.BYTES;
    private static final int LETTERS = 4;

    private final String kind;
    private final int magic;
    private final int version;
    private final Form<T> form;

    /**
     * @param kind what it is, for the lines that refuse it
     * @param magic four letters of ASCII
     * @param version 0 to 65535
     */
    public FileForm(String kind, String magic, int version, Form<T> form) {
        if (magic.length() != LETTERS || !magic.chars().allMatch(c -> c < 0x80)) {
            throw new IllegalArgumentException("a magic is four letters, not \"" + magic + "\"");
        }
        this.kind = kind;
        this.magic = magic.chars().reduce(0, (all, one) -> all << Byte.SIZE | one);
        this.version = version;
        this.form = form;
    }

    /** @throws IllegalArgumentException when a part is larger than its reader would take */
    public byte[] bytes(T value) {
        Out out = new Out().i32(magic).u16(version).value(value, form);
        return out.i32(checksum(out.bytes(), out.length())).bytes();
    }

    /**
     * @throws OtherVersionException when it is whole, and of another version
     * @throws MalformedException when it is anything but exactly one such file
     */
    public T of(byte[] bytes) throws MalformedException {
        int length = bytes.length - CHECKSUM_BYTES;
        if (length < 0) {
            throw new MalformedException("only " + bytes.length + " bytes");
        }
        if (new In(Arrays.copyOfRange(bytes, length, bytes.length)).i32() != checksum(bytes, length)) {
            throw new MalformedException("its checksum does not match");
        }
        In in = new In(Arrays.copyOf(bytes, length));
        int found = in.i32();
        if (found != magic) {
            throw isEarlier(found)
                    ? new OtherVersionException(kind, (found & 0xff) - '0', version)
                    : new MalformedException("not a file of the kind: " + kind);
        }
        int written = in.u16();
        if (written != version) {
            throw new OtherVersionException(kind, written, version);
        }
        T value = in.value(form);
        in.end();
        return value;
    }

    /** The first files had their version as the last of the four letters. */
    private boolean isEarlier(int found) {
        int last = found & 0xff;
        return found >>> Byte.SIZE == magic >>> Byte.SIZE && last >= '0' && last <= '9';
    }

    private static int checksum(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}
