package io.quorate.docs;

import io.quorate.answer.Operation;
import io.swagger.v3.core.util.Json31;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.PathItem;
import io.swagger.v3.oas.models.Paths;
import io.swagger.v3.oas.models.SpecVersion;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.info.License;
import io.swagger.v3.oas.models.servers.Server;
import io.swagger.v3.oas.models.tags.Tag;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The HTTP reference as one OpenAPI document: the operations in words, held against what the code serves. */
final class HttpReference {
    static final Path FILE = Path.of("src/docs/openapi.json");

    private HttpReference() {}

    static List<Described> operations() {
        return Stream.of(
                        NativeOperations.all(),
                        ConsulOperations.all(),
                        EventOperationsDescribed.all(),
                        CatalogDescribed.all(),
                        KvOperationsDescribed.all())
                .flatMap(List::stream)
                .toList();
    }

    /** @param places who answers, of the operations of Consul's dialect, by {@link Described#key} */
    static String made(Map<String, Optional<Operation<?, ?>>> operations) {
        OpenAPI document = new OpenAPI(SpecVersion.V31);
        document.openapi("3.1.0");
        document.info(new Info()
                .title("Quorate")
                .version("1")
                .description(
                        "What an agent answers on port 8500. Our own endpoints and Consul's dialect never mix: theirs are "
                                + "under /v1, and their errors are plain text. Made by a test from the code; see http.md beside it.")
                .license(new License().name("Apache-2.0").identifier("Apache-2.0")));
        document.addServersItem(new Server().url("http://127.0.0.1:8500").description("The agent of this machine"));
        document.addTagsItem(new Tag()
                .name(NativeOperations.NATIVE)
                .description(
                        "Ours: snake_case JSON, with no leader and no peer. Other methods are answered 405, what cannot be "
                                + "accepted 406, a bug 500; errors are `application/problem+json`."));
        document.addTagsItem(new Tag()
                .name(ConsulOperations.CONSUL)
                .description(
                        "Consul's: `OPTIONS` answers `Allow`, methods that are not listed 405, unknown paths 404 without a "
                                + "body. `x-answered-by` is `agent` (the asked one), `server` (any) or `leader`."));
        document.addTagsItem(
                new Tag().name(NativeOperations.ACTUATOR).description("Health and metrics, by Spring Boot."));
        Paths paths = new Paths();
        for (Described described : operations()) {
            PathItem item = paths.computeIfAbsent(described.path(), path -> new PathItem());
            item.operation(PathItem.HttpMethod.valueOf(described.method()), described.operation());
            Optional<Operation<?, ?>> asked = operations.get(described.key());
            if (asked != null) {
                described
                        .operation()
                        .addExtension(
                                "x-answered-by",
                                asked.map(operation -> operation.place().name().toLowerCase(Locale.ROOT))
                                        .orElse("agent"));
            }
        }
        document.paths(paths);
        Components components = new Components();
        Map<String, io.swagger.v3.oas.models.media.Schema<?>> schemas = new TreeMap<>(NativeOperations.schemas());
        schemas.putAll(ConsulOperations.schemas());
        schemas.putAll(EventOperationsDescribed.schemas());
        schemas.putAll(CatalogDescribed.schemas());
        schemas.putAll(KvOperationsDescribed.schemas());
        schemas.forEach(components::addSchemas);
        document.components(components);
        return Json31.pretty(document) + "\n";
    }
}
