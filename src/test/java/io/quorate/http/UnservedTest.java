package io.quorate.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What this version lacks says so; nothing of it is a bare 404. */
class UnservedTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET|/v1/kv/a|501|this version of Quorate does not serve /v1/kv/",
                "PUT|/v1/txn|501|this version of Quorate does not serve /v1/txn",
                "POST|/v1/kv/a|405|method POST not allowed",
                "GET|/v1/acl/token/self|401|ACL support disabled",
                "PUT|/v1/agent/token/default|401|ACL support disabled",
                "GET|/v1/connect/ca/roots|500|Connect must be enabled in order to use this endpoint",
                "GET|/v1/connect/intentions|200|[]",
                "GET|/v1/config/service-defaults|200|[]",
                "GET|/v1/config/bogus-kind|500|invalid config entry kind: bogus-kind",
                "GET|/v1/operator/raft/transfer-leader|404|",
                "GET|/v1/no/such/path|404|"
            })
    void saysWhatItIs(String method, String path, int status, String text) {
        Reply reply = ask(new Dispatcher(List.of(), 100), method, path);
        assertThat(reply.status()).isEqualTo(status);
        assertThat(new String(reply.render(false), StandardCharsets.UTF_8)).isEqualTo(text == null ? "" : text);
    }

    @Test
    void aFeatureThatServesThePathComesFirst() {
        RouteSource feature = routes ->
                routes.at("/v1/kv/").on("GET", request -> CompletableFuture.completedFuture(Reply.text(200, "served")));
        Dispatcher dispatcher = new Dispatcher(List.of(feature), 100);
        assertThat(ask(dispatcher, "GET", "/v1/kv/a").status()).isEqualTo(200);
        assertThat(ask(dispatcher, "PUT", "/v1/kv/a").status()).isEqualTo(405);
    }

    private static Reply ask(Dispatcher dispatcher, String method, String path) {
        return dispatcher
                .dispatch(method, path, "", name -> null, new byte[0])
                .toCompletableFuture()
                .join()
                .reply();
    }
}
