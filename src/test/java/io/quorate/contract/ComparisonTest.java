package io.quorate.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** That the contract test would see a difference, and only one that counts. */
class ComparisonTest {
    private static final Map<String, String> JSON = Map.of("Content-Type", "application/json", "X-Consul-Index", "7");
    private static final String RECORDED = """
            {"id": "some-002", "to": "client", "method": "GET", "path": "/v1/some?wait=1s", "status": 200, "elapsed_ms": 1003,
             "response_headers": {"Content-Type": "application/json", "X-Consul-Index": "91"}, "response_kind": "json",
             "response_body": [{"Key": "a", "N": 1, "ModifyIndex": 12, "wan_join_port": "8302"}],
             "volatile": {"headers": ["X-Consul-Index"], "body": ["$[*].ModifyIndex"]}}
            """;
    private static final Meant MEANT = new Meant(List.of(
            "# the list",
            "",
            "field:wan_join_port  left out",
            "some-004  one",
            "some-001..some-003  not served yet: a range",
            "/v1/so*  not served yet: paths",
            "other/*  not served yet: a group"));

    @Test
    void whatIsVolatileDoesNotCountAndTheRestDoes() {
        assertThat(compared(200, JSON, "[{\"Key\":\"a\",\"N\":1,\"ModifyIndex\":3}]", 1000))
                .isEmpty();
        assertThat(compared(500, JSON, "[{\"Key\":\"a\",\"N\":1}]", 1000))
                .containsExactly("status: recorded 200, ours 500");
        assertThat(compared(200, JSON, "[{\"Key\":\"a\",\"N\":1,\"X\":null}]", 1000))
                .containsExactly("$[0].X: recorded nothing, ours null");
        assertThat(compared(200, JSON, "[{\"Key\":\"a\",\"N\":1.0}]", 1000))
                .containsExactly("$[0].N: recorded 1, ours 1.0");
        assertThat(compared(200, JSON, "[]", 1000)).hasSize(1);
        assertThat(compared(200, JSON, "no", 1000)).hasSize(1);
        assertThat(compared(200, Map.of("Content-Type", "application/json"), "[{\"Key\":\"a\",\"N\":1}]", 1000))
                .as("that there is an index")
                .singleElement()
                .asString()
                .startsWith("headers");
        assertThat(compared(200, JSON, "[{\"Key\":\"a\",\"N\":1}]", 999))
                .containsExactly("held to the end of its wait: recorded true, ours false");
    }

    @Test
    void theMostExactLineCounts() {
        assertThat(MEANT.of(exchange("some", "some-002", "/v1/some")))
                .hasToString("some-001..some-003  not served yet: a range");
        assertThat(MEANT.of(exchange("some", "some-004", "/v1/some"))).hasToString("some-004  one");
        assertThat(MEANT.of(exchange("some", "some-005", "/v1/some"))).hasToString("/v1/so*  not served yet: paths");
        assertThat(MEANT.of(exchange("other", "other-1", "/v1/x"))).hasToString("other/*  not served yet: a group");
        assertThat(MEANT.of(exchange("third", "third-002", "/v1/x"))).isNull();
    }

    @Test
    void onlyWhatIsNotServedYetMayBeManyAndEverythingHasAReason() {
        assertThatThrownBy(() -> new Meant(List.of("/v1/kv/*  we do it otherwise")))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> new Meant(List.of("kv-001"))).isInstanceOf(IllegalStateException.class);
    }

    private static Exchange exchange(String group, String id, String path) {
        return new Exchange(
                group, Exchange.JSON.createObjectNode().put("id", id).put("path", path));
    }

    private static List<String> compared(int status, Map<String, String> headers, String body, long elapsedMs) {
        Answered answered =
                new Answered(status, new TreeMap<>(headers), body.getBytes(StandardCharsets.UTF_8), elapsedMs);
        return Comparison.differences(
                new Exchange("some", Exchange.JSON.readTree(RECORDED)), answered, new Cast(), MEANT);
    }
}
