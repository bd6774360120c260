package io.quorate.catalog.web;

import io.quorate.catalog.CatalogBounds;
import io.quorate.catalog.CatalogCommand;
import io.quorate.catalog.Node;
import io.quorate.catalog.Service;
import io.quorate.codec.Bounds;
import io.quorate.http.BadRequestException;
import io.quorate.http.JsonInput;
import io.quorate.http.RefusedException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The body of a registration. What makes no sense is refused here, in Consul's words and order, before a command exists.
 *
 * @param datacenter where it is to be registered; empty: here
 */
record RegisterBody(String datacenter, CatalogCommand.Register command) {
    static final String FAILED = "Request decode failed: ";
    private static final Set<String> ANY_ADDRESS = Set.of("0.0.0.0", "::", "[::]");
    private static final int MAX_WEIGHT = 65_535;
    private static final int UUID_LENGTH = 36;

    static RegisterBody of(byte[] bytes) {
        JsonInput body = JsonInput.object(bytes, FAILED).passOver("Token");
        String datacenter = body.text("Datacenter");
        String name = body.text("Node");
        String id = body.text("ID");
        String address = body.text("Address");
        SortedMap<String, String> tagged = pairs("TaggedAddresses", body);
        SortedMap<String, String> meta = pairs("NodeMeta", body);
        boolean skipNode = body.flag("SkipNodeUpdate");
        JsonInput offered = body.object("Service").orElse(null);
        Given service = offered == null ? null : Given.of(offered);
        List<JsonInput> given = new ArrayList<>(body.objects("Checks"));
        // The single one comes last, and counts where another has its id.
        body.object("Check").ifPresent(given::add);
        bounded("Checks", given.size(), CatalogBounds.CHECKS);
        List<CheckBody> checks = given.stream().map(CheckBody::of).toList();
        body.end();
        named(name);
        Node node = new Node(name, id(id), address, tagged, meta);
        if (address.isEmpty() && !skipNode) {
            throw new RefusedException("Must provide address if SkipNodeUpdate is not set");
        }
        Service registered = service == null ? null : service.of(name);
        return new RegisterBody(
                datacenter,
                new CatalogCommand.Register(
                        node,
                        skipNode,
                        registered,
                        checks.stream().map(check -> check.of(name)).toList()));
    }

    static void named(String node) {
        if (node.isEmpty()) {
            throw new RefusedException("Must provide node");
        }
        bounded("node name", node);
    }

