package io.quorate.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** Bodies as Consul takes them, and its words for what it does not take: those with an id were recorded. */
class JsonInputTest {
    private static final String PREFIX = "Request decode failed: ";

    @Test
    void namesMatchInAnyCaseAndByTheirAliases() {
        JsonInput body = body(
                "{\"NAME\":\"web\",\"enable_tag_override\":true,\"tags\":[\"a\",null],\"Meta\":{\"K\":\"v\"},\"Port\":8080}");
        assertThat(body.text("Name")).isEqualTo("web");
        assertThat(body.flag("EnableTagOverride", "enable_tag_override")).isTrue();
        assertThat(body.texts("Tags")).containsExactly("a", "");
        assertThat(body.textMap("Meta")).isEqualTo(Map.of("K", "v"));
        assertThat(body.integer("Port")).isEqualTo(8080);
        body.end();
    }

    @Test
    void whatIsAbsentOrNullIsEmpty() {
        JsonInput body = body("{\"Check\":null,\"Checks\":null,\"Name\":null,\"Port\":null}");
        assertThat(body.has("Check")).isFalse();
        assertThat(body.object("Check")).isEmpty();
        assertThat(body.objects("Checks")).isEmpty();
        assertThat(body.text("Name")).isEmpty();
        assertThat(body.integer("Port")).isZero();
        assertThat(body.bytes("Value")).isEmpty();
        assertThat(body.duration("TTL")).isEmpty();
        body.end();
        body("null").end();
    }

    @Test
    void numbersKeepAllTheirBits() {
        JsonInput body = body("{\"Flags\":18446744073709551615,\"Index\":-9223372036854775808,\"Error\":1.5e0}");
        assertThat(Long.toUnsignedString(body.unsigned("Flags"))).isEqualTo("18446744073709551615");
        assertThat(body.integer("Index")).isEqualTo(Long.MIN_VALUE);
        assertThat(body.number("Error")).isEqualTo(1.5);
    }

    @ParameterizedTest
    @CsvSource({"\"10s\",10000000000", "\"1h30m\",5400000000000", "5,5", "1e9,1000000000", "-3,-3", "1e-999999999,0"})
    void durationsAreTextOrNanoseconds(String json, long nanos) {
        assertThat(body("{\"TTL\":" + json + "}").duration("TTL")).contains(Duration.ofNanos(nanos));
    }

    @Test
    void fieldsThatNobodyAskedForAreRefusedInsideToo() {
        refused("agent-060", "json: unknown field \"Unknown\"", "{\"Name\":\"x\",\"Unknown\":1}", body -> {
            body.text("Name");
            body.end();
        });
        refused("agent-067", "json: unknown field \"Script\"", "{\"Check\":{\"Script\":\"true\"}}", body -> {
            body.object("Check").orElseThrow().text("Name");
            body.end();
        });
        refused("txn-023", "json: unknown field \"Bogus\"", "{\"Bogus\":{}}", JsonInput::end);
        body("{\"Proxy\":{\"any\":[1]}}").passOver("Proxy").end();
    }

