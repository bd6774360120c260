package io.quorate.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What goes over the RPC port survives it, and nothing else is taken. */
class ForwardCodecTest {
    private static final Request REQUEST = new Request(
            "PUT",
            "/v1/kv/ä b%/c",
            "ä b%/c",
            Query.of("cas=3&flags=ä&pretty"),
            Map.of("x-consul-token", "secret"),
            new byte[] {0, 1, -1},
            Consistency.DEFAULT,
            1);

    @Test
    void aRequestArrivesAsItWas() throws IOException {
        ForwardCodec.Forwarded arrived = ForwardCodec.decodeRequest(ForwardCodec.encode(REQUEST));
        assertThat(arrived.method()).isEqualTo("PUT");
        assertThat(RequestPath.decode(arrived.rawPath())).isEqualTo(REQUEST.path());
        assertThat(arrived.rawQuery()).isEqualTo("cas=3&flags=ä&pretty");
        assertThat(arrived.headers()).isEqualTo(Map.of("x-consul-token", "secret"));
        assertThat(arrived.body().bytes()).containsExactly(0, 1, -1);
        assertThat(arrived.hops()).isEqualTo(2);
    }

    @Test
    void anAnswerArrivesAsItWas() throws IOException {
        Reply reply = Reply.json(json -> json.writeString("x")).with("X-Consul-Index", "7");
        Reply arrived = ForwardCodec.decodeReply(ForwardCodec.encode(reply, true));
        assertThat(arrived.status()).isEqualTo(200);
        assertThat(arrived.contentType()).isEqualTo("application/json");
        assertThat(arrived.headers()).isEqualTo(Map.of("X-Consul-Index", "7"));
        assertThat(arrived.render(false)).isEqualTo("\"x\"\n".getBytes(StandardCharsets.UTF_8));
        assertThat(arrived.isFailure()).isFalse();
        assertThat(ForwardCodec.decodeReply(ForwardCodec.encode(Reply.failure(500, "no"), false))
                        .isFailure())
                .isTrue();
        assertThat(ForwardCodec.decodeReply(ForwardCodec.encode(Reply.empty(), false))
                        .contentType())
                .isNull();
    }

    @Test
    void everyTruncationAndEveryExtraByteIsRefused() {
        byte[] request = ForwardCodec.encode(REQUEST);
        byte[] reply = ForwardCodec.encode(Reply.text(200, "text").with("a", "b"), false);
        for (int length = 0; length < request.length; length++) {
            byte[] cut = Arrays.copyOf(request, length);
            assertThatThrownBy(() -> ForwardCodec.decodeRequest(cut)).isInstanceOf(IOException.class);
        }
        for (int length = 0; length < reply.length; length++) {
            byte[] cut = Arrays.copyOf(reply, length);
            assertThatThrownBy(() -> ForwardCodec.decodeReply(cut)).isInstanceOf(IOException.class);
        }
        assertThatThrownBy(() -> ForwardCodec.decodeRequest(Arrays.copyOf(request, request.length + 1)))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> ForwardCodec.decodeReply(Arrays.copyOf(reply, reply.length + 1)))
                .isInstanceOf(IOException.class);
    }

    @Test
    void damagedBytesNeverThrowAnythingButIoExceptionNorTakeMemory() {
        Random random = new Random(42);
        byte[] request = ForwardCodec.encode(REQUEST);
        byte[] reply = ForwardCodec.encode(Reply.text(200, "text").with("a", "b"), false);
        for (int i = 0; i < 20_000; i++) {
            byte[] one = i % 2 == 0 ? request.clone() : reply.clone();
            for (int j = 0; j <= random.nextInt(4); j++) {
                one[random.nextInt(one.length)] = (byte) random.nextInt();
            }
            try {
                ForwardCodec.decodeRequest(one);
                ForwardCodec.decodeReply(one);
            } catch (IOException expected) {
                assertThat(expected).isNotNull();
            }
        }
    }

    @Test
    void aHeaderCannotSmuggleAnotherOne() {
        byte[] reply = ForwardCodec.encode(Reply.empty().with("a", "b__Set-Cookie: x"), false);
        String sent = new String(reply, StandardCharsets.ISO_8859_1).replace("__", "\r\n");
        assertThatThrownBy(() -> ForwardCodec.decodeReply(sent.getBytes(StandardCharsets.ISO_8859_1)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("control character");
    }

    @Test
    void whatTheReceiverWouldRefuseIsNotSent() throws IOException {
        Reply tab = Reply.empty().with("a", "b\tc");
        assertThat(ForwardCodec.decodeReply(ForwardCodec.encode(tab, false)).headers())
                .isEqualTo(Map.of("a", "b\tc"));
        assertThatThrownBy(() -> ForwardCodec.encode(Reply.empty().with("a", "b\r\nSet-Cookie: x"), false))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("control character");
    }
}
