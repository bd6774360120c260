package io.quorate.cli;

import java.io.StringWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.DefaultPrettyPrinter;

/**
 * A JSON value, read by Jackson's tokens alone: its object mapper would take half of the time that a command has.
 *
 * @param value a map, a list, a text, a number, a boolean, or absent for null and for what is not there
 */
record Json(@Nullable Object value) {
    private static final JsonFactory FACTORY = new JsonFactory();
    private static final Json ABSENT = new Json(null);

    /** @throws CommandException when the text is not JSON; Jackson bounds its depth */
    static Json parse(String text) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw new CommandException("The agent's answer is empty instead of JSON");
            }
            return new Json(read(parser, first));
        } catch (JacksonException e) {
            TokenStreamLocation at = e.getLocation();
            throw new CommandException("The agent's answer is not JSON"
                    + (at == null ? "" : ": it goes wrong in line " + at.getLineNr() + ", column " + at.getColumnNr()));
        }
    }

    /** On one line. */
    static String write(Object value) {
        return written(value, ObjectWriteContext.empty());
    }

    /** For people. */
    String pretty() {
        return written(value, new ObjectWriteContext.Base() {
            @Override
            public DefaultPrettyPrinter getPrettyPrinter() {
                return new DefaultPrettyPrinter();
            }

            @Override
            public boolean hasPrettyPrinter() {
                return true;
            }
        });
    }

    Json get(String field) {
        return value instanceof Map<?, ?> map ? new Json(map.get(field)) : ABSENT;
    }

    /** Of a list; empty for anything else. */
    List<Json> elements() {
        List<Json> elements = new ArrayList<>();
        if (value instanceof List<?> list) {
            list.forEach(each -> elements.add(new Json(each)));
        }
        return elements;
    }

    /** Of an object, in order; empty for anything else. */
    Map<String, String> texts() {
        Map<String, String> texts = new LinkedHashMap<>();
        if (value instanceof Map<?, ?> map) {
            map.forEach((name, each) -> texts.put(String.valueOf(name), new Json(each).text()));
        }
        return texts;
    }

    /** Empty for what is absent or null. */
    String text() {
        return value == null ? "" : value.toString();
    }

    String text(String field) {
        return get(field).text();
    }

    boolean isTrue(String field) {
        return Boolean.TRUE.equals(get(field).value());
    }

    /** {@code yes}, {@code no}, or empty for what is not known. */
    String yesNo(String field) {
        return get(field).value() instanceof Boolean flag ? (flag ? "yes" : "no") : "";
    }

    private static @Nullable Object read(JsonParser parser, JsonToken token) {
        switch (token) {
            case START_OBJECT -> {
                Map<String, @Nullable Object> map = new LinkedHashMap<>();
                while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                    String name = parser.currentName();
                    map.put(name, read(parser, parser.nextToken()));
                }
                return map;
            }
            case START_ARRAY -> {
                List<@Nullable Object> list = new ArrayList<>();
                for (JsonToken next = parser.nextToken(); next != JsonToken.END_ARRAY; next = parser.nextToken()) {
                    list.add(read(parser, next));
                }
                return list;
            }
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> {
                return parser.getNumberValue();
            }
            case VALUE_TRUE -> {
                return true;
            }
            case VALUE_FALSE -> {
                return false;
            }
            case VALUE_NULL -> {
                return null;
            }
            default -> {
                return parser.getString();
            }
        }
    }

    private static String written(@Nullable Object value, ObjectWriteContext context) {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = FACTORY.createGenerator(context, text)) {
            write(generator, value);
        }
        return text.toString();
    }

    private static void write(JsonGenerator generator, @Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            generator.writeStartObject();
            map.forEach((name, each) -> {
                generator.writeName(String.valueOf(name));
                write(generator, each);
            });
            generator.writeEndObject();
        } else if (value instanceof List<?> list) {
            generator.writeStartArray();
            list.forEach(each -> write(generator, each));
            generator.writeEndArray();
        } else if (value instanceof Number number) {
            generator.writeNumber(number.toString());
        } else if (value instanceof Boolean flag) {
            generator.writeBoolean(flag);
        } else if (value == null) {
            generator.writeNull();
        } else {
            generator.writeString(value.toString());
        }
    }
}
