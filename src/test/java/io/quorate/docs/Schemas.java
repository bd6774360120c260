package io.quorate.docs;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.OpenApi31;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Whether an answer is one that the HTTP reference, as it is in the file, allows. */
final class Schemas {
    private static final String ADDRESS = "https://quorate.invalid/openapi.json";

    private final JsonNode document;
    private final SchemaRegistry registry;

    private Schemas(String text) {
        document = JsonMapper.shared().readTree(text);
        registry = SchemaRegistry.withDefaultDialect(
                OpenApi31.getInstance(), builder -> builder.schemas(Map.of(ADDRESS, text)));
    }

    static Schemas ofTheFile() {
        try {
            return new Schemas(Files.readString(HttpReference.FILE));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    JsonNode document() {
        return document;
    }

    /**
     * What is wrong with an answer; empty when nothing is.
     *
     * @param path as the reference has it, with braces
     * @param contentType absent when there is no body
     */
    List<String> wrong(String method, String path, int status, @Nullable String contentType, String body) {
        JsonNode response = document.path("paths")
                .path(path)
                .path(method.toLowerCase(Locale.ROOT))
                .path("responses")
                .path(Integer.toString(status));
        if (response.isMissingNode()) {
            return List.of("status " + status + " is not documented: " + body);
        }
        JsonNode content = response.path("content");
        if (body.isEmpty()) {
            return content.isMissingNode() ? List.of() : List.of("a body is documented, none came");
        }
        String type = contentType == null ? "" : contentType.replaceAll("\\s*;.*", "");
        if (!content.has(type)) {
            return List.of("type " + contentType + " is not documented for status " + status + ": " + body);
        }
        if (!type.endsWith("json")) {
            return List.of();
        }
        Schema schema = registry.getSchema(SchemaLocation.of(ADDRESS + "#/paths/" + escaped(path) + "/"
                + method.toLowerCase(Locale.ROOT) + "/responses/" + status + "/content/" + escaped(type) + "/schema"));
        return schema.validate(body, InputFormat.JSON).stream()
                .map(error -> error + " in " + body)
                .toList();
    }

    private static String escaped(String word) {
        return word.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D");
    }
}
