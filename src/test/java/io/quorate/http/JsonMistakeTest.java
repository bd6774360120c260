package io.quorate.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.quorate.testing.Fault;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.json.JsonMapper;

/** Whoever wrote a file reads where it is wrong, and nothing of what reads it. */
class JsonMistakeTest {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    static Stream<Arguments> mistakes() {
        return Stream.of(
                Arguments.of(
                        "{\"server\":true",
                        "line 1, column 15: it ends too early: a quote, a bracket or a brace is not closed"),
                Arguments.of(
                        "{\"a", "line 1, column 4: it ends too early: a quote, a bracket or a brace is not closed"),
                Arguments.of("{\n  \"a\": 1,\n}", "line 3, column 1: unexpected '}'"),
                Arguments.of("{\n  \"a\": 1\n  \"b\": 2\n}", "line 3, column 3: a comma is missing before '\"'"),
                Arguments.of("{\r\n  \"a\": tru\r\n}", "line 2, column 8: unexpected tru"),
                Arguments.of("{a:1}", "line 1, column 2: unexpected a"),
                Arguments.of("{'a':1}", "line 1, column 2: unexpected '''"),
                Arguments.of("{\"a\":1]", "line 1, column 7: unexpected ']'"),
                Arguments.of("}", "line 1, column 1: unexpected '}'"),
                Arguments.of("server = true", "line 1, column 1: unexpected server"),
                Arguments.of("// c\n{}", "line 1, column 1: JSON has no comments"),
                Arguments.of("{\"a\":1,\"a\":2}", "line 1, column 11: the key \"a\" is given twice"),
                Arguments.of("{} {}", "line 1, column 4: something follows the end of the object"),
                Arguments.of("{\"a\":01}", "line 1, column 7: a number cannot begin with 0"),
                Arguments.of("{\"a\":NaN}", "line 1, column 9: unexpected NaN"),
                Arguments.of("{\"a\":\u00a01}", "line 1, column 6: unexpected character U+00A0"),
                Arguments.of(
                        "{\"a\":\"x\ny\"}",
                        "line 1, column 8: a line break or another control character inside a string, write it as an"
                                + " escape such as \\n"),
                Arguments.of(
                        "{\"a\":\"\\q\"}",
                        "line 1, column 8: a backslash before a character that is not escaped so in JSON"),
                Arguments.of("[".repeat(600), "it is nested too deeply"),
                Arguments.of("{\"a\":" + "1".repeat(1200) + "}", "a number is too long"),
                Arguments.of("{\"" + "k".repeat(60_000) + "\":1}", "a key or a string is too long"),
                Arguments.of("{" + "x".repeat(500) + "}", "line 1, column 2: unexpected " + "x".repeat(24) + "..."));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    @Fault(
            line = "E7",
            fault =
                    "a file or a request body that is not JSON: cut off, a comma too many, a comment, a key given twice",
            seen = "it is refused with the file, the line, the column and what is wrong there")
    void isNamedByItsPlace(String text, String words) {
        JacksonException failure = catchThrowableOfType(JacksonException.class, () -> JSON.readTree(text));
        assertThat(JsonMistake.in(text, failure)).isEqualTo(words);
    }
}
