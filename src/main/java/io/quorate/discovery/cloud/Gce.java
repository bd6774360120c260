package io.quorate.discovery.cloud;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The running instances of a project that carry a network tag: the aggregated list of the Compute Engine API, all zones in one
 * call. Tags cannot be asked for, so they are looked at here.
 */
final class Gce {
    private static final String API = "Compute Engine";
    private static final int INSTANCES_A_PAGE = 200;

    private final Visit visit;
    private final @Nullable Pattern zones;

    Gce(Visit visit) {
        this.visit = visit;
        zones = visit.source().zones();
    }

    void ask() throws CloudException {
        GoogleIdentity identity = new GoogleIdentity(visit);
        String project = identity.project();
        URI base = Hosts.base(visit.value("endpoint", "https://compute.googleapis.com"));
        if (!Hosts.mayCarrySecrets(base)) {
            throw visit.wrong("the endpoint has no TLS: no token is sent there");
        }
        Map<String, String> headers = Map.of("Authorization", "Bearer " + identity.token());
        String tag = visit.value("tag_value", "");
        String next = "";
        int page = 0;
        do {
            Web.Reply reply = visit.get(API, new Web.Via.World(), instances(base, project, next), headers);
            if (!reply.isGood()) {
                throw visit.refused(
                        API,
                        reply,
                        Visit.jsonOrEmpty(reply.body())
                                .path("error")
                                .path("message")
                                .asString(""));
            }
            JsonNode list = visit.json(API, reply.body());
            list.path("items").properties().forEach(scope -> take(scope.getKey(), scope.getValue(), tag));
            next = list.path("nextPageToken").asString("");
        } while (!next.isEmpty() && ++page < Visit.MAX_PAGES && !visit.isFull());
        visit.expectSome("no running instance of project " + project + " has the network tag " + tag
                + (zones == null ? "" : " in a zone like " + zones));
    }

    private static URI instances(URI base, String project, String next) {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("maxResults", Integer.toString(INSTANCES_A_PAGE));
        query.put("filter", "status = RUNNING");
        // One zone that cannot be reached must not hide the others.
        query.put("returnPartialSuccess", "true");
        if (!next.isEmpty()) {
            query.put("pageToken", next);
        }
        return URI.create(
                base + "/compute/v1/projects/" + Hosts.encoded(project) + "/aggregated/instances?" + Hosts.form(query));
    }

    /** @param scope {@code zones/europe-west1-b} */
    private void take(String scope, JsonNode of, String tag) {
        String zone = scope.substring(scope.indexOf('/') + 1);
        if (zones != null && !zones.matcher(zone).find()) {
            return;
        }
        for (JsonNode instance : of.path("instances")) {
            boolean tagged = instance.path("tags")
                    .path("items")
                    .valueStream()
                    .anyMatch(each -> each.asString("").equals(tag));
            String status = instance.path("status").asString("");
            String name = zone + "/" + instance.path("name").asString("");
            if (!tagged) {
                continue;
            }
            if (!status.equals("RUNNING")) {
                visit.note(name + " left out: " + status);
                continue;
            }
            List<JsonNode> interfaces =
                    instance.path("networkInterfaces").valueStream().toList();
            String address = interfaces.isEmpty()
                    ? ""
                    : interfaces.get(0).path("networkIP").asString("");
            if (address.isEmpty() && !interfaces.isEmpty()) {
                // An interface of IPv6 alone.
                address = interfaces.get(0).path("ipv6Address").asString("");
            }
            if (address.isEmpty()) {
                visit.note(name + " left out: no address");
            } else {
                visit.found(name, address, 0);
            }
        }
    }
}