    @Test
    void wrongTypesAreNamedAsGoNamesThem() {
        String port = "json: cannot unmarshal %s into Go struct field .Port of type int";
        refused("agent-059", port.formatted("string"), "{\"Port\":\"eighty\"}", body -> body.integer("Port"));
        refused("", port.formatted("number 1.5"), "{\"Port\":1.5}", body -> body.integer("Port"));
        refused(
                "",
                port.formatted("number 9223372036854775808"),
                "{\"Port\":9223372036854775808}",
                body -> body.integer("Port"));
        refused(
                "",
                "json: cannot unmarshal number into Go struct field .Name of type string",
                "{\"Name\":1}",
                body -> body.text("Name"));
        refused("agent-064", "time: invalid duration \"bogus\"", "{\"TTL\":\"bogus\"}", body -> body.duration("TTL"));
        refused(
                "txn-022",
                "illegal base64 data at input byte 3",
                "{\"Value\":\"not base64!\"}",
                body -> body.bytes("Value"));
        assertThatThrownBy(() -> JsonInput.objects(
                        "{}".getBytes(StandardCharsets.UTF_8), "Failed to parse body: ", "api.TxnOps"))
                .as("txn-026")
                .hasMessage("Failed to parse body: json: cannot unmarshal object into Go value of type api.TxnOps");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``|EOF",
                "` `|EOF",
                "{bad|invalid character 'b' looking for beginning of object key string",
                "{|unexpected EOF",
                "[1 2]|invalid character '2' after array element",
                "{\"a\" 1}|invalid character '1' after object key",
                "{\"a\":1 \"b\"}|invalid character '\"' after object key:value pair",
                "{\"a\":}|invalid character '}' looking for beginning of value",
                "{\"a\":1,}|invalid character '}' looking for beginning of object key string",
                "nul|unexpected EOF",
                "nulx|invalid character 'x' in literal null (expecting 'l')",
                "{\"a\":-x}|invalid character 'x' in numeric literal",
                "{\"a\":1.x}|invalid character 'x' after decimal point in numeric literal",
                "{\"\\x\":1}|invalid character 'x' in string escape code",
                "é|invalid character 'Ã' looking for beginning of value"
            })
    void mistakesReadAsGosDecoderTellsThem(String json, String message) {
        assertThatThrownBy(() -> body(json))
                .isInstanceOf(BadRequestException.class)
                .hasMessage(PREFIX + message);
    }

    @Test
    void depthAndNumberOfValuesAreBounded() {
        assertThatThrownBy(() -> body("[".repeat(1_000_000))).hasMessage(PREFIX + "exceeded max depth");
        assertThatThrownBy(() -> body("[" + "[],".repeat(300_000) + "[]]"))
                .hasMessage(PREFIX + "more than 100000 values");
    }

    /** Jackson is the oracle of what is JSON; whatever comes in, nothing else is thrown than the refusal. */
    @Test
    void noiseIsTakenAndRefusedAsAnotherParserDoes() {
        Random random = new Random(20261128);
        List<String> seeds = List.of(
                "{\"Name\":\"web\",\"Tags\":[\"a\",\"b\"],\"Port\":80,\"Check\":{\"TTL\":\"10s\",\"N\":-1.5e+3,\"X\":null}}",
                "[{\"KV\":{\"Verb\":\"set\",\"Key\":\"t/a\",\"Value\":\"eA==\",\"Flags\":7}},true,false,[],{}]",
                "{\"\\u00e9\\n\\\"\":\"\\\\\\/\\b\"}");
        String alphabet = "{}[]\":,\\ntfue0123456789.-+E \u00e9x";
        int accepted = 0;
        for (int i = 0; i < 200_000; i++) {
            StringBuilder text = new StringBuilder(seeds.get(random.nextInt(seeds.size())));
            for (int changes = random.nextInt(4); changes > 0; changes--) {
                int at = random.nextInt(text.length());
                char c = alphabet.charAt(random.nextInt(alphabet.length()));
                switch (random.nextInt(3)) {
                    case 0 -> text.setCharAt(at, c);
                    case 1 -> text.insert(at, c);
                    default -> text.deleteCharAt(at);
                }
            }
            if (text.charAt(0) != '{' && text.charAt(0) != '[') {
                // Go ends a word or a number wherever it cannot go on, Jackson wants a blank behind it.
                isTaken(text.toString());
                continue;
            }
            boolean ours = isTaken(text.toString());
            assertThat(ours).as("%s", text).isEqualTo(isJson(text.toString()));
            accepted += ours ? 1 : 0;
        }
        assertThat(accepted).isBetween(20_000, 180_000);
    }

    private static boolean isTaken(String json) {
        try {
            GoJson.read(json.getBytes(StandardCharsets.UTF_8));
            return true;
        } catch (GoJson.Malformed e) {
            return false;
        }
    }

    /** Its first value is. */
    private static boolean isJson(String json) {
        try (JsonParser parser = new JsonFactory().createParser(ObjectReadContext.empty(), json)) {
            if (parser.nextToken() == null) {
                return false;
            }
            parser.skipChildren();
            parser.getString();
            return true;
        } catch (JacksonException e) {
            return false;
        }
    }

    private static JsonInput body(String json) {
        return JsonInput.object((json == null ? "" : json).getBytes(StandardCharsets.UTF_8), PREFIX);
    }

    private static void refused(String recorded, String message, String json, Consumer<JsonInput> reading) {
        assertThatThrownBy(() -> reading.accept(body(json)))
                .as(recorded)
                .isInstanceOf(BadRequestException.class)
                .hasMessage(PREFIX + message);
    }
}
