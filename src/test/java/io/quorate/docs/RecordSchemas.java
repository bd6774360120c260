package io.quorate.docs;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import io.swagger.v3.core.converter.AnnotatedType;
import io.swagger.v3.core.converter.ModelConverters;
import io.swagger.v3.core.jackson.ModelResolver;
import io.swagger.v3.core.util.Json31;
import io.swagger.v3.oas.models.media.JsonSchema;
import io.swagger.v3.oas.models.media.Schema;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Schemas of the records that our own endpoints write: every field is there, and null where the record says so. */
final class RecordSchemas {
    private static final PropertyNamingStrategies.SnakeCaseStrategy SNAKE_CASE =
            new PropertyNamingStrategies.SnakeCaseStrategy();

    private RecordSchemas() {}

    /** By simple name, those of nested records too. */
    static Map<String, Schema<?>> of(List<Class<?>> records) {
        ObjectMapper mapper = Json31.converterMapper().copy();
        mapper.setPropertyNamingStrategy(SNAKE_CASE);
        ModelConverters converters = new ModelConverters(true);
        converters.addConverter(new ModelResolver(mapper).openapi31(true));
        Map<String, Schema<?>> schemas = new TreeMap<>();
        Map<String, Class<?>> classes = new LinkedHashMap<>();
        for (Class<?> each : records) {
            converters.readAll(new AnnotatedType(each)).forEach(schemas::put);
            collect(each, classes);
        }
        classes.forEach((name, type) -> {
            Schema<?> schema = schemas.get(name);
            if (schema == null) {
                throw new IllegalStateException("no schema of " + type);
            }
            finish(schema, type);
        });
        return schemas;
    }

    private static void collect(Class<?> type, Map<String, Class<?>> classes) {
        Class<?> other = classes.putIfAbsent(type.getSimpleName(), type);
        if (other == type) {
            return;
        }
        if (other != null) {
            throw new IllegalStateException("two records of one name: " + type + " and " + other);
        }
        for (RecordComponent component : type.getRecordComponents()) {
            List<Class<?>> parts = new ArrayList<>(List.of(component.getType()));
            if (component.getAnnotatedType() instanceof AnnotatedParameterizedType list) {
                for (var argument : list.getAnnotatedActualTypeArguments()) {
                    if (argument.getType() instanceof Class<?> part) {
                        parts.add(part);
                    }
                }
            }
            parts.stream().filter(Class::isRecord).forEach(part -> collect(part, classes));
        }
    }

    private static void finish(Schema<?> schema, Class<?> type) {
        Javadoc said = Javadoc.of(type);
        if (!said.text().isEmpty()) {
            schema.setDescription(said.text());
        }
        schema.setAdditionalProperties(false);
        List<String> required = new ArrayList<>();
        Map<String, Schema<?>> ordered = new LinkedHashMap<>();
        for (RecordComponent component : type.getRecordComponents()) {
            String name = SNAKE_CASE.translate(component.getName());
            Schema<?> property = schema.getProperties().get(name);
            if (property == null) {
                throw new IllegalStateException("no schema of " + component);
            }
            boolean nullable = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
            Schema<?> finished = nullable ? orNull(property) : property;
            String text = said.components().get(component.getName());
            if (text != null) {
                finished.setDescription(text);
            }
            ordered.put(name, finished);
            required.add(name);
        }
        schema.setProperties(new LinkedHashMap<>(ordered));
        schema.setRequired(required);
    }

    private static Schema<?> orNull(Schema<?> schema) {
        if (schema.get$ref() == null) {
            schema.setTypes(new java.util.LinkedHashSet<>(schema.getTypes()));
            schema.addType("null");
            return schema;
        }
        Schema<?> nothing = new JsonSchema();
        nothing.setTypes(Set.of("null"));
        Schema<?> either = new JsonSchema();
        either.addOneOfItem(schema);
        either.addOneOfItem(nothing);
        return either;
    }
}