    static void bounded(String what, String text) {
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > CatalogBounds.NAME) {
            throw new BadRequestException(
                    "The " + what + " has " + bytes + " bytes, at most " + CatalogBounds.NAME + " are allowed");
        }
    }

    private static void bounded(String what, int count, int most) {
        if (count > most) {
            throw new BadRequestException(what + " has " + count + " entries, at most " + most + " are allowed");
        }
    }

    /** Absent when it is. */
    private static @Nullable SortedMap<String, String> pairs(String name, JsonInput body) {
        boolean given = body.has(name);
        SortedMap<String, String> map = new TreeMap<>(body.textMap(name));
        bounded(name, map.size(), Bounds.PAIRS);
        return given ? map : null;
    }

    /** In lower case: two that differ in case only are one node. */
    private static String id(String id) {
        if (id.isEmpty()) {
            return id;
        }
        String wrong = null;
        if (id.length() != UUID_LENGTH) {
            wrong = "uuid string is wrong length";
        } else if (!id.matches(".{8}-.{4}-.{4}-.{4}-.{12}")) {
            wrong = "uuid is improperly formatted";
        } else {
            int odd = id.codePoints()
                    .filter(character -> character != '-' && Character.digit(character, 16) < 0)
                    .findFirst()
                    .orElse(0);
            if (odd != 0) {
                wrong = String.format("encoding/hex: invalid byte: U+%04X '%s'", odd, Character.toString(odd));
            }
        }
        if (wrong != null) {
            throw new RefusedException("Bad node ID: " + wrong);
        }
        return id.toLowerCase(Locale.ROOT);
    }

    private static int whole(JsonInput body, String name) {
        long number = body.integer(name);
        if (number != (int) number) {
            throw new BadRequestException(FAILED + "json: cannot unmarshal number " + number + " into Go struct field ."
                    + name + " of type int");
        }
        return (int) number;
    }

    /** A service as it was read, not judged yet. */
    private record Given(Service service) {
        static Given of(JsonInput body) {
            // Of a mesh nothing is kept but the kind.
            body.object("Proxy").ifPresent(JsonInput::passOverRest);
            body.object("Connect").ifPresent(JsonInput::passOverRest);
            body.passOver("CreateIndex", "ModifyIndex");
            String name = body.text("Service");
            String id = body.text("ID");
            List<String> tags = body.texts("Tags");
            bounded("Tags", tags.size(), CatalogBounds.TAGS);
            SortedMap<String, Service.Place> places = new TreeMap<>();
            body.objectMap("TaggedAddresses")
                    .forEach((tag, place) ->
                            places.put(tag, new Service.Place(place.text("Address"), whole(place, "Port"))));
            bounded("TaggedAddresses", places.size(), CatalogBounds.TAGS);
            return new Given(new Service(
                    id.isEmpty() ? name : id,
                    name,
                    body.text("Kind"),
                    tags,
                    body.text("Address"),
                    places,
                    pairs("Meta", body),
                    whole(body, "Port"),
                    body.object("Weights").map(Given::weights).orElse(Service.Weights.EVEN),
                    body.flag("EnableTagOverride")));
        }

        /** Those that make no sense are as good as none. */
        private static Service.Weights weights(JsonInput body) {
            long passing = body.integer("Passing");
            long warning = body.integer("Warning");
            boolean sense = passing >= 1 && passing <= MAX_WEIGHT && warning >= 0 && warning <= MAX_WEIGHT;
            return sense ? new Service.Weights((int) passing, (int) warning) : Service.Weights.EVEN;
        }

        Service of(String node) {
            if (service.name().isEmpty()) {
                throw new RefusedException(
                        service.id().isEmpty() ? "Must provide service name" : "Must provide service name with ID");
            }
            bounded("service name", service.name());
            bounded("service id", service.id());
            if (ANY_ADDRESS.contains(service.address())) {
                throw new RefusedException("Invalid service address");
            }
            String wrong = service.meta() == null ? null : Meta.wrong(service.meta());
            if (wrong != null) {
                throw new RefusedException("failed inserting service: Invalid Service Meta for node " + node
                        + " and serviceID " + service.id() + ": " + wrong);
            }
            return service;
        }
    }

    /** What metadata of a service may be. */
    private static final class Meta {
        private static final int MOST = 64;
        private static final int LONGEST_KEY = 128;
        private static final int LONGEST_VALUE = 512;
        private static final Pattern KEY = Pattern.compile("[a-zA-Z0-9_-]+");

        /** Why it may not be so; absent when it may. */
        static @Nullable String wrong(Map<String, String> meta) {
            if (meta.size() > MOST) {
                return "Node metadata cannot contain more than " + MOST + " key/value pairs";
            }
            for (Map.Entry<String, String> pair : meta.entrySet()) {
                String wrong = wrong(pair.getKey(), pair.getValue());
                if (wrong != null) {
                    return "Couldn't load metadata pair ('" + pair.getKey() + "', '" + pair.getValue() + "'): " + wrong;
                }
            }
            return null;
        }

        private static @Nullable String wrong(String key, String value) {
            if (key.isEmpty()) {
                return "Key cannot be blank";
            } else if (!KEY.matcher(key).matches()) {
                return "Key contains invalid characters";
            } else if (key.length() > LONGEST_KEY) {
                return "Key is too long (limit: " + LONGEST_KEY + " characters)";
            } else if (key.startsWith("consul-")) {
                return "Key prefix 'consul-' is reserved for internal use";
            }
            return value.getBytes(StandardCharsets.UTF_8).length > LONGEST_VALUE
                    ? "Value is too long (limit: " + LONGEST_VALUE + " characters)"
                    : null;
        }
    }
}
