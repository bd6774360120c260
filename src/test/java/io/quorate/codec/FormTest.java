package io.quorate.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.quorate.kernel.ClusterId;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.Incarnation;
import io.quorate.kernel.NodeName;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Everything that a record may hold comes back as it was, and nothing else is read. */
class FormTest {
    /** One field of every kind. */
    private record Everything(
            int small,
            int port,
            int number,
            long large,
            boolean flag,
            String text,
            List<String> list,
            SortedMap<String, String> map,
            UUID uuid,
            Endpoint endpoint,
            ClusterRef cluster,
            @Nullable String absent,
            @Nullable String present) {}

    private static final Form<String> TEXT = Form.of((value, out) -> out.text(value), In::text);
    private static final Form<Everything> EVERYTHING = Form.of(
            (value, out) -> out.u8(value.small())
                    .u16(value.port())
                    .i32(value.number())
                    .i64(value.large())
                    .flag(value.flag())
                    .text(value.text())
                    .value(value.list(), TEXT.listOf(3))
                    .map(value.map())
                    .uuid(value.uuid())
                    .endpoint(value.endpoint())
                    .cluster(value.cluster())
                    .optional(value.absent(), Out::text)
                    .optional(value.present(), Out::text),
            in -> new Everything(
                    in.u8(),
                    in.u16(),
                    in.i32(),
                    in.i64(),
                    in.flag(),
                    in.text(),
                    in.value(TEXT.listOf(3)),
                    in.map(),
                    in.uuid(),
                    in.endpoint(),
                    in.cluster(),
                    in.optional(In::text),
                    in.optional(In::text)));

    private static Everything sample() {
        return new Everything(
                255,
                8300,
                -7,
                Long.MIN_VALUE,
                true,
                "grüße \uD83D\uDE00",
                List.of("a", "", "c"),
                new TreeMap<>(java.util.Map.of("k", "v", "a", "")),
                new UUID(1, 2),
                new Endpoint(InetAddress.getLoopbackAddress(), 8301),
                new ClusterRef(new ClusterId(new UUID(3, 4)), new Incarnation(2, new UUID(5, 6))),
                null,
                "here");
    }

    @Test
    void everyKindOfFieldComesBackAsItWas() throws MalformedException {
        assertThat(EVERYTHING.of(EVERYTHING.bytes(sample()))).isEqualTo(sample());
    }

    @Test
    void whatIsCutOffAnywhereOrTooLongIsRefused() {
        byte[] whole = EVERYTHING.bytes(sample());
        for (int length = 0; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            assertThatExceptionOfType(MalformedException.class)
                    .as("the first %s bytes", length)
                    .isThrownBy(() -> EVERYTHING.of(part));
        }
        byte[] more = Arrays.copyOf(whole, whole.length + 1);
        assertThatExceptionOfType(MalformedException.class)
                .isThrownBy(() -> EVERYTHING.of(more))
                .withMessage("1 bytes too many");
    }

