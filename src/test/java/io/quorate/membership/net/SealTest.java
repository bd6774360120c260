package io.quorate.membership.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.membership.GossipCounters.Tally;
import io.quorate.membership.net.Seal.Kind;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class SealTest {
    private static final byte[] KEY = bytes(32, 1);
    /** Worked out by an independent program from the description of the format. */
    private static final String HEADER_VECTOR =
            "510201036c616ec7af246a08e53dba19a559a56205e35c4992a5d49b3cb0d188e34a91";

    private static final String DATAGRAM_VECTOR = HEADER_VECTOR + "c401039b91f29c1294dcd81834fd9a357176e7c24c8186d4";
    private static final String STREAM_VECTOR =
            HEADER_VECTOR + "80000008" + "2021296c966d0c6829d0288f5ed28e69421f92495df5cc18";
    private static final byte[] MESSAGE = "the news".getBytes(StandardCharsets.UTF_8);
    private final AtomicLong budget = new AtomicLong(32 << 20);

    private static byte[] bytes(int length, int fill) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) fill);
        return bytes;
    }

    /** A source of chance that always says the same. */
    private static RandomGenerator stuck() {
        return () -> 0x0123456789abcdefL;
    }

    private static PacketCodec codec(String label, byte[]... keys) {
        return new PacketCodec(label, new Keyring(List.of(keys)), true, true, new Random(1));
    }

    private static PacketCodec stuckCodec() {
        return new PacketCodec("lan", new Keyring(List.of(KEY)), true, true, stuck());
    }

    @Test
    void extractAndExpandAreThoseOfRfc5869() {
        // Appendix A.1, first 32 bytes of output.
        HexFormat hex = HexFormat.of();
        byte[] prk = Hkdf.hmac(hex.parseHex("000102030405060708090a0b0c"), bytes(22, 0x0b));
        assertThat(hex.formatHex(prk)).isEqualTo("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5");
        assertThat(hex.formatHex(Hkdf.expand(prk, hex.parseHex("f0f1f2f3f4f5f6f7f8f9"), 32)))
                .isEqualTo("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
    }

    @Test
    void theFormatIsPinnedByVectors() throws Exception {
        HexFormat hex = HexFormat.of();
        String datagram = hex.formatHex(stuckCodec().datagram(MESSAGE));
        String stream = hex.formatHex(stuckCodec().streamMessage(Kind.ASK, new ArrayList<>(), MESSAGE));
        assertThat(datagram).isEqualTo(DATAGRAM_VECTOR);
        assertThat(stream).isEqualTo(STREAM_VECTOR);
        assertThat(opened(stuckCodec(), hex.parseHex(DATAGRAM_VECTOR))).isEqualTo(MESSAGE);
    }

    @Test
    void twoMessagesDifferInSaltThoughChanceRepeats() {
        byte[] one = stuckCodec().datagram(MESSAGE);
        byte[] other = stuckCodec().datagram("the nEws".getBytes(StandardCharsets.UTF_8));
        assertThat(Arrays.copyOfRange(one, 11, 35)).isNotEqualTo(Arrays.copyOfRange(other, 11, 35));
        assertThat(stuckCodec().datagram(MESSAGE)).isEqualTo(one);
    }

    @Test
    void anyOfTheKeysOpensAndTheFirstSeals() throws Exception {
        byte[] second = bytes(16, 2);
        byte[] third = bytes(24, 3);
        assertThat(opened(codec("lan", second, KEY), codec("lan", KEY, third).datagram(MESSAGE)))
                .isEqualTo(MESSAGE);
        assertRejected(codec("lan", second), codec("lan", KEY).datagram(MESSAGE), Tally.REJECTED_KEY);
        assertThatThrownBy(() -> codec("lan", KEY, KEY)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void everyFlippedBitOfASealedDatagramIsRefused() {
        byte[] sealed = codec("lan", KEY).datagram(MESSAGE);
        for (int bit = 0; bit < sealed.length * 8; bit++) {
            byte[] broken = sealed.clone();
            broken[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThatThrownBy(() -> opened(codec("lan", KEY), broken)).isInstanceOf(RejectedException.class);
        }
    }

    @Test
    void anotherPoolsPacketIsRefusedBeforeAnyCryptography() {
        assertRejected(codec("wan", KEY), codec("lan", KEY).datagram(MESSAGE), Tally.REJECTED_LABEL);
        assertRejected(codec("wan"), codec("lan").datagram(MESSAGE), Tally.REJECTED_LABEL);
    }

    @Test
    void plainAndSealedMixOnlyAsTheSettingsSay() throws Exception {
        PacketCodec open = new PacketCodec("lan", new Keyring(List.of(KEY)), false, false, new Random(1));
        PacketCodec sealing = new PacketCodec("lan", new Keyring(List.of(KEY)), false, true, new Random(1));
        PacketCodec strict = codec("lan", KEY);
        PacketCodec plain = codec("lan");
        assertThat(opened(open, plain.datagram(MESSAGE))).isEqualTo(MESSAGE);
        assertThat(opened(plain, open.datagram(MESSAGE))).isEqualTo(MESSAGE);
        assertThat(opened(open, sealing.datagram(MESSAGE))).isEqualTo(MESSAGE);
        assertThat(opened(strict, sealing.datagram(MESSAGE))).isEqualTo(MESSAGE);
        assertRejected(strict, open.datagram(MESSAGE), Tally.REJECTED_PLAIN);
        assertRejected(plain, sealing.datagram(MESSAGE), Tally.REJECTED_SEALED);
        assertThat(open.isOpen()).isTrue();
        assertThat(strict.isOpen()).isFalse();
    }

    @Test
    void aDamagedPlainPacketIsNoticed() {
        byte[] plain = codec("lan").datagram(MESSAGE);
        plain[plain.length - 1]++;
        assertRejected(codec("lan"), plain, Tally.REJECTED_CHECKSUM);
        for (byte version : new byte[] {0, 1, 3}) {
            byte[] other = codec("lan").datagram(MESSAGE);
            other[1] = version;
            assertRejected(codec("lan"), other, Tally.REJECTED_VERSION);
        }
    }

    @Test
    void aStreamMessageComesBackWhateverItsSizeAndHoweverItIsCutUp() throws Exception {
        for (PacketCodec codec : List.of(codec("lan", KEY), codec("lan"))) {
            for (int size : new int[] {1, 65_535, 65_536, 65_537, 131_072, 400_001}) {
                byte[] message = new byte[size];
                new Random(size).nextBytes(message);
                byte[] wire = codec.streamMessage(Kind.ASK, new ArrayList<>(), message);
                for (int step : new int[] {size < 1000 ? 1 : 7919, 65_536, wire.length}) {
                    MessageReader reader = new MessageReader(codec, Kind.ASK, new ArrayList<>(), budget);
                    assertThat(feed(reader, wire, step)).isEqualTo(message);
                    reader.release();
                }
            }
        }
        assertThat(budget.get()).isEqualTo(32 << 20);
    }

    @Test
    void anAnswerOpensInItsOwnExchangeOnly() throws Exception {
        PacketCodec codec = codec("lan", KEY);
        List<byte[]> asker = new ArrayList<>();
        byte[] ask = codec.streamMessage(Kind.ASK, asker, MESSAGE);
        List<byte[]> answerer = new ArrayList<>();
        feed(new MessageReader(codec, Kind.ASK, answerer, budget), ask, 100);
        byte[] answer = codec.streamMessage(Kind.ANSWER, answerer, MESSAGE);
        List<byte[]> elsewhere = new ArrayList<>();
        codec.streamMessage(Kind.ASK, elsewhere, "other".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> feed(new MessageReader(codec, Kind.ANSWER, elsewhere, budget), answer, 100))
                .isInstanceOf(RejectedException.class);
        assertThatThrownBy(
                        () -> feed(new MessageReader(codec, Kind.CLOSE, new ArrayList<>(asker), budget), answer, 100))
                .isInstanceOf(RejectedException.class);
        assertThat(feed(new MessageReader(codec, Kind.ANSWER, asker, budget), answer, 100))
                .isEqualTo(MESSAGE);
        assertThat(asker).hasSize(2);
    }

    @Test
    void aDatagramDoesNotOpenAsAQuestionNorTheOtherWayRound() {
        PacketCodec codec = codec("lan", KEY);
        byte[] ask = codec.streamMessage(Kind.ASK, new ArrayList<>(), MESSAGE);
        byte[] asDatagram = new byte[ask.length - 4];
        System.arraycopy(ask, 0, asDatagram, 0, 35);
        System.arraycopy(ask, 39, asDatagram, 35, ask.length - 39);
        assertRejected(codec, asDatagram, Tally.REJECTED_FORGED);
    }

    @Test
    void swappedOrMissingChunksDoNotOpen() {
        PacketCodec codec = codec("lan", KEY);
        byte[] message = new byte[3 * 65_536];
        new Random(3).nextBytes(message);
        byte[] wire = codec.streamMessage(Kind.ASK, new ArrayList<>(), message);
        int chunk = 4 + 65_536 + 16;
        byte[] swapped = wire.clone();
        System.arraycopy(wire, 35, swapped, 35 + chunk, chunk);
        System.arraycopy(wire, 35 + chunk, swapped, 35, chunk);
        assertRefused(codec, swapped);
        byte[] cut = Arrays.copyOf(wire, 35 + 2 * chunk);
        // The second now claims to be the last.
        cut[35 + chunk] |= (byte) 0x80;
        assertRefused(codec, cut);
        byte[] more = Arrays.copyOf(wire, wire.length + 1);
        assertRefused(codec, more);
    }

    private void assertRefused(PacketCodec codec, byte[] wire) {
        assertThatThrownBy(() -> feed(new MessageReader(codec, Kind.ASK, new ArrayList<>(), budget), wire, wire.length))
                .isInstanceOf(RejectedException.class);
    }

    @Test
    void noMoreIsHeldThanTheBudgetAllows() throws Exception {
        PacketCodec codec = codec("lan");
        AtomicLong small = new AtomicLong(100_000);
        byte[] wire = codec.streamMessage(Kind.ASK, new ArrayList<>(), new byte[200_000]);
        MessageReader reader = new MessageReader(codec, Kind.ASK, new ArrayList<>(), small);
        assertThatThrownBy(() -> feed(reader, wire, 1000))
                .isInstanceOfSatisfying(
                        RejectedException.class, e -> assertThat(e.reason()).isEqualTo(Tally.REJECTED_STREAM));
        reader.release();
        assertThat(small.get()).isEqualTo(100_000);
        byte[] tooLong = Arrays.copyOf(wire, 20);
        ByteBuffer.wrap(tooLong).putInt(7, 65_537);
        assertThatThrownBy(() -> feed(new MessageReader(codec, Kind.ASK, new ArrayList<>(), small), tooLong, 20))
                .isInstanceOf(RejectedException.class);
    }

    @Test
    void aHundredThousandBrokenPacketsAndStreamsAreRefusedWithNothingElse() {
        Random random = new Random(23);
        List<PacketCodec> codecs = List.of(codec("lan", KEY), codec("lan"));
        List<byte[]> good = new ArrayList<>();
        for (PacketCodec codec : codecs) {
            good.add(codec.datagram(MESSAGE));
            good.add(codec.streamMessage(Kind.ASK, new ArrayList<>(), new byte[500]));
        }
        int refused = 0;
        for (int i = 0; i < 100_000; i++) {
            byte[] base = good.get(random.nextInt(good.size()));
            byte[] bytes;
            if (random.nextInt(3) == 0) {
                bytes = new byte[random.nextInt(200)];
                random.nextBytes(bytes);
            } else {
                bytes = Arrays.copyOf(base, random.nextInt(base.length + 3));
                if (bytes.length > 0) {
                    bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                }
            }
            PacketCodec codec = codecs.get(random.nextInt(2));
            refused += isRefused(codec, bytes) ? 1 : 0;
            MessageReader reader = new MessageReader(codec, Kind.ASK, new ArrayList<>(), budget);
            try {
                reader.feed(ByteBuffer.wrap(bytes));
            } catch (RejectedException e) {
                refused++;
            }
            reader.release();
        }
        assertThat(refused).isGreaterThan(100_000);
        assertThat(budget.get()).isEqualTo(32 << 20);
    }

    private static boolean isRefused(PacketCodec codec, byte[] bytes) {
        try {
            codec.open(ByteBuffer.wrap(bytes));
            return false;
        } catch (RejectedException e) {
            return true;
        }
    }

    private static byte[] feed(MessageReader reader, byte[] wire, int step) throws RejectedException {
        for (int at = 0; at < wire.length; at += step) {
            ByteBuffer whole = reader.feed(ByteBuffer.wrap(wire, at, Math.min(step, wire.length - at)));
            if (whole != null) {
                byte[] message = new byte[whole.remaining()];
                whole.get(message);
                return message;
            }
        }
        return new byte[0];
    }

    private static byte[] opened(PacketCodec codec, byte[] datagram) throws RejectedException {
        ByteBuffer message = codec.open(ByteBuffer.wrap(datagram));
        byte[] bytes = new byte[message.remaining()];
        message.get(bytes);
        return bytes;
    }

    private static void assertRejected(PacketCodec codec, byte[] datagram, Tally reason) {
        assertThatThrownBy(() -> opened(codec, datagram))
                .isInstanceOfSatisfying(
                        RejectedException.class, e -> assertThat(e.reason()).isEqualTo(reason));
    }
}
