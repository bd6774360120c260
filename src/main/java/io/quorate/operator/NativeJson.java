package io.quorate.operator;

import java.nio.charset.StandardCharsets;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/** JSON of our own endpoints: snake_case, fields in the order in which they are declared. */
public final class NativeJson {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            // A newer server may say more than this client knows, but never less.
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .build();

    private static final JsonMapper STRICT = MAPPER.rebuild()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private NativeJson() {}

    public static JsonMapper mapper() {
        return MAPPER;
    }

    /** For what people write: a key that is given twice is an error. */
    public static JsonMapper strict() {
        return STRICT;
    }

    /** In one line, or indented; with a newline at the end, for people at a terminal. */
    public static byte[] write(Object value, boolean pretty) {
        String text = pretty
                ? MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(value)
                : MAPPER.writeValueAsString(value);
        return (text + "\n").getBytes(StandardCharsets.UTF_8);
    }
}