    /** One value has one form: what is read and written again is the same bytes, whatever was sent. */
    @Test
    void damagedBytesAreRefusedOrAreTheOneFormOfSomethingElse() {
        byte[] whole = EVERYTHING.bytes(sample());
        Random chance = new Random(7);
        int refused = 0;
        for (int round = 0; round < 20_000; round++) {
            byte[] damaged = whole.clone();
            for (int i = 0; i <= chance.nextInt(3); i++) {
                damaged[chance.nextInt(damaged.length)] = (byte) chance.nextInt();
            }
            try {
                assertThat(EVERYTHING.bytes(EVERYTHING.of(damaged))).isEqualTo(damaged);
            } catch (MalformedException e) {
                refused++;
            }
        }
        assertThat(refused).isPositive();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152, Integer.MAX_VALUE})
    void countsOfAnySizeComeBack(int count) throws MalformedException {
        Out out = new Out().count(count, Integer.MAX_VALUE);
        assertThat(new In(out.bytes()).count(Integer.MAX_VALUE)).isEqualTo(count);
    }

    @Test
    void aCountHasOneFormAndFitsAnInt() {
        assertThatExceptionOfType(MalformedException.class)
                .isThrownBy(() -> new In(new byte[] {(byte) 0x81, 0}).count(200))
                .withMessageContaining("longer than it need be");
        byte[] tooLarge = {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x08};
        assertThatExceptionOfType(MalformedException.class)
                .isThrownBy(() -> new In(tooLarge).count(Integer.MAX_VALUE))
                .withMessageContaining("too large");
    }

    @Test
    void aLengthIsHeldAgainstWhatIsLeftBeforeMemoryIsTaken() {
        byte[] claim = new Out().count(Bounds.BLOB, Bounds.BLOB).bytes();
        assertThatExceptionOfType(MalformedException.class)
                .isThrownBy(() -> new In(claim).blob(Bounds.BLOB))
                .withMessage("cut off");
        assertThatExceptionOfType(MalformedException.class)
                .isThrownBy(() -> new In(claim).text(Bounds.BLOB))
                .withMessage("cut off");
    }

    @Test
    void theWriterRefusesWhatItsReaderWould() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Out().text("abcd", 3))
                .withMessage("text of 4 bytes, at most 3 fit");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Out().blob(new byte[4], 3))
                .withMessage("4 bytes, at most 3 fit");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TEXT.listOf(2).bytes(List.of("a", "b", "c")))
                .withMessage("3 items, at most 2 fit");
    }

    @Test
    void aValueThatItsTypeRefusesIsMalformed() {
        Form<NodeName> names = Form.of((name, out) -> out.text(name.value()), in -> new NodeName(in.text()));
        assertThatExceptionOfType(MalformedException.class)
                .isThrownBy(() -> names.of(TEXT.bytes("no name at all!")))
                .withMessageStartingWith("a value that makes no sense: ");
    }

    @Test
    void keysOfAMapAscend() {
        byte[] bytes =
                new Out().count(2, 2).text("b").text("").text("a").text("").bytes();
        assertThatExceptionOfType(MalformedException.class)
                .isThrownBy(() -> new In(bytes).map())
                .withMessage("a map whose keys do not ascend");
    }

    @Test
    void aFlagIsNoughtOrOne() {
        assertThatExceptionOfType(MalformedException.class).isThrownBy(() -> new In(new byte[] {2}).flag());
        assertThat(Objects.requireNonNull(new Out().flag(true)).length()).isEqualTo(1);
    }

    private enum Colour {
        RED,
        GREEN
    }

    private static int code(Colour colour) {
        return switch (colour) {
            case RED -> 7;
            case GREEN -> 9;
        };
    }

    @Test
    void oneOfAFewValuesHasItsOwnNumber() throws MalformedException {
        Form<Colour> colours = Form.coded(Colour.values(), FormTest::code);
        assertThat(colours.bytes(Colour.GREEN)).containsExactly(9);
        assertThat(colours.of(new byte[] {7})).isEqualTo(Colour.RED);
        assertThatExceptionOfType(MalformedException.class)
                .isThrownBy(() -> colours.of(new byte[] {8}))
                .withMessage("unknown colour 8");
    }

    @Test
    void anotherVersionIsRefusedByNameAndNumber() throws MalformedException {
        Form<String> second = TEXT.version(2, "a text");
        assertThat(second.of(second.bytes("a"))).isEqualTo("a");
        assertThatExceptionOfType(OtherVersionException.class)
                .isThrownBy(() -> second.of(TEXT.version(1, "a text").bytes("a")))
                .withMessage("a text of format 1, this version of the agent reads format 2");
    }

    @Test
    void aRecordWithinABoundIsNeitherMadeNorReadBeyondIt() throws MalformedException {
        Form<String> small = TEXT.within(4);
        assertThat(small.of(small.bytes("abc"))).isEqualTo("abc");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> small.bytes("abcd"))
                .withMessage("5 bytes, at most 4 fit");
        assertThatExceptionOfType(MalformedException.class)
                .isThrownBy(() -> small.of(TEXT.bytes("abcd")))
                .withMessage("5 bytes are too many, at most 4 are allowed");
        assertThatExceptionOfType(MalformedException.class)
                .as("one field among others")
                .isThrownBy(() -> small.listOf(1).of(TEXT.listOf(1).bytes(List.of("abcd"))))
                .withMessage("5 bytes are too many, at most 4 are allowed");
    }

    @Test
    void aPartIsReadWithoutTheRestAndTheRestWithoutIt() throws MalformedException {
        byte[] bytes = new Out().part("ab", TEXT, 8).u8(5).bytes();
        In skipping = new In(bytes);
        assertThat(skipping.part(8).remaining()).isEqualTo(3);
        assertThat(skipping.u8()).isEqualTo(5);
        assertThat(new In(bytes).part(TEXT, 8)).isEqualTo("ab");
        assertThatExceptionOfType(MalformedException.class)
                .isThrownBy(() -> new In(new byte[] {3, 1, 'a', 'b'}).part(TEXT, 8))
                .withMessage("1 bytes too many");
        assertThatExceptionOfType(MalformedException.class)
                .isThrownBy(() -> new In(new byte[] {2, 2, 'a', 'b'}).part(TEXT, 8))
                .as("what follows the part is none of its bytes")
                .withMessage("cut off");
        assertThatExceptionOfType(MalformedException.class)
                .isThrownBy(() -> new In(new byte[] {9}).part(8))
                .withMessage("9 items, at most 8 are allowed");
    }

    @Test
    void aCounterLeavesRoomForTheNextOne() throws MalformedException {
        for (long value : new long[] {0, 1, Bounds.COUNTER}) {
            assertThat(new In(new Out().i64(value).bytes()).counter()).isEqualTo(value);
        }
        for (long value : new long[] {-1, Bounds.COUNTER + 1, Long.MIN_VALUE}) {
            byte[] bytes = new Out().i64(value).bytes();
            assertThatExceptionOfType(MalformedException.class)
                    .isThrownBy(() -> new In(bytes).counter())
                    .withMessage("a counter of " + value);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152, 268_435_456, Integer.MAX_VALUE})
    void theBytesOfACountAreKnownBefore(int count) {
        assertThat(Out.bytesOfCount(count))
                .isEqualTo(new Out().count(count, Integer.MAX_VALUE).length());
    }

    @Test
    void aDatacenterHasOneForm() {
        assertThatExceptionOfType(MalformedException.class)
                .isThrownBy(() -> KernelForms.DATACENTER.of(TEXT.bytes("DC1")))
                .withMessage("a datacenter with capitals: DC1");
    }
}
