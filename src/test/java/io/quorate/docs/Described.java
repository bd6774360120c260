package io.quorate.docs;

import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.headers.Header;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.JsonSchema;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.parameters.Parameter;
import io.swagger.v3.oas.models.parameters.RequestBody;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.responses.ApiResponses;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One operation of the HTTP reference in the making, and the shorthands for what its parts are made of. */
final class Described {
    static final String JSON = "application/json";
    static final String PROBLEM = "application/problem+json";
    static final String TEXT = "text/plain";

    private final String method;
    private final String path;
    private final Operation operation = new Operation().responses(new ApiResponses());

    private Described(String method, String path) {
        this.method = method;
        this.path = path;
    }

    /** @param path in braces what varies */
    static Described of(String tag, String method, String path, String id, String summary) {
        Described described = new Described(method, path);
        described.operation.addTagsItem(tag).operationId(id).summary(summary);
        return described;
    }

    String method() {
        return method;
    }

    String path() {
        return path;
    }

    Operation operation() {
        return operation;
    }

    /** As the code names it: what varies is left out. */
    String key() {
        return method + " " + path.replaceAll("\\{[^}]*}$", "");
    }

    Described text(String description) {
        operation.setDescription(description);
        return this;
    }

    Described inPath(String name, String description, Schema<?> schema) {
        operation.addParametersItem(new Parameter()
                .name(name)
                .in("path")
                .required(true)
                .description(description)
                .schema(schema));
        return this;
    }

    Described query(String name, String description, Schema<?> schema) {
        operation.addParametersItem(
                new Parameter().name(name).in("query").description(description).schema(schema));
        return this;
    }

    /** A parameter that counts by being there. */
    Described flag(String name, String description) {
        operation.addParametersItem(new Parameter()
                .name(name)
                .in("query")
                .allowEmptyValue(true)
                .description(description)
                .schema(string()));
        return this;
    }

    Described repeatable(String name, String description) {
        operation.addParametersItem(new Parameter()
                .name(name)
                .in("query")
                .explode(true)
                .style(Parameter.StyleEnum.FORM)
                .description(description)
                .schema(list(string())));
        return this;
    }

    Described body(String description, Schema<?> schema) {
        operation.requestBody(new RequestBody()
                .description(description)
                .content(new Content().addMediaType(JSON, new MediaType().schema(schema))));
        return this;
    }

    Described answer(int status, String description) {
        operation.getResponses().addApiResponse(Integer.toString(status), new ApiResponse().description(description));
        return this;
    }

    /** A further type of the same status is added to it. */
    Described answer(int status, String description, String type, Schema<?> schema) {
        String code = Integer.toString(status);
        ApiResponse response = operation.getResponses().get(code);
        if (response == null) {
            response = new ApiResponse().description(description).content(new Content());
            operation.getResponses().addApiResponse(code, response);
        }
        response.getContent().addMediaType(type, new MediaType().schema(schema));
        return this;
    }

    /** A header of the answers with that status. */
    Described header(int status, String name, String description, Schema<?> schema) {
        ApiResponse response = operation.getResponses().get(Integer.toString(status));
        if (response == null) {
            throw new IllegalStateException(key() + " has no answer " + status);
        }
        response.addHeaderObject(name, new Header().description(description).schema(schema));
        return this;
    }

    static Schema<?> type(String... types) {
        Schema<?> schema = new JsonSchema();
        schema.setTypes(new java.util.LinkedHashSet<>(List.of(types)));
        return schema;
    }

    static Schema<?> string() {
        return type("string");
    }

    static Schema<?> integer() {
        return type("integer");
    }

    static Schema<?> bool() {
        return type("boolean");
    }

    static Schema<?> nothing() {
        return type("null");
    }

    static Schema<?> words(String... words) {
        JsonSchema schema = new JsonSchema();
        schema.setTypes(Set.of("string"));
        schema.setEnum(List.of((Object[]) words));
        return schema;
    }

    static Schema<?> list(Schema<?> items) {
        Schema<?> schema = type("array");
        schema.setItems(items);
        return schema;
    }

    static Schema<?> mapOf(Schema<?> values) {
        Schema<?> schema = type("object");
        schema.setAdditionalProperties(values);
        return schema;
    }

    static Schema<?> reference(String name) {
        Schema<?> schema = new JsonSchema();
        schema.set$ref("#/components/schemas/" + name);
        return schema;
    }

    /**
     * An object of these fields and no others, all of them required.
     *
     * @param fields name, schema, name, schema
     */
    static Schema<?> object(Object... fields) {
        Schema<?> schema = open(fields);
        schema.setAdditionalProperties(false);
        return schema;
    }

    /** The same, and others may be there too. */
    static Schema<?> open(Object... fields) {
        Map<String, Schema<?>> properties = new LinkedHashMap<>();
        for (int i = 0; i < fields.length; i += 2) {
            properties.put((String) fields[i], (Schema<?>) fields[i + 1]);
        }
        Schema<?> schema = type("object");
        schema.setProperties(new LinkedHashMap<>(properties));
        schema.setRequired(List.copyOf(properties.keySet()));
        return schema;
    }

    /** The same schema, with fields that may be missing. */
    static Schema<?> optional(Schema<?> schema, Object... fields) {
        for (int i = 0; i < fields.length; i += 2) {
            schema.addProperty((String) fields[i], (Schema<?>) fields[i + 1]);
        }
        return schema;
    }

    static Schema<?> about(Schema<?> schema, String description) {
        schema.setDescription(description);
        return schema;
    }
}
